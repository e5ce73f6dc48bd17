#[apply]
#[retry_service(name = "plan_service")]
fn write_plan(&self, plan: Plan) -> impl Future<Output = Result<u32, PlanError>> + Send {
    async move { self.http.put(plan).await }
}

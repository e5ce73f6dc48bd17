// The same as with `#[apply]` above.
#[retry_service(name = "plan_service")]
#[apply]
async fn write_plan(&self, plan: Plan) -> Result<u32, PlanError> {
    self.http.put(plan).await
}

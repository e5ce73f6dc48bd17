#[retry_service(name = "plan_service", registry = self.registry)]
async fn write_plan(&self, plan: Plan) -> Result<u32, PlanError> {
    self.http.put(plan).await
}

#[retry_service(name = "plan_service", attempt_timeout = "2s")]
async fn write_plan(&self, plan: Plan) -> Result<u32, PlanError> {
    self.http.put(plan).await
}

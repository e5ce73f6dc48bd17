#[retry_service(name = "plan_service", interrupted = PlanError::interrupted)]
async fn fetch_plan(&self, id: u32) -> Result<Plan, PlanError> {
    self.get(id).await
}

#[retry_service(name = "plan_service")]
async fn renamed(mut self, mut name: &str) -> Result<Plan, PlanError> {
    name = name.trim();
    self.name = name.to_owned();
    self.put().await
}

#[retry_service(name = "plan_service", idempotent)]
async fn find(&self, tag: Tag) -> Result<Plan, PlanError> {
    self.get(tag).await
}

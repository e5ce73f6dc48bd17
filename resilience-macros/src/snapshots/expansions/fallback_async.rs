#[retry_service(name = "plan_service", idempotent, fallback = from_cache)]
async fn fetch(&self, id: u32) -> Result<Plan, PlanError> {
    self.http.get(id).await
}

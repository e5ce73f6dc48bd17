// The user's expression is outside the block with our `static`.
#[retry_service(service = PLANS, idempotent)]
async fn fetch_plan(&self) -> Result<Plan, PlanError> {
    self.http.get().await
}

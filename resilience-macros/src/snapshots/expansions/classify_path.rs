#[retry_service(name = "plan_service", idempotent, classify = classify::always_transient)]
async fn fetch_plan(&self) -> Result<Plan, String> {
    self.http.get().await
}

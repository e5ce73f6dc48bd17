// The lint against items behind statements must not see ours in front of them.
#[retry_service(name = "plan_service", idempotent)]
async fn fetch_plan(&self) -> Result<Plan, PlanError> {
    #[allow(dead_code)]
    const LIMIT: usize = 3;
    self.http.get(LIMIT).await
}

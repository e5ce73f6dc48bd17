#[retry_service(
    name = "plan_service",
    idempotent,
    retry(
        max_attempts = 4,
        backoff = exponential,
        base_delay = "100ms",
        min_delay = "1ms 500us",
        max_delay = "1m 30s",
        factor = 2,
        jitter = full,
        total_timeout = "5m",
        max_retry_after = "60s",
        max_depth = 2,
    ),
    attempt_timeout = "2500ms",
)]
async fn fetch_plan(&self, id: &PlanId) -> Result<Plan, PlanError> {
    self.http.get(id).await
}

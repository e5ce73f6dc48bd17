#[retry_service(name = "plan_service", idempotent, retry(max_retries = 3, backoff = exponential, jitter = proportional(0.2), factor = 1.5))]
fn fetch_plan(&self, id: &PlanId) -> Result<Plan, PlanError> {
    self.http.get(id)
}

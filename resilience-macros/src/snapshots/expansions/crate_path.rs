#[retry_service(name = "plan_service", idempotent, retry(jitter = none), crate = crate::facade::resilience)]
async fn fetch_plan(&self) -> Result<Plan, PlanError> {
    self.http.get().await
}

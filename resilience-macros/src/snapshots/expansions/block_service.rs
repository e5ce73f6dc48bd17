#[retry_service(
    name = "plan_service",
    breaker(failure_threshold = 3, recovery_timeout = "10s", recovery_factor = 1.5, enabled = true),
    budget(deposit = 0.2, capacity = 50)
)]
impl PlanService {
    #[plain]
    fn count_plans(&self) -> Result<usize, PlanError> {
        self.http.count()
    }
}

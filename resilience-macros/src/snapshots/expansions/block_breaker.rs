#[retry_service(
    name = "plan_service",
    breaker(
        enabled = true,
        per = call,
        failure_threshold = 0,
        failure_count = cumulative,
        failure_rate = 0.5,
        slow_call_rate = 1,
        slow_call_duration = "2s",
        window = "30s",
        minimum_calls = 10,
        count_transient = true,
        count_throttled = false,
        count_timeouts = false,
        permanent = failure,
        on_abandon = "10s",
        recovery_timeout = "10s",
        recovery_factor = 2,
        max_recovery_timeout = "5m",
        cooldown = "5s",
        half_open_max_calls = 1,
        success_threshold = 3,
        probe_timeout = "20s"
    )
)]
impl PlanService {
    #[plain]
    fn count_plans(&self) -> Result<usize, PlanError> {
        self.http.count()
    }
}

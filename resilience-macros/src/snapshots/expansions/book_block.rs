#[retry_service(name = "plan_service", breaker(failure_threshold = 3))]
impl PlanService {
    #[plain]
    async fn count_plans(&self) -> Result<usize, PlanError> {
        self.http.count().await
    }

    fn address(&self) -> &str {
        &self.address
    }
}

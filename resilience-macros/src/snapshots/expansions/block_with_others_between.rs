#[retry_service(name = "plan_service")]
impl PlanService {
    #[plain]
    #[unknown]
    fn count(&self) -> Result<usize, PlanError> {
        self.http.count()
    }
}

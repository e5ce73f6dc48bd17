#[retry_service(name = "plan_service", retry(max_attempts = 4, base_delay = "200ms"), attempt_timeout = "2s")]
impl<T: Transport> PlanService<T> {
    const LIMIT: usize = 100;

    #[idempotent(retry(max_attempts = 2))]
    pub async fn fetch_plan(&self, id: u32) -> Result<Plan, PlanError> {
        self.http.get(id).await
    }

    #[plain]
    fn count_plans(&self) -> Result<usize, PlanError> {
        self.http.count()
    }

    /// Changes the world.
    #[apply(operation = "apply_plan_now")]
    pub async fn apply_plan(&self, id: u32) -> Result<(), PlanError> {
        self.http.apply(id).await
    }

    fn helper(&self) -> usize {
        Self::LIMIT
    }

    #[inline]
    fn inline_helper(&self) {}
}

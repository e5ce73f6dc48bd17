#[retry_service(name = "plan_service")]
impl PlanService {
    #[idempotent]
    fn fetch_plan(&self) -> Result<Plan, PlanError> {
        self.count_plans()?;
        Self::get(self)
    }

    #[cfg_attr(feature = "strict", apply)]
    fn count_plans(&self) -> Result<usize, PlanError> {
        self.http.count()
    }

    fn get(&self) -> Result<Plan, PlanError> {
        self.http.get()
    }
}

#[retry_service(service = self.plans)]
impl PlanStore for PlanService {
    type Plan = Plan;

    #[idempotent]
    async fn get(&self, id: u32) -> Result<Plan, PlanError> {
        self.http.get(id).await
    }
}

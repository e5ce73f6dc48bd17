#[retry_service(name = "plan_store")]
impl PlanStore for Database {
    #[idempotent]
    fn get(&self, id: u32) -> Result<Plan, PlanError> {
        self.query(id)
    }
}

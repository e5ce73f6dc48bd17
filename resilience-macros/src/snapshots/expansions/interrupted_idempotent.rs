#[retry_service(name = "plan_service", idempotent, interrupted = PlanError::interrupted, classify = classify::always_transient)]
fn fetch_plan(&self, id: u32) -> Result<Plan, PlanError> {
    self.get(id)
}

#[retry_service(name = "plan_service", idempotent)]
fn put(id: u32) -> Result<u32, PlanError> {
    Self::write(id)
}

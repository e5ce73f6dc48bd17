#[retry_service(name = "plan_service", idempotent, clone(name))]
fn store(&self, name: String, ids: &[u32]) -> Result<usize, PlanError> {
    self.http.store(name, ids)
}

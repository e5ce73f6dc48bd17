#[retry_service(name = "plan_service")]
fn list(&self) -> Result<(impl Iterator<Item = u32>, [impl Copy; 2]), PlanError> {
    self.http.list()
}

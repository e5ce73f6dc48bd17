#[retry_service(service = if self.blue { self.plans } else { self.spare }, idempotent)]
fn fetch_plan(&mut self) -> Result<Plan, PlanError> {
    self.http.get()
}

#[retry_service(name = "plan_service", idempotent, fallback = |failure| self.cached(id).ok_or(failure.into_outcome()))]
pub(crate) fn fetch(&self, id: u32) -> Result<Plan, PlanError> {
    self.http.get(id)
}

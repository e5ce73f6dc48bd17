// A closure carries its return type: no return edge.
#[retry_service(name = "plan_service", idempotent)]
fn fetch_plan(&self, id: &PlanId) -> Result<Plan, PlanError> {
    Ok(Plan(self.http.get_blocking(id)?))
}

#[retry_service(name = "plan_service")]
fn write_plan(&self, plan: Plan) -> Result<u32, PlanError> {
    self.http.put_blocking(plan)
}

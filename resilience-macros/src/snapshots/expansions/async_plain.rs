// One attempt: straight line, and `plan` may be given away.
#[retry_service(name = "plan_service")]
async fn write_plan(&self, plan: Plan) -> Result<u32, PlanError> {
    self.http.put(plan).await
}

// The operation raises the fence by itself: no statement of `#[apply]` is left.
#[apply]
#[retry_service(name = "plan_service")]
async fn write_plan(&self, plan: Plan) -> Result<u32, PlanError> {
    self.http.put(plan).await
}

#[retry_service(name = "plan_service", fallback = queue_for_later)]
#[apply]
async fn write(&self, plan: Plan) -> Result<Written, PlanError> {
    self.http.put(plan).await
}

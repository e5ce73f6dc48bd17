#[retry_service(name = "plan_service", operation = "fetch", idempotent)]
pub(crate) async fn fetchPlan(id: u32) -> Result<Plan, PlanError> {
    get(id).await
}

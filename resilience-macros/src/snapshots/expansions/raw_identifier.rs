#[retry_service(name = "plan_service", idempotent)]
async fn r#match(r#type: u32) -> Result<u32, PlanError> {
    get(r#type).await
}

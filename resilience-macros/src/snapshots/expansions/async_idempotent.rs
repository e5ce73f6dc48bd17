// The loop borrows what the body uses; the return edge types the block.
#[retry_service(name = "plan_service", idempotent)]
pub async fn fetch_plan(&self, id: &PlanId) -> Result<Plan, PlanError> {
    let body = self.http.get(id).await?;
    Ok(Plan(body))
}

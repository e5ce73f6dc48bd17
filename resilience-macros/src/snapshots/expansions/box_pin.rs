#[retry_service(name = "plan_service", idempotent)]
fn fetch_plan<'a>(&'a self, id: &'a PlanId) -> Pin<Box<dyn Future<Output = Result<Plan, PlanError>> + Send + 'a>> {
    Box::pin(async move { self.http.get(id).await })
}

// The outcome's type is hidden behind an alias: it is left to inference.
#[retry_service(name = "plan_service", idempotent)]
fn fetch_plan<'a>(&'a self, id: &'a PlanId) -> BoxFuture<'a, Result<Plan, PlanError>> {
    let id = id.clone();
    Box::pin(async move { self.http.get(&id).await })
}

// Eager statements stay eager and run once; the loop is inside the future.
#[retry_service(name = "plan_service", idempotent)]
fn fetch_plan(&self, id: PlanId) -> impl Future<Output = Result<Plan, PlanError>> + Send {
    let url = self.url(id);
    if self.verbose {
        println!("{url}");
    }
    async move {
        let body = self.http.get(&url).await?;
        Ok(Plan(body))
    }
}

#[retry_service(name = "plan_service", idempotent, clone(id), fallback = async |failure| {
    let known = self.cache.read(&id).await;
    known.map_or_else(|| failure.into_outcome(), Ok)
})]
async fn fetch(&self, id: String) -> Result<Plan, PlanError> {
    self.http.get(id).await
}

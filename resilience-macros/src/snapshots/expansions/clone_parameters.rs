// Copied in the loop, moved into the block; `mut` goes from the parameter to the copy.
#[retry_service(name = "plan_service", idempotent, clone(tags, a))]
async fn tag(&self, mut tags: Vec<String>, (mut a, b): (String, u32)) -> Result<Vec<String>, PlanError> {
    tags.push(a);
    self.http.tag(tags, b).await
}

// The body runs once: `mut` stays where it is.
#[retry_service(name = "plan_service")]
async fn tag(mut self, mut tags: Vec<String>) -> Result<Vec<String>, PlanError> {
    tags.push(self.next());
    Ok(tags)
}

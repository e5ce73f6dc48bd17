#[retry_service(name = "plan_service", clone(tag), interrupted = PlanError::interrupted)]
impl Client {
    #[idempotent(clone(more))]
    fn find(&self, tag: Tag, more: Vec<Tag>) -> Result<Plan, PlanError> {
        self.get(tag, more)
    }

    #[plain]
    fn put(&self, tag: Tag) -> Result<Plan, PlanError> {
        self.set(tag)
    }
}

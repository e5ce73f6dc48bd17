#[retry_service(name = "plan_service", classify = |found: &Option<Plan>| match found {
    Some(_) => Verdict::Success,
    None => Verdict::Failure(FailureKind::Permanent),
})]
fn find_plan(&self) -> Option<Plan> {
    self.cache.get()
}

#[retry_service(name = "plan_service", fallback = |_| 0, classify = |count: &u32| Verdict::Success)]
fn count(&self) -> u32 {
    self.http.count()
}

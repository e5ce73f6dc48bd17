// The fence goes up when the work begins, not when the future is made.
#[apply]
fn commit(&self) -> impl Future<Output = Result<(), PlanError>> + Send {
    let started = Instant::now();
    async move { self.http.commit(started).await }
}

fn commit(&self) -> impl Future<Output = Result<(), PlanError>> + Send {
    let started = Instant::now();
    async move {
        if let ::core::result::Result::Err(interruption) = ::resilience_core::__private::begin_apply(
            "commit",
        ) {
            return ::resilience_core::FromInterruption::from_interruption(
                interruption,
            );
        }
        self.http.commit(started).await
    }
}

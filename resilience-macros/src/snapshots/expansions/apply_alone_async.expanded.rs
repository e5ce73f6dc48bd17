async fn commit(&self) -> Result<(), PlanError> {
    if let ::core::result::Result::Err(interruption) = ::resilience_core::__private::begin_apply(
        "commit",
    ) {
        return ::resilience_core::FromInterruption::from_interruption(interruption);
    }
    self.http.commit().await
}

fn commit(&self) -> Result<(), PlanError> {
    #![allow(unused_variables)]
    if let ::core::result::Result::Err(interruption) = crate::facade::__private::begin_apply(
        "commit",
    ) {
        return crate::facade::FromInterruption::from_interruption(interruption);
    }
    self.http.commit_blocking()
}

fn list(&self) -> Result<(impl Iterator<Item = u32>, [impl Copy; 2]), PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "list",
        );
        ::resilience_core::__private::register!(OPERATION);
        OPERATION.begin()
    };
    if let ::core::result::Result::Err(interruption) = call.admit() {
        return ::resilience_core::FromInterruption::from_interruption(interruption);
    }
    let outcome = call
        .attempt_blocking::<Result<(_, [_; 2]), PlanError>>(|| { self.http.list() });
    call.finish(outcome)
}

fn find_plan(&self) -> Option<Plan> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "find_plan",
        );
        ::resilience_core::__private::register!(OPERATION);
        OPERATION.begin()
    };
    if let ::core::result::Result::Err(interruption) = call.admit() {
        return ::resilience_core::FromInterruption::from_interruption(interruption);
    }
    let outcome = call.attempt_blocking::<Option<Plan>>(|| { self.cache.get() });
    return call
        .finish_as(
            outcome,
            |found: &Option<Plan>| match found {
                Some(_) => Verdict::Success,
                None => Verdict::Failure(FailureKind::Permanent),
            },
        );
}

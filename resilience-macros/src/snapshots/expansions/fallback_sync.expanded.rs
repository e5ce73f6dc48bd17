pub(crate) fn fetch(&self, id: u32) -> Result<Plan, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
            "plan_service",
            "fetch",
        );
        ::resilience_core::__private::register!(OPERATION);
        OPERATION.begin()
    };
    let ended = loop {
        if let ::core::result::Result::Err(interruption) = call.admit() {
            break ::core::result::Result::Err(
                ::resilience_core::LastFailure::Interruption(interruption),
            );
        }
        let outcome = call
            .attempt_blocking::<Result<Plan, PlanError>>(|| { self.http.get(id) });
        let delay = match call.try_settle(::core::result::Result::Ok(outcome)) {
            ::resilience_core::Next::Return(outcome) => break outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep_blocking(delay);
    };
    return match ended {
        ::core::result::Result::Ok(outcome) => outcome,
        ::core::result::Result::Err(failure) => {
            call.fall_back(
                failure,
                |failure| self.cached(id).ok_or(failure.into_outcome()),
            )
        }
    };
}

impl Client {
    fn find(&self, mut tag: Tag, mut more: Vec<Tag>) -> Result<Plan, PlanError> {
        let mut more = more;
        let mut tag = tag;
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                "plan_service",
                "find",
            );
            ::resilience_core::__private::register!(OPERATION);
            OPERATION.begin()
        };
        loop {
            if let ::core::result::Result::Err(interruption) = call.admit() {
                return ::core::result::Result::Err(PlanError::interrupted(interruption));
            }
            let mut more = ::core::clone::Clone::clone(&more);
            let mut tag = ::core::clone::Clone::clone(&tag);
            let outcome = call
                .attempt_blocking::<
                    Result<Plan, PlanError>,
                >(|| {
                    let more = more;
                    let tag = tag;
                    self.get(tag, more)
                });
            let delay = match call.settle(outcome) {
                ::resilience_core::Next::Return(outcome) => return outcome,
                ::resilience_core::Next::RetryAfter(delay) => delay,
            };
            call.sleep_blocking(delay);
        }
    }
    fn put(&self, tag: Tag) -> Result<Plan, PlanError> {
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
                "plan_service",
                "put",
            );
            ::resilience_core::__private::register!(OPERATION);
            OPERATION.begin()
        };
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return ::core::result::Result::Err(PlanError::interrupted(interruption));
        }
        let outcome = call
            .attempt_blocking::<Result<Plan, PlanError>>(|| { self.set(tag) });
        return call.finish(outcome);
    }
}

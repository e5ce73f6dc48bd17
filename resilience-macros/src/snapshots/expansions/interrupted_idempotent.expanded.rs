fn fetch_plan(&self, id: u32) -> Result<Plan, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
            "plan_service",
            "fetch_plan",
        );
        ::resilience_core::__private::register!(OPERATION);
        trait Unmarked {
            fn __kind_of_fetch_plan(&self) {}
        }
        impl<T: ?::core::marker::Sized> Unmarked for &T {}
        ::resilience_core::__private::ask(|it: &Self| it.__kind_of_fetch_plan());
        OPERATION.begin()
    };
    loop {
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return ::core::result::Result::Err(PlanError::interrupted(interruption));
        }
        let outcome = call
            .attempt_blocking::<Result<Plan, PlanError>>(|| { self.get(id) });
        let delay = match call.settle_as(outcome, classify::always_transient) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep_blocking(delay);
    }
}

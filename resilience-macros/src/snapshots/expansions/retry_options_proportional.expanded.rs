fn fetch_plan(&self, id: &PlanId) -> Result<Plan, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                "plan_service",
                "fetch_plan",
            )
            .retry(
                ::resilience_core::RetryPolicy::builder()
                    .max_retries(3)
                    .backoff(::resilience_core::Backoff::Exponential)
                    .jitter(::resilience_core::Jitter::Proportional(0.2))
                    .factor(1.5),
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
            return ::resilience_core::FromInterruption::from_interruption(
                interruption,
            );
        }
        let outcome = call
            .attempt_blocking::<Result<Plan, PlanError>>(|| { self.http.get(id) });
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep_blocking(delay);
    }
}

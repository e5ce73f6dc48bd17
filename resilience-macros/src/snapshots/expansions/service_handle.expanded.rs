fn fetch_plan(&mut self) -> Result<Plan, PlanError> {
    let mut call = match &(if self.blue { self.plans } else { self.spare }) {
        service => {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                ::resilience_core::__private::GIVEN_BY_CALL,
                "fetch_plan",
            );
            ::resilience_core::__private::register!(OPERATION);
            trait Unmarked {
                fn __kind_of_fetch_plan(&self) {}
            }
            impl<T: ?::core::marker::Sized> Unmarked for &T {}
            ::resilience_core::__private::ask(|it: &Self| it.__kind_of_fetch_plan());
            OPERATION.begin_on(service)
        }
    };
    loop {
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return ::resilience_core::FromInterruption::from_interruption(
                interruption,
            );
        }
        let outcome = call
            .attempt_blocking::<Result<Plan, PlanError>>(|| { self.http.get() });
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep_blocking(delay);
    }
}

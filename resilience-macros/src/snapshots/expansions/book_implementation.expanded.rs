impl PlanStore for Database {
    fn get(&self, id: u32) -> Result<Plan, PlanError> {
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                "plan_store",
                "get",
            );
            ::resilience_core::__private::register!(OPERATION);
            trait Unmarked {
                fn __kind_of_get(&self) {}
            }
            impl<T: ?::core::marker::Sized> Unmarked for &T {}
            ::resilience_core::__private::ask(|it: &Self| it.__kind_of_get());
            OPERATION.begin()
        };
        loop {
            if let ::core::result::Result::Err(interruption) = call.admit() {
                return ::resilience_core::FromInterruption::from_interruption(
                    interruption,
                );
            }
            let outcome = call
                .attempt_blocking::<Result<Plan, PlanError>>(|| { self.query(id) });
            let delay = match call.settle(outcome) {
                ::resilience_core::Next::Return(outcome) => return outcome,
                ::resilience_core::Next::RetryAfter(delay) => delay,
            };
            call.sleep_blocking(delay);
        }
    }
}

fn store(&self, mut name: String, ids: &[u32]) -> Result<usize, PlanError> {
    let mut name = name;
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
            "plan_service",
            "store",
        );
        ::resilience_core::__private::register!(OPERATION);
        trait Unmarked {
            fn __kind_of_store(&self) {}
        }
        impl<T: ?::core::marker::Sized> Unmarked for &T {}
        ::resilience_core::__private::ask(|it: &Self| it.__kind_of_store());
        OPERATION.begin()
    };
    loop {
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return ::resilience_core::FromInterruption::from_interruption(
                interruption,
            );
        }
        let mut name = ::core::clone::Clone::clone(&name);
        let outcome = call
            .attempt_blocking::<
                Result<usize, PlanError>,
            >(|| {
                let name = name;
                self.http.store(name, ids)
            });
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep_blocking(delay);
    }
}

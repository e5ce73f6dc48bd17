async fn fetch_plan(&self) -> Result<Plan, PlanError> {
    #![allow(clippy::needless_return)]
    #![allow(unused_variables)]
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
            return ::resilience_core::FromInterruption::from_interruption(
                interruption,
            );
        }
        let outcome = call
            .attempt(async {
                if false {
                    return ::resilience_core::__private::never::<
                        Result<Plan, PlanError>,
                    >();
                }
                return self.http.get().await;
            })
            .await;
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep(delay).await;
    }
}

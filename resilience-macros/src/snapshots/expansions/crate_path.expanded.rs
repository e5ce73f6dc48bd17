async fn fetch_plan(&self) -> Result<Plan, PlanError> {
    let mut call = {
        static OPERATION: crate::facade::resilience::Operation = crate::facade::resilience::Operation::idempotent(
                "plan_service",
                "fetch_plan",
            )
            .retry(
                crate::facade::resilience::RetryPolicy::builder()
                    .jitter(crate::facade::resilience::Jitter::None),
            );
        crate::facade::resilience::__private::register!(OPERATION);
        trait Unmarked {
            fn __kind_of_fetch_plan(&self) {}
        }
        impl<T: ?::core::marker::Sized> Unmarked for &T {}
        crate::facade::resilience::__private::ask(|it: &Self| {
            it.__kind_of_fetch_plan()
        });
        OPERATION.begin()
    };
    loop {
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return crate::facade::resilience::FromInterruption::from_interruption(
                interruption,
            );
        }
        let outcome = call
            .attempt(async {
                if false {
                    return crate::facade::resilience::__private::never::<
                        Result<Plan, PlanError>,
                    >();
                }
                self.http.get().await
            })
            .await;
        let delay = match call.settle(outcome) {
            crate::facade::resilience::Next::Return(outcome) => return outcome,
            crate::facade::resilience::Next::RetryAfter(delay) => delay,
        };
        call.sleep(delay).await;
    }
}

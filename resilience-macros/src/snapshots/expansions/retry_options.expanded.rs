async fn fetch_plan(&self, id: &PlanId) -> Result<Plan, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                "plan_service",
                "fetch_plan",
            )
            .retry(
                ::resilience_core::RetryPolicy::builder()
                    .max_attempts(4)
                    .backoff(::resilience_core::Backoff::Exponential)
                    .base_delay(::core::time::Duration::from_millis(100))
                    .min_delay(::core::time::Duration::new(0, 1500000))
                    .max_delay(::core::time::Duration::from_secs(90))
                    .factor(2.0)
                    .jitter(::resilience_core::Jitter::Full)
                    .total_timeout(::core::time::Duration::from_secs(300))
                    .max_retry_after(::core::time::Duration::from_secs(60))
                    .max_depth(2),
            )
            .attempt_timeout(::core::time::Duration::from_millis(2500));
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
                self.http.get(id).await
            })
            .await;
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep(delay).await;
    }
}

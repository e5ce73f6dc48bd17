impl<T: Transport> PlanService<T> {
    const LIMIT: usize = 100;
    pub async fn fetch_plan(&self, id: u32) -> Result<Plan, PlanError> {
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                    "plan_service",
                    "fetch_plan",
                )
                .retry(
                    ::resilience_core::RetryPolicy::builder()
                        .max_attempts(2)
                        .base_delay(::core::time::Duration::from_millis(200)),
                )
                .attempt_timeout(::core::time::Duration::from_secs(2));
            ::resilience_core::__private::register!(OPERATION);
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
    fn count_plans(&self) -> Result<usize, PlanError> {
        let operation = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
                "plan_service",
                "count_plans",
            );
            ::resilience_core::__private::register!(OPERATION);
            &OPERATION
        };
        return operation
            .call_blocking::<Result<usize, PlanError>>(|| { self.http.count() });
    }
    /// Changes the world.
    pub async fn apply_plan(&self, id: u32) -> Result<(), PlanError> {
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::apply(
                    "plan_service",
                    "apply_plan_now",
                )
                .attempt_timeout(::core::time::Duration::from_secs(2));
            ::resilience_core::__private::register!(OPERATION);
            OPERATION.begin()
        };
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return ::resilience_core::FromInterruption::from_interruption(interruption);
        }
        let outcome = call
            .attempt(async move {
                if false {
                    return ::resilience_core::__private::never::<
                        Result<(), PlanError>,
                    >();
                }
                self.http.apply(id).await
            })
            .await;
        return call.finish(outcome);
    }
    fn helper(&self) -> usize {
        Self::LIMIT
    }
    #[inline]
    fn inline_helper(&self) {}
}

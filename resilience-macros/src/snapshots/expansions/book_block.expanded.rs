impl PlanService {
    async fn count_plans(&self) -> Result<usize, PlanError> {
        let mut call = {
            static SERVICE: ::resilience_core::ServiceDef = ::resilience_core::ServiceDef::new(
                    "plan_service",
                )
                .breaker(
                    ::resilience_core::BreakerPolicy::builder().failure_threshold(3),
                );
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
                ::resilience_core::__private::GIVEN_BY_CALL,
                "count_plans",
            );
            ::resilience_core::__private::register!(OPERATION);
            OPERATION.begin_on(&SERVICE)
        };
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return ::resilience_core::FromInterruption::from_interruption(interruption);
        }
        let outcome = call
            .attempt(async move {
                if false {
                    return ::resilience_core::__private::never::<
                        Result<usize, PlanError>,
                    >();
                }
                self.http.count().await
            })
            .await;
        return call.finish(outcome);
    }
    fn address(&self) -> &str {
        &self.address
    }
}

impl PlanService {
    fn count_plans(&self) -> Result<usize, PlanError> {
        let mut call = {
            static SERVICE: ::resilience_core::ServiceDef = ::resilience_core::ServiceDef::new(
                    "plan_service",
                )
                .breaker(
                    ::resilience_core::BreakerPolicy::builder()
                        .failure_threshold(3)
                        .recovery_timeout(::core::time::Duration::from_secs(10))
                        .recovery_factor(1.5)
                        .enabled(true),
                )
                .budget(
                    ::resilience_core::BudgetPolicy::builder().deposit(0.2).capacity(50),
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
            .attempt_blocking::<Result<usize, PlanError>>(|| { self.http.count() });
        return call.finish(outcome);
    }
}

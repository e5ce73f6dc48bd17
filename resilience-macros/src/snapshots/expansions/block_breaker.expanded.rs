impl PlanService {
    fn count_plans(&self) -> Result<usize, PlanError> {
        let mut call = {
            static SERVICE: ::resilience_core::ServiceDef = ::resilience_core::ServiceDef::new(
                    "plan_service",
                )
                .breaker(
                    ::resilience_core::BreakerPolicy::builder()
                        .enabled(true)
                        .per(::resilience_core::BreakerPer::Call)
                        .failure_threshold(0)
                        .failure_count(::resilience_core::FailureCount::Cumulative)
                        .failure_rate(0.5)
                        .slow_call_rate(1.0)
                        .slow_call_duration(::core::time::Duration::from_secs(2))
                        .window(
                            ::resilience_core::Window::Time(
                                ::core::time::Duration::from_secs(30),
                            ),
                        )
                        .minimum_calls(10)
                        .count_transient(true)
                        .count_throttled(false)
                        .count_timeouts(false)
                        .permanent(::resilience_core::OnPermanent::Failure)
                        .on_abandon(
                            ::resilience_core::OnAbandon::FailAfter(
                                ::core::time::Duration::from_secs(10),
                            ),
                        )
                        .recovery_timeout(::core::time::Duration::from_secs(10))
                        .recovery_factor(2.0)
                        .max_recovery_timeout(::core::time::Duration::from_secs(300))
                        .cooldown(::core::time::Duration::from_secs(5))
                        .half_open_max_calls(1)
                        .success_threshold(3)
                        .probe_timeout(::core::time::Duration::from_secs(20)),
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

pub(crate) async fn fetchPlan(id: u32) -> Result<Plan, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
            "plan_service",
            "fetch",
        );
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
                get(id).await
            })
            .await;
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep(delay).await;
    }
}

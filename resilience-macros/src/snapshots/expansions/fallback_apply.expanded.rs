async fn write(&self, plan: Plan) -> Result<Written, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::apply(
            "plan_service",
            "write",
        );
        ::resilience_core::__private::register!(OPERATION);
        OPERATION.begin()
    };
    let ended = match call.admit() {
        ::core::result::Result::Err(interruption) => {
            ::core::result::Result::Err(
                ::resilience_core::LastFailure::Interruption(interruption),
            )
        }
        ::core::result::Result::Ok(()) => {
            let outcome = call
                .try_attempt(async move {
                    if false {
                        return ::resilience_core::__private::never::<
                            Result<Written, PlanError>,
                        >();
                    }
                    self.http.put(plan).await
                })
                .await;
            call.try_finish(outcome)
        }
    };
    return match ended {
        ::core::result::Result::Ok(outcome) => outcome,
        ::core::result::Result::Err(failure) => {
            call.fall_back(failure, queue_for_later)
        }
    };
}

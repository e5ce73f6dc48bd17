async fn fetch_plan(&self, id: u32) -> Result<Plan, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "fetch_plan",
        );
        ::resilience_core::__private::register!(OPERATION);
        OPERATION.begin()
    };
    if let ::core::result::Result::Err(interruption) = call.admit() {
        return ::core::result::Result::Err(PlanError::interrupted(interruption));
    }
    let outcome = call
        .try_attempt(async move {
            if false {
                return ::resilience_core::__private::never::<
                    Result<Plan, PlanError>,
                >();
            }
            self.get(id).await
        })
        .await
        .unwrap_or_else(|interruption| ::core::result::Result::Err(
            PlanError::interrupted(interruption),
        ));
    return call.finish(outcome);
}

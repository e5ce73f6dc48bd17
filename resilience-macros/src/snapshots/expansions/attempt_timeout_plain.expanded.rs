async fn write_plan(&self, plan: Plan) -> Result<u32, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
                "plan_service",
                "write_plan",
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
                    Result<u32, PlanError>,
                >();
            }
            self.http.put(plan).await
        })
        .await;
    return call.finish(outcome);
}

async fn renamed(mut self, mut name: &str) -> Result<Plan, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "renamed",
        );
        ::resilience_core::__private::register!(OPERATION);
        OPERATION.begin()
    };
    if let ::core::result::Result::Err(interruption) = call.admit() {
        return ::resilience_core::FromInterruption::from_interruption(interruption);
    }
    let outcome = call
        .attempt(async {
            if false {
                return ::resilience_core::__private::never::<
                    Result<Plan, PlanError>,
                >();
            }
            let _ = &mut self;
            let mut name = name;
            name = name.trim();
            self.name = name.to_owned();
            self.put().await
        })
        .await;
    return call.finish(outcome);
}

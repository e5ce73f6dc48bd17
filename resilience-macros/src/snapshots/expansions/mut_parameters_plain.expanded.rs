async fn tag(mut self, mut tags: Vec<String>) -> Result<Vec<String>, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "tag",
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
                    Result<Vec<String>, PlanError>,
                >();
            }
            let _ = &mut self;
            let mut tags = tags;
            tags.push(self.next());
            Ok(tags)
        })
        .await;
    return call.finish(outcome);
}

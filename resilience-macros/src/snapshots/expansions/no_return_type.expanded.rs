async fn ping(&self) {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "ping",
        );
        ::resilience_core::__private::register!(OPERATION);
        OPERATION.begin()
    };
    if let ::core::result::Result::Err(interruption) = call.admit() {
        return ::resilience_core::FromInterruption::from_interruption(interruption);
    }
    let outcome = call
        .attempt(async move {
            if false {
                return ::resilience_core::__private::never::<()>();
            }
            self.http.ping().await
        })
        .await;
    return call.finish_as(outcome, judge);
}

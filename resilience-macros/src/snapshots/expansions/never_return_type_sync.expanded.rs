fn serve(&self) -> ! {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "serve",
        );
        ::resilience_core::__private::register!(OPERATION);
        OPERATION.begin()
    };
    if let ::core::result::Result::Err(interruption) = call.admit() {
        return ::resilience_core::FromInterruption::from_interruption(interruption);
    }
    let outcome = call
        .attempt_blocking(|| -> ! {
            loop {
                self.http.accept();
            }
        });
    call.finish_as(outcome, judge)
}

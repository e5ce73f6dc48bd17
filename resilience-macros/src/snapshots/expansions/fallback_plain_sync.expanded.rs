fn count(&self) -> u32 {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "count",
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
            let outcome = call.attempt_blocking::<u32>(|| { self.http.count() });
            call.try_finish_as(
                ::core::result::Result::Ok(outcome),
                |count: &u32| Verdict::Success,
            )
        }
    };
    return match ended {
        ::core::result::Result::Ok(outcome) => outcome,
        ::core::result::Result::Err(failure) => {
            call.fall_back_as(failure, |_| 0, |count: &u32| Verdict::Success)
        }
    };
}

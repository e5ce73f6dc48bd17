async fn fetch(&self, id: u32) -> Page {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "fetch",
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
                .try_attempt(async {
                    if false {
                        return ::resilience_core::__private::never::<Page>();
                    }
                    self.http.get(id).await
                })
                .await;
            call.try_finish_as(outcome, by_status)
        }
    };
    return match ended {
        ::core::result::Result::Ok(outcome) => outcome,
        ::core::result::Result::Err(failure) => {
            call.fall_back_as(failure, |_| Page::empty(id), by_status)
        }
    };
}

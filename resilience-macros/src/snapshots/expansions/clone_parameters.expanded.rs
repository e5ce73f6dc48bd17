async fn tag(
    &self,
    mut tags: Vec<String>,
    (mut a, b): (String, u32),
) -> Result<Vec<String>, PlanError> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
            "plan_service",
            "tag",
        );
        ::resilience_core::__private::register!(OPERATION);
        trait Unmarked {
            fn __kind_of_tag(&self) {}
        }
        impl<T: ?::core::marker::Sized> Unmarked for &T {}
        ::resilience_core::__private::ask(|it: &Self| it.__kind_of_tag());
        OPERATION.begin()
    };
    loop {
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return ::resilience_core::FromInterruption::from_interruption(
                interruption,
            );
        }
        let mut tags = ::core::clone::Clone::clone(&tags);
        let mut a = ::core::clone::Clone::clone(&a);
        let outcome = call
            .attempt(async {
                if false {
                    return ::resilience_core::__private::never::<
                        Result<Vec<String>, PlanError>,
                    >();
                }
                let mut tags = tags;
                let mut a = a;
                tags.push(a);
                self.http.tag(tags, b).await
            })
            .await;
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep(delay).await;
    }
}

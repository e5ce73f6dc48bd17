fn fetch_plan<'a>(
    &'a self,
    id: &'a PlanId,
) -> Pin<Box<dyn Future<Output = Result<Plan, PlanError>> + Send + 'a>> {
    Box::pin(async move {
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                "plan_service",
                "fetch_plan",
            );
            ::resilience_core::__private::register!(OPERATION);
            trait Unmarked {
                fn __kind_of_fetch_plan(&self) {}
            }
            impl<T: ?::core::marker::Sized> Unmarked for &T {}
            ::resilience_core::__private::ask(|it: &Self| it.__kind_of_fetch_plan());
            OPERATION.begin()
        };
        loop {
            if let ::core::result::Result::Err(interruption) = call.admit() {
                return ::resilience_core::FromInterruption::from_interruption(
                    interruption,
                );
            }
            let outcome = call
                .attempt(async {
                    if false {
                        return ::resilience_core::__private::never::<
                            Result<Plan, PlanError>,
                        >();
                    }
                    self.http.get(id).await
                })
                .await;
            let delay = match call.settle(outcome) {
                ::resilience_core::Next::Return(outcome) => return outcome,
                ::resilience_core::Next::RetryAfter(delay) => delay,
            };
            call.sleep(delay).await;
        }
    })
}

fn fetch_plan(
    &self,
    id: PlanId,
) -> impl Future<Output = Result<Plan, PlanError>> + Send {
    let url = self.url(id);
    if self.verbose {
        println!("{url}");
    }
    async move {
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
                    let body = self.http.get(&url).await?;
                    Ok(Plan(body))
                })
                .await;
            let delay = match call.settle(outcome) {
                ::resilience_core::Next::Return(outcome) => return outcome,
                ::resilience_core::Next::RetryAfter(delay) => delay,
            };
            call.sleep(delay).await;
        }
    }
}

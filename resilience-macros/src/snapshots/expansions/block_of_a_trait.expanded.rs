impl PlanStore for PlanService {
    type Plan = Plan;
    async fn get(&self, id: u32) -> Result<Plan, PlanError> {
        let mut call = match &self.plans {
            service => {
                static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                    ::resilience_core::__private::GIVEN_BY_CALL,
                    "get",
                );
                ::resilience_core::__private::register!(OPERATION);
                trait Unmarked {
                    fn __kind_of_get(&self) {}
                }
                impl<T: ?::core::marker::Sized> Unmarked for &T {}
                ::resilience_core::__private::ask(|it: &Self| it.__kind_of_get());
                OPERATION.begin_on(service)
            }
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
    }
}

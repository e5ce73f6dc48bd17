impl PlanService {
    fn fetch_plan(&self) -> Result<Plan, PlanError> {
        if false {
            ::resilience_core::__private::may_be_called_again(
                Self::__kind_of_count_plans(),
            );
        }
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                "plan_service",
                "fetch_plan",
            );
            ::resilience_core::__private::register!(OPERATION);
            OPERATION.begin()
        };
        loop {
            if let ::core::result::Result::Err(interruption) = call.admit() {
                return ::resilience_core::FromInterruption::from_interruption(
                    interruption,
                );
            }
            let outcome = call
                .attempt_blocking::<
                    Result<Plan, PlanError>,
                >(|| {
                    self.count_plans()?;
                    Self::get(self)
                });
            let delay = match call.settle(outcome) {
                ::resilience_core::Next::Return(outcome) => return outcome,
                ::resilience_core::Next::RetryAfter(delay) => delay,
            };
            call.sleep_blocking(delay);
        }
    }
    #[cfg_attr(feature = "strict", apply)]
    fn count_plans(&self) -> Result<usize, PlanError> {
        self.http.count()
    }
    #[doc(hidden)]
    const fn __kind_of_count_plans() {}
    fn get(&self) -> Result<Plan, PlanError> {
        self.http.get()
    }
}

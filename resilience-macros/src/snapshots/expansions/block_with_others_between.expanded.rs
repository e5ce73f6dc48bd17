impl PlanService {
    #[unknown]
    fn count(&self) -> Result<usize, PlanError> {
        let operation = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
                "plan_service",
                "count",
            );
            ::resilience_core::__private::register!(OPERATION);
            &OPERATION
        };
        return operation
            .call_blocking::<Result<usize, PlanError>>(|| { self.http.count() });
    }
}

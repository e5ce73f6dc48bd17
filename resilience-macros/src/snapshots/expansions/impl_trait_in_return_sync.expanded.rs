fn list(&self) -> Result<(impl Iterator<Item = u32>, [impl Copy; 2]), PlanError> {
    let operation = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
            "plan_service",
            "list",
        );
        ::resilience_core::__private::register!(OPERATION);
        &OPERATION
    };
    return operation
        .call_blocking::<Result<(_, [_; 2]), PlanError>>(|| { self.http.list() });
}

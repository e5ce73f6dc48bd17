fn write_plan(&self, plan: Plan) -> Result<u32, PlanError> {
    let operation = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::apply(
            "plan_service",
            "write_plan",
        );
        ::resilience_core::__private::register!(OPERATION);
        &OPERATION
    };
    return operation
        .call_blocking::<
            Result<u32, PlanError>,
        >(|| { self.http.put_blocking(plan) });
}

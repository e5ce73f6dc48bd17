async fn write_plan(&self, plan: Plan) -> Result<(), PlanError> {
    if false {
        ::resilience_core::__private::can_judge::<
            Result<(), PlanError>,
        >(classify::always_transient);
    }
    if let ::core::result::Result::Err(interruption) = ::resilience_core::__private::begin_apply(
        "write_plan",
    ) {
        return ::core::result::Result::Err(PlanError::interrupted(interruption));
    }
    self.put(plan).await
}

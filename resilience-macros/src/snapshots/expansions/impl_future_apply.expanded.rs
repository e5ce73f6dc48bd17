#[retry_service(name = "plan_service")]
#[::resilience_core::__private::__resilience_seal_8c1d5be07a2f4396(
    apply,
    ::resilience_core
)]
fn write_plan(
    &self,
    plan: Plan,
) -> impl Future<Output = Result<u32, PlanError>> + Send {
    const __RESILIENCE_THIS_IS_APPLY_8C1D5BE07A2F4396: () = ();
    async move {
        if let ::core::result::Result::Err(interruption) = ::resilience_core::__private::begin_apply(
            "write_plan",
        ) {
            return ::resilience_core::FromInterruption::from_interruption(
                interruption,
            );
        }
        self.http.put(plan).await
    }
}

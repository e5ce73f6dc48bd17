/// Documentation stays, and so do lints.
#[cfg(all())]
#[allow(clippy::all)]
#[inline]
#[must_use]
///More of it.
#[tracing::instrument]
#[expect(dead_code)]
pub unsafe extern "C" fn fetch_plan<'a, T: ?Sized, const N: usize>(
    #[allow(unused)]
    id: &'a T,
) -> Result<&'a T, PlanError>
where
    T: Send,
{
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
            .attempt_blocking::<Result<&'a T, PlanError>>(|| { get(id) });
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep_blocking(delay);
    }
}

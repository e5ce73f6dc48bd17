/// Documentation stays, and so do lints.
#[cfg(all())]
#[allow(clippy::all)]
#[inline]
#[must_use]
#[retry_service(name = "plan_service", idempotent)]
#[doc = "More of it."]
#[tracing::instrument]
#[expect(dead_code)]
pub unsafe extern "C" fn fetch_plan<'a, T: ?Sized, const N: usize>(#[allow(unused)] id: &'a T) -> Result<&'a T, PlanError>
where
    T: Send,
{
    get(id)
}

#[retry_service(name = "plan_service", idempotent, fallback = |_| self.cached(id))]
fn fetch<'life0, 'async_trait>(
    &'life0 self,
    id: u32,
) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<Plan, PlanError>> + ::core::marker::Send + 'async_trait>>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<Plan, PlanError>> {
            #[allow(unreachable_code)]
            return __ret;
        }
        let __self = self;
        let id = id;
        let __ret: Result<Plan, PlanError> = { __self.http.get(id).await };
        #[allow(unreachable_code)]
        __ret
    })
}

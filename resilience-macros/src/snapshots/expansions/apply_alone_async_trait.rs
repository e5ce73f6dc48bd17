#[apply]
fn commit<'life0, 'async_trait>(
    &'life0 self,
) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<(), PlanError>> + ::core::marker::Send + 'async_trait>> {
    Box::pin(async move {
        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<(), PlanError>> {
            #[allow(unreachable_code)]
            return __ret;
        }
        let __self = self;
        let __ret: Result<(), PlanError> = { __self.http.commit().await };
        #[allow(unreachable_code)]
        __ret
    })
}

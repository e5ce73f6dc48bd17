fn store<'life0, 'async_trait>(
    &'life0 self,
    name: String,
    __arg2: (u32, u32),
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<
            Output = Result<usize, PlanError>,
        > + ::core::marker::Send + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<
            Result<usize, PlanError>,
        > {
            return __ret;
        }
        let __self = self;
        let name = name;
        let (a, b) = __arg2;
        let __ret: Result<usize, PlanError> = {
            let mut call = {
                static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
                    "plan_service",
                    "store",
                );
                ::resilience_core::__private::register!(OPERATION);
                OPERATION.begin()
            };
            if let ::core::result::Result::Err(interruption) = call.admit() {
                return ::resilience_core::FromInterruption::from_interruption(
                    interruption,
                );
            }
            let outcome = call
                .attempt(async move {
                    if false {
                        return ::resilience_core::__private::never::<
                            Result<usize, PlanError>,
                        >();
                    }
                    __self.http.store(name, a, b).await
                })
                .await;
            return call.finish(outcome);
        };
        #[allow(unreachable_code)] __ret
    })
}

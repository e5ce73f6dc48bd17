fn fetch<'life0, 'async_trait>(
    &'life0 self,
    id: u32,
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<
            Output = Result<Plan, PlanError>,
        > + ::core::marker::Send + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<
            Result<Plan, PlanError>,
        > {
            #[allow(unreachable_code)] return __ret;
        }
        let __self = self;
        let id = id;
        let __ret: Result<Plan, PlanError> = {
            let mut call = {
                static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                    "plan_service",
                    "fetch",
                );
                ::resilience_core::__private::register!(OPERATION);
                trait Unmarked {
                    fn __kind_of_fetch(&self) {}
                }
                impl<T: ?::core::marker::Sized> Unmarked for &T {}
                ::resilience_core::__private::ask(|it: &Self| it.__kind_of_fetch());
                OPERATION.begin()
            };
            let ended = loop {
                if let ::core::result::Result::Err(interruption) = call.admit() {
                    break ::core::result::Result::Err(
                        ::resilience_core::LastFailure::Interruption(interruption),
                    );
                }
                let outcome = call
                    .try_attempt(async {
                        if false {
                            return ::resilience_core::__private::never::<
                                Result<Plan, PlanError>,
                            >();
                        }
                        __self.http.get(id).await
                    })
                    .await;
                let delay = match call.try_settle(outcome) {
                    ::resilience_core::Next::Return(outcome) => break outcome,
                    ::resilience_core::Next::RetryAfter(delay) => delay,
                };
                call.sleep(delay).await;
            };
            return match ended {
                ::core::result::Result::Ok(outcome) => outcome,
                ::core::result::Result::Err(failure) => {
                    call.fall_back(failure, |_| __self.cached(id))
                }
            };
        };
        #[allow(unreachable_code)] __ret
    })
}

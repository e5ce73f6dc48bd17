#[allow(clippy::async_yields_async, clippy::type_complexity)]
fn tag<'life0, 'life1, 'async_trait>(
    &'life0 mut self,
    id: &'life1 PlanId,
    mut tags: Vec<String>,
    __arg3: (u32, u32),
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<
            Output = Result<Vec<String>, PlanError>,
        > + ::core::marker::Send + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    'life1: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<
            Result<Vec<String>, PlanError>,
        > {
            #[allow(unreachable_code)] return __ret;
        }
        let mut __self = self;
        let mut tags = tags;
        let (a, b) = {
            let __arg3 = __arg3;
            __arg3
        };
        let __ret: Result<Vec<String>, PlanError> = {
            let mut call = match &__self.plans {
                service => {
                    static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                        ::resilience_core::__private::GIVEN_BY_CALL,
                        "tag",
                    );
                    ::resilience_core::__private::register!(OPERATION);
                    trait Unmarked {
                        fn __kind_of_tag(&self) {}
                    }
                    impl<T: ?::core::marker::Sized> Unmarked for &T {}
                    ::resilience_core::__private::ask(|it: &Self| {
                        it.__kind_of_tag()
                    });
                    OPERATION.begin_on(service)
                }
            };
            loop {
                if let ::core::result::Result::Err(interruption) = call.admit() {
                    return ::resilience_core::FromInterruption::from_interruption(
                        interruption,
                    );
                }
                let mut tags = ::core::clone::Clone::clone(&tags);
                let outcome = call
                    .attempt(async {
                        if false {
                            return ::resilience_core::__private::never::<
                                Result<Vec<String>, PlanError>,
                            >();
                        }
                        let mut tags = tags;
                        tags.push(__self.http.get(id).await?);
                        Ok(tags)
                    })
                    .await;
                let delay = match call.settle(outcome) {
                    ::resilience_core::Next::Return(outcome) => return outcome,
                    ::resilience_core::Next::RetryAfter(delay) => delay,
                };
                call.sleep(delay).await;
            }
        };
        #[allow(unreachable_code)] __ret
    })
}

fn ping<'life0, 'async_trait>(
    &'life0 self,
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<Output = ()> + ::core::marker::Send + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        let __self = self;
        let _: () = {
            let mut call = {
                static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                    "plan_service",
                    "ping",
                );
                ::resilience_core::__private::register!(OPERATION);
                trait Unmarked {
                    fn __kind_of_ping(&self) {}
                }
                impl<T: ?::core::marker::Sized> Unmarked for &T {}
                ::resilience_core::__private::ask(|it: &Self| it.__kind_of_ping());
                OPERATION.begin()
            };
            loop {
                if let ::core::result::Result::Err(interruption) = call.admit() {
                    return ::resilience_core::FromInterruption::from_interruption(
                        interruption,
                    );
                }
                let outcome = call
                    .attempt(async {
                        if false {
                            return ::resilience_core::__private::never::<()>();
                        }
                        __self.http.ping().await;
                    })
                    .await;
                let delay = match call.settle_as(outcome, judge) {
                    ::resilience_core::Next::Return(outcome) => return outcome,
                    ::resilience_core::Next::RetryAfter(delay) => delay,
                };
                call.sleep(delay).await;
            }
        };
    })
}

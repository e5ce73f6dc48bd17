async fn list(
    &self,
    of: impl AsRef<str>,
) -> Result<impl Iterator<Item = u32> + use<'_>, Box<dyn Fn(u32) -> u32>> {
    let mut call = {
        static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
            "plan_service",
            "list",
        );
        ::resilience_core::__private::register!(OPERATION);
        trait Unmarked {
            fn __kind_of_list(&self) {}
        }
        impl<T: ?::core::marker::Sized> Unmarked for &T {}
        ::resilience_core::__private::ask(|it: &Self| it.__kind_of_list());
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
                    return ::resilience_core::__private::never::<
                        Result<_, Box<dyn Fn(u32) -> u32>>,
                    >();
                }
                Ok(self.http.list(of.as_ref()).await?.into_iter())
            })
            .await;
        let delay = match call.settle(outcome) {
            ::resilience_core::Next::Return(outcome) => return outcome,
            ::resilience_core::Next::RetryAfter(delay) => delay,
        };
        call.sleep(delay).await;
    }
}

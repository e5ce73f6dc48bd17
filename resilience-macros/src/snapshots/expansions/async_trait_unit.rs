#[retry_service(name = "plan_service", idempotent, classify = judge)]
fn ping<'life0, 'async_trait>(
    &'life0 self,
) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = ()> + ::core::marker::Send + 'async_trait>>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        let __self = self;
        let _: () = {
            __self.http.ping().await;
        };
    })
}

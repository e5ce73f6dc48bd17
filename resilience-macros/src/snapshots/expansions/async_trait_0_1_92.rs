// What `#[async_trait]` hands on: its bindings are made once, only its initialiser is an attempt.
#[retry_service(service = self.plans, idempotent, clone(tags))]
#[allow(clippy::async_yields_async, clippy::type_complexity)]
fn tag<'life0, 'life1, 'async_trait>(
    &'life0 mut self,
    id: &'life1 PlanId,
    tags: Vec<String>,
    __arg3: (u32, u32),
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<Output = Result<Vec<String>, PlanError>>
            + ::core::marker::Send
            + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    'life1: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<Vec<String>, PlanError>> {
            #[allow(unreachable_code)]
            return __ret;
        }
        let mut __self = self;
        let mut tags = tags;
        let (a, b) = {
            let __arg3 = __arg3;
            __arg3
        };
        let __ret: Result<Vec<String>, PlanError> = {
            tags.push(__self.http.get(id).await?);
            Ok(tags)
        };
        #[allow(unreachable_code)]
        __ret
    })
}

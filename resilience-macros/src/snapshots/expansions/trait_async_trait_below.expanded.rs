trait PlanStore {
    async fn get<S: AsRef<str>>(&self, key: S) -> Result<Plan, PlanError>
    where
        Self: Debug;
}
/// Any [`PlanStore`] as operations of the service `plan_store`: what the trait marks `#[idempotent]` is retried, what it marks `#[plain]` or `#[apply]` gets one attempt, and all of them go through one breaker. Other methods are forwarded as they are.
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
struct PlanStoreResilient<Inner> {
    inner: Inner,
    service: ::core::option::Option<&'static ::resilience_core::Service>,
}
impl<Inner> PlanStoreResilient<Inner> {
    /// Protects `inner`, by the service `plan_store` in the registry that was entered, or else in the global one.
    #[must_use]
    const fn new(inner: Inner) -> Self {
        Self {
            inner,
            service: ::core::option::Option::None,
        }
    }
    /// Protects `inner` by a service that is at hand.
    #[must_use]
    const fn with_service(
        inner: Inner,
        service: &'static ::resilience_core::Service,
    ) -> Self {
        Self {
            inner,
            service: ::core::option::Option::Some(service),
        }
    }
    /// Protects `inner` by the service `plan_store` of this registry.
    #[must_use]
    fn in_registry(
        inner: Inner,
        registry: &'static ::resilience_core::Registry,
    ) -> Self {
        Self::with_service(inner, registry.service("plan_store"))
    }
    /// The implementation inside. Calls on it are not protected.
    #[must_use]
    const fn inner(this: &Self) -> &Inner {
        &this.inner
    }
    /// Gives the implementation back.
    #[must_use]
    fn into_inner(this: Self) -> Inner {
        this.inner
    }
}
impl<Inner> PlanStore for PlanStoreResilient<Inner>
where
    Inner: PlanStore,
    Inner: Debug,
{
    async fn get<S: AsRef<str>>(&self, key: S) -> Result<Plan, PlanError>
    where
        Self: Debug,
    {
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::plain(
                "plan_store",
                "get",
            );
            ::resilience_core::__private::register!(OPERATION);
            match self.service {
                ::core::option::Option::Some(service) => OPERATION.begin_on(&service),
                ::core::option::Option::None => OPERATION.begin(),
            }
        };
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return ::resilience_core::FromInterruption::from_interruption(interruption);
        }
        let outcome = call
            .attempt(async move {
                if false {
                    return ::resilience_core::__private::never::<
                        Result<Plan, PlanError>,
                    >();
                }
                <Inner as PlanStore>::get::<S>(&self.inner, key).await
            })
            .await;
        return call.finish(outcome);
    }
}

pub trait PlanStore {
    type Error: Classify + From<Interruption>;
    async fn put(&self, plan: Plan) -> Result<(), Self::Error>;
    #[doc(hidden)]
    #[inline]
    fn __kind_of_put(&self) -> ::resilience_core::__private::Applied {
        ::resilience_core::__private::Applied
    }
    fn name(&self) -> String;
}
/// Any [`PlanStore`] as operations of the service `plan_store`: what the trait marks `#[idempotent]` is retried, what it marks `#[plain]` or `#[apply]` gets one attempt, and all of them go through one breaker. Other methods are forwarded as they are.
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct PlanStoreResilient<S> {
    inner: S,
    service: ::core::option::Option<&'static ::resilience_core::Service>,
}
impl<S> PlanStoreResilient<S> {
    /// Protects `inner`, by the service `plan_store` in the registry that was entered, or else in the global one.
    #[must_use]
    pub const fn new(inner: S) -> Self {
        Self {
            inner,
            service: ::core::option::Option::None,
        }
    }
    /// Protects `inner` by a service that is at hand.
    #[must_use]
    pub const fn with_service(
        inner: S,
        service: &'static ::resilience_core::Service,
    ) -> Self {
        Self {
            inner,
            service: ::core::option::Option::Some(service),
        }
    }
    /// Protects `inner` by the service `plan_store` of this registry.
    #[must_use]
    pub fn in_registry(
        inner: S,
        registry: &'static ::resilience_core::Registry,
    ) -> Self {
        Self::with_service(inner, registry.service("plan_store"))
    }
    /// The implementation inside. Calls on it are not protected.
    #[must_use]
    pub const fn inner(this: &Self) -> &S {
        &this.inner
    }
    /// Gives the implementation back.
    #[must_use]
    pub fn into_inner(this: Self) -> S {
        this.inner
    }
}
impl<S> PlanStore for PlanStoreResilient<S>
where
    S: PlanStore,
{
    type Error = <S as PlanStore>::Error;
    async fn put(&self, plan: Plan) -> Result<(), Self::Error> {
        let mut call = {
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::apply(
                "plan_store",
                "put",
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
                        Result<(), Self::Error>,
                    >();
                }
                <S as PlanStore>::put(&self.inner, plan).await
            })
            .await;
        return call.finish(outcome);
    }
    fn name(&self) -> String {
        <S as PlanStore>::name(&self.inner)
    }
}

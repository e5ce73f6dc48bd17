pub trait PlanStore: Display {
    fn open(path: &str) -> Result<Self, PlanError>
    where
        Self: Sized,
    {
        Self::open_default()
    }
    fn get(
        &self,
        id: u64,
    ) -> Pin<Box<dyn Future<Output = Result<Plan, PlanError>> + Send>>;
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
    S: ::core::clone::Clone + 'static,
    S: ::core::marker::Send,
    S: ::core::marker::Sync,
    PlanStoreResilient<S>: Display,
{
    fn open(path: &str) -> Result<Self, PlanError>
    where
        Self: Sized,
    {
        let service = ::core::option::Option::None;
        <S as PlanStore>::open(path).map(|inner| Self { inner, service })
    }
    fn get(
        &self,
        id: u64,
    ) -> Pin<Box<dyn Future<Output = Result<Plan, PlanError>> + Send>> {
        let copy_of_decorator = ::core::clone::Clone::clone(self);
        ::std::boxed::Box::pin(async move {
            let mut call = {
                static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                    "plan_store",
                    "get",
                );
                ::resilience_core::__private::register!(OPERATION);
                match copy_of_decorator.service {
                    ::core::option::Option::Some(service) => OPERATION.begin_on(&service),
                    ::core::option::Option::None => OPERATION.begin(),
                }
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
                                Result<Plan, PlanError>,
                            >();
                        }
                        <S as PlanStore>::get(&copy_of_decorator.inner, id).await
                    })
                    .await;
                let delay = match call.settle(outcome) {
                    ::resilience_core::Next::Return(outcome) => return outcome,
                    ::resilience_core::Next::RetryAfter(delay) => delay,
                };
                call.sleep(delay).await;
            }
        })
    }
}
impl<S: ?::core::marker::Sized> PlanStore for ::std::sync::Arc<S>
where
    S: PlanStore,
    ::std::sync::Arc<S>: Display,
{
    fn get(
        &self,
        id: u64,
    ) -> Pin<Box<dyn Future<Output = Result<Plan, PlanError>> + Send>> {
        <S as PlanStore>::get(&**self, id)
    }
}

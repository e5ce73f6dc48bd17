pub trait PlanStore<K: Key>: Send + Sync {
    type Plan;
    const LIMIT: usize = 100;
    /// Reads a plan.
    async fn get(&self, key: K) -> Result<Self::Plan, PlanError>;
    fn put<'a>(
        &'a mut self,
        plan: Self::Plan,
    ) -> Pin<Box<dyn Future<Output = Result<(), PlanError>> + Send + 'a>>;
    #[doc(hidden)]
    #[inline]
    fn __kind_of_put(&self) -> ::resilience_core::__private::Applied {
        ::resilience_core::__private::Applied
    }
    fn name(&self) -> String {
        "plans".to_owned()
    }
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
        static SERVICE: ::resilience_core::ServiceDef = ::resilience_core::ServiceDef::new(
                "plan_store",
            )
            .breaker(::resilience_core::BreakerPolicy::builder().failure_threshold(3));
        Self::with_service(inner, registry.define(&SERVICE))
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
impl<K: Key, S> PlanStore<K> for PlanStoreResilient<S>
where
    S: PlanStore<K>,
    S: ::core::marker::Send,
{
    type Plan = <S as PlanStore<K>>::Plan;
    const LIMIT: usize = <S as PlanStore<K>>::LIMIT;
    async fn get(&self, mut key: K) -> Result<Self::Plan, PlanError> {
        let mut call = {
            static SERVICE: ::resilience_core::ServiceDef = ::resilience_core::ServiceDef::new(
                    "plan_store",
                )
                .breaker(
                    ::resilience_core::BreakerPolicy::builder().failure_threshold(3),
                );
            static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::idempotent(
                ::resilience_core::__private::GIVEN_BY_CALL,
                "get",
            );
            ::resilience_core::__private::register!(OPERATION);
            match self.service {
                ::core::option::Option::Some(service) => OPERATION.begin_on(&service),
                ::core::option::Option::None => OPERATION.begin_on(&SERVICE),
            }
        };
        loop {
            if let ::core::result::Result::Err(interruption) = call.admit() {
                return ::resilience_core::FromInterruption::from_interruption(
                    interruption,
                );
            }
            let mut key = ::core::clone::Clone::clone(&key);
            let outcome = call
                .attempt(async {
                    if false {
                        return ::resilience_core::__private::never::<
                            Result<Self::Plan, PlanError>,
                        >();
                    }
                    let key = key;
                    <S as PlanStore<K>>::get(&self.inner, key).await
                })
                .await;
            let delay = match call.settle(outcome) {
                ::resilience_core::Next::Return(outcome) => return outcome,
                ::resilience_core::Next::RetryAfter(delay) => delay,
            };
            call.sleep(delay).await;
        }
    }
    fn put<'a>(
        &'a mut self,
        plan: Self::Plan,
    ) -> Pin<Box<dyn Future<Output = Result<(), PlanError>> + Send + 'a>> {
        ::std::boxed::Box::pin(async move {
            let mut call = {
                static SERVICE: ::resilience_core::ServiceDef = ::resilience_core::ServiceDef::new(
                        "plan_store",
                    )
                    .breaker(
                        ::resilience_core::BreakerPolicy::builder().failure_threshold(3),
                    );
                static OPERATION: ::resilience_core::Operation = ::resilience_core::Operation::apply(
                    ::resilience_core::__private::GIVEN_BY_CALL,
                    "put",
                );
                ::resilience_core::__private::register!(OPERATION);
                match self.service {
                    ::core::option::Option::Some(service) => OPERATION.begin_on(&service),
                    ::core::option::Option::None => OPERATION.begin_on(&SERVICE),
                }
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
                            Result<(), PlanError>,
                        >();
                    }
                    <S as PlanStore<K>>::put(&mut self.inner, plan).await
                })
                .await;
            return call.finish(outcome);
        })
    }
    fn name(&self) -> String {
        <S as PlanStore<K>>::name(&self.inner)
    }
}

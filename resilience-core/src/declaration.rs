//! Services declared in code, and what the attribute takes as `service = ..`.

use crate::{
    policy::{ApplyInRetry, BreakerOptions, BudgetOptions, EventOptions, RetryOptions, ServiceOptions},
    registry::Registry,
    scope::{self, Scope},
    service::{Partition, Pinned, Service},
};
use std::{sync::OnceLock, time::Duration};

/// A service declared in code: what its breaker, budget and operations do unless settings say otherwise.
///
/// ```
/// use resilience_core::{BreakerPolicy, ServiceDef};
///
/// static PLANS: ServiceDef =
///     ServiceDef::new("plan_service").breaker(BreakerPolicy::builder().failure_threshold(3));
///
/// assert_eq!(PLANS.name(), "plan_service");
/// ```
///
/// The attribute takes it as `service = PLANS`.
#[derive(Debug)]
pub struct ServiceDef {
    name: &'static str,
    layer: ServiceOptions,
    max_partitions: Option<usize>,
    global: OnceLock<&'static Service>,
}

impl ServiceDef {
    /// Declares a service; `name` is what settings and events call it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            layer: ServiceOptions::new(),
            max_partitions: None,
            global: OnceLock::new(),
        }
    }

    /// How its operations retry, unless their own attribute says otherwise.
    #[must_use]
    pub const fn retry(mut self, retry: RetryOptions) -> Self {
        self.layer = self.layer.retry(retry);
        self
    }

    /// Its breaker.
    #[must_use]
    pub const fn breaker(mut self, breaker: BreakerOptions) -> Self {
        self.layer = self.layer.breaker(breaker);
        self
    }

    /// Its retry budget.
    #[must_use]
    pub const fn budget(mut self, budget: BudgetOptions) -> Self {
        self.layer = self.layer.budget(budget);
        self
    }

    /// The levels of the events about it.
    #[must_use]
    pub const fn events(mut self, events: EventOptions) -> Self {
        self.layer = self.layer.events(events);
        self
    }

    /// The time after which an attempt of its async operations is cancelled.
    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.layer = self.layer.attempt_timeout(timeout);
        self
    }

    /// What happens when one of its applies starts inside an attempt that its caller could repeat.
    #[must_use]
    pub const fn apply_in_retry(mut self, rule: ApplyInRetry) -> Self {
        self.layer = self.layer.apply_in_retry(rule);
        self
    }

    /// How many [partitions](Partition) it tells apart at a time; the registry says so otherwise.
    ///
    /// ```
    /// use resilience_core::{Registry, ServiceDef};
    ///
    /// static PAGES: ServiceDef = ServiceDef::new("page_service").max_partitions(1);
    ///
    /// let pages = Registry::new().define(&PAGES);
    /// let (first, second) = (pages.partition("example.com"), pages.partition("example.org"));
    /// assert_eq!((first.key(), second.key()), (Some("example.com"), None));
    /// ```
    #[must_use]
    pub const fn max_partitions(mut self, limit: usize) -> Self {
        self.max_partitions = Some(limit);
        self
    }

    /// The name of the service.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// What `service = ..` in the attribute takes: a [`ServiceDef`], a handle to a live service, or a lease of one of its partitions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no service",
    label = "expected a `ServiceDef`, a `&'static Service` or a `Partition`",
    note = "declare `static PLANS: ServiceDef = ServiceDef::new(\"plan_service\")`, or keep `registry.service(\"plan_service\")` in a field"
)]
pub trait ServiceSource {
    /// The live service.
    fn service(&self) -> &'static Service;

    /// What a call goes by: the service, or one of its partitions.
    #[doc(hidden)]
    #[inline]
    fn __place(&self) -> Place {
        Place(Called::Service(self.service()))
    }
}

/// What a call goes by. Made by the library's own sources.
#[doc(hidden)]
#[derive(Debug)]
pub struct Place(pub(crate) Called);

#[derive(Debug)]
pub(crate) enum Called {
    Service(&'static Service),
    Partition(Pinned),
}

impl ServiceSource for &'static Service {
    #[inline]
    fn service(&self) -> &'static Service {
        self
    }
}

/// A lease: calls that begin on it are the partition's, and hold it until they are dropped.
impl ServiceSource for Partition {
    /// The service that it is a partition of.
    fn service(&self) -> &'static Service {
        Self::service(self)
    }

    fn __place(&self) -> Place {
        Place(Called::Partition(self.pin()))
    }
}

impl ServiceSource for &Partition {
    fn service(&self) -> &'static Service {
        Partition::service(self)
    }

    fn __place(&self) -> Place {
        (**self).__place()
    }
}

/// The service of this name in the registry that was entered, or else in the global one.
impl ServiceSource for ServiceDef {
    #[inline]
    fn service(&self) -> &'static Service {
        if !scope::current().has(Scope::REGISTRY) {
            if let Some(service) = self.global.get() {
                return service;
            }
        }
        match scope::with_surroundings(|here| here.registry) {
            Some(registry) => registry.define(self),
            None => {
                let service = Registry::global().define(self);
                let _ = self.global.set(service);
                service
            }
        }
    }
}

impl ServiceDef {
    /// The live service of this name, in the registry that was entered, or else in the global one.
    #[must_use]
    pub fn service(&self) -> &'static Service {
        ServiceSource::service(self)
    }

    pub(crate) fn layer(&self) -> ServiceOptions {
        self.layer
    }

    pub(crate) fn partitions_limit(&self) -> Option<usize> {
        self.max_partitions
    }
}

//! An annotated method: what the macro knows of it, and its link to a live service.

use crate::{
    call::Call,
    declaration::{Called, ServiceSource},
    link::Link,
    policy::{RetryOptions, ServiceOptions},
    registry::Registry,
    scope::{self, Scope},
    service::Service,
};
use std::{any, ptr, sync::OnceLock, time::Duration};

mod path;

/// What an operation does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Doing it twice is the same as doing it once: it may be retried.
    Idempotent,
    /// Nothing is known: one attempt, through the breaker.
    Plain,
    /// It changes the world: one attempt, and no enclosing call repeats it.
    Apply,
}

impl Kind {
    /// The name as the attribute spells it: `idempotent`, `plain` or `apply`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idempotent => "idempotent",
            Self::Plain => "plain",
            Self::Apply => "apply",
        }
    }
}

/// One annotated method: a `static` in its body, linked to its service on first use.
///
/// Made by `#[retry_service]`; by hand it serves code that cannot carry the attribute:
///
/// ```
/// use resilience_core::{Next, Operation, classify};
///
/// static FETCH: Operation = Operation::idempotent("plan_service", "fetch_plan");
///
/// fn fetch() -> Result<u32, std::io::Error> {
///     let mut call = FETCH.begin();
///     loop {
///         call.admit()?;
///         let outcome = call.attempt_blocking(|| std::io::Result::Ok(7));
///         match call.settle(outcome) {
///             Next::Return(outcome) => break outcome,
///             Next::RetryAfter(delay) => call.sleep_blocking(delay),
///         }
///     }
/// }
/// assert_eq!(fetch().unwrap(), 7);
/// ```
#[derive(Debug)]
pub struct Operation {
    service: &'static str,
    name: &'static str,
    kind: Kind,
    /// The name of a closure in the function, where nothing else says whether that implements a trait.
    closure: Option<fn() -> &'static str>,
    retry: RetryOptions,
    attempt_timeout: Option<Duration>,
    /// The link to the service of this name in the global registry.
    link: OnceLock<&'static Link>,
    /// The link to the first service or registry that was handed in; others are found by name.
    handed: OnceLock<&'static Link>,
}

impl Operation {
    /// An operation that may be retried.
    #[must_use]
    pub const fn idempotent(service: &'static str, operation: &'static str) -> Self {
        Self::new(service, operation, Kind::Idempotent)
    }

    /// An operation that gets one attempt.
    #[must_use]
    pub const fn plain(service: &'static str, operation: &'static str) -> Self {
        Self::new(service, operation, Kind::Plain)
    }

    /// An operation that changes the world: one attempt, and a fence that no enclosing retry crosses.
    #[must_use]
    pub const fn apply(service: &'static str, operation: &'static str) -> Self {
        Self::new(service, operation, Kind::Apply)
    }

    const fn new(service: &'static str, name: &'static str, kind: Kind) -> Self {
        Self {
            service,
            name,
            kind,
            closure: None,
            retry: RetryOptions::new(),
            attempt_timeout: None,
            link: OnceLock::new(),
            handed: OnceLock::new(),
        }
    }

    /// What the code says about retries; settings may say otherwise.
    #[must_use]
    pub const fn retry(mut self, layer: RetryOptions) -> Self {
        self.retry = layer;
        self
    }

    /// The time after which an attempt is cancelled (async only); settings may say otherwise.
    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Remembers where the operation stands: in the function that holds this closure. Not for use by hand.
    #[doc(hidden)]
    #[must_use]
    pub const fn within<F: Fn() + Copy>(mut self, _: F) -> Self {
        self.closure = Some(any::type_name::<F>);
        self
    }

    /// The name of the operation within its service.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the operation does to the world.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Begins a call, in the registry that was [entered](Registry::enter), or in the global one.
    #[inline]
    pub fn begin(&'static self) -> Call {
        let scope = scope::current();
        if !scope.has(Scope::REGISTRY | Scope::DEADLINE | Scope::TIMED) {
            if let Some(link) = self.link.get() {
                return Call::new(link);
            }
        }
        self.begin_inside(scope)
    }

    #[inline(never)]
    fn begin_inside(&'static self, scope: Scope) -> Call {
        let known = self.link.get().filter(|_| !scope.has(Scope::REGISTRY));
        Call::new(known.copied().unwrap_or_else(|| self.link_by_scope())).with_deadline_of(scope)
    }

    /// The link in the global registry, once it is known.
    #[inline]
    pub(crate) fn known_link(&self) -> Option<&'static Link> {
        self.link.get().copied()
    }

    #[cold]
    fn link_by_scope(&'static self) -> &'static Link {
        match scope::with_surroundings(|here| here.registry) {
            Some(registry) => registry.service(self.service).link(self),
            None => self.keep(&self.link, Registry::global().service(self.service)),
        }
    }

    /// Begins a call in `registry`.
    pub fn begin_in(&'static self, registry: &'static Registry) -> Call {
        match self.handed.get() {
            Some(link) if ptr::eq(link.service.registry(), registry) && link.service.name() == self.service => {
                Call::new(link)
            }
            _ => Call::new(self.keep(&self.handed, registry.service(self.service))),
        }
        .with_deadline_of(scope::current())
    }

    /// Begins a call on a service that was handed in: a [`ServiceDef`](crate::ServiceDef), a `&'static Service`, or a
    /// [`Partition`](crate::Partition), which the call holds until it is dropped.
    #[inline]
    pub fn begin_on<S: ServiceSource + ?Sized>(&'static self, service: &S) -> Call {
        match service.__place().0 {
            Called::Service(service) => match self.handed.get() {
                Some(link) if ptr::eq(link.service, service) => Call::new(link),
                _ => Call::new(self.keep(&self.handed, service)),
            },
            Called::Partition(pinned) => Call::of_partition(pinned.service().link_partition(self), pinned),
        }
        .with_deadline_of(scope::current())
    }

    /// Links to `service`, and keeps the link in `place` if it is the first there.
    #[cold]
    fn keep(&'static self, place: &OnceLock<&'static Link>, service: &'static Service) -> &'static Link {
        // Not `get_or_init`: linking may emit an event, and a subscriber may call this very operation.
        let link = service.link(self);
        let _ = place.set(link);
        link
    }

    /// The kind that its calls have: a function that implements a trait must not be repeated where the trait could not be
    /// asked whether it is an apply.
    pub(crate) fn kind_in_force(&self) -> Kind {
        match self.closure {
            Some(closure) if self.kind == Kind::Idempotent && path::implements_trait(closure()) => Kind::Plain,
            _ => self.kind,
        }
    }

    /// The service that its code names; empty where the call brings it.
    pub(crate) const fn service(&self) -> &'static str {
        self.service
    }

    /// What the code of the operation itself says.
    pub(crate) fn layer(&self) -> ServiceOptions {
        ServiceOptions {
            retry: self.retry,
            attempt_timeout: self.attempt_timeout,
            ..ServiceOptions::new()
        }
    }
}

//! Deadlines: a time by which everything inside is to be over.
//!
//! For request handlers: the calls that a handler makes need no longer than the handler has. Inside [`within`]
//!
//! - no attempt starts once the time is over: the call is rejected with
//!   [`Reason::DeadlinePassed`](crate::Reason::DeadlinePassed);
//! - no call waits for a retry that could only start later, and no call inside another waits longer than that one has time;
//! - an async attempt is cut when the time is over, or when its own `attempt_timeout` is, whichever comes first. An attempt that
//!   is cut by the deadline says nothing about the service: its breaker treats it like an abandoned one.
//!
//! The deadline is a part of the [`scope`]: it follows the future, not the thread; a spawned task starts without
//! one, [`carry`](crate::scope::carry) takes it along. Code that makes no calls of ours is not cut.

use crate::{
    registry::Registry,
    scope::{self, Around, Inside, Scope},
    time::Started,
};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    ptr,
    task::{Context, Poll},
    time::Duration,
};

/// A moment of a registry's clock.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    registry: &'static Registry,
    until: Until,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    At(Duration),
    /// The end of a call's time, in milliseconds since the start of its clock: where nobody asks, no clock is read.
    End {
        started: Started,
        millis: u32,
    },
}

impl Deadline {
    fn after(time: Duration) -> Self {
        let entered = scope::with_surroundings(|here| here.registry);
        let registry = entered.unwrap_or_else(Registry::global);
        Self::at(registry, registry.now().saturating_add(time))
    }

    fn at(registry: &'static Registry, at: Duration) -> Self {
        Self {
            registry,
            until: Until::At(at),
        }
    }

    /// The end of the time of a call, which has so many milliseconds.
    pub(crate) fn of_call(registry: &'static Registry, started: Started, millis: u32) -> Self {
        Self {
            registry,
            until: Until::End { started, millis },
        }
    }

    /// The same moment for work that may outlive the call: the start of a call's clock is known for some weeks only.
    pub(crate) fn fixed(self) -> Self {
        match self.until {
            Until::At(_) => self,
            Until::End { .. } => {
                let now = self.registry.now();
                Self::at(self.registry, now.saturating_add(self.left_at(now)))
            }
        }
    }

    /// The time left; zero where it is over.
    #[cold]
    fn left(self) -> Duration {
        self.left_at(self.registry.now())
    }

    fn left_at(self, now: Duration) -> Duration {
        match self.until {
            Until::At(at) => at.saturating_sub(now),
            Until::End { started, millis } => Duration::from_millis(millis.into()).saturating_sub(started.elapsed(now)),
        }
    }

    /// This one, or the one that holds already if that is sooner.
    pub(crate) fn or_sooner(self, holding: Option<Self>) -> Self {
        let Some(other) = holding else {
            return self;
        };
        let other_is_sooner = match (self.until, other.until) {
            _ if !ptr::eq(other.registry, self.registry) => other.left() < self.left(),
            (Until::At(own), Until::At(other)) => other < own,
            _ => {
                let now = self.registry.now();
                other.left_at(now) < self.left_at(now)
            }
        };
        if other_is_sooner { other } else { self }
    }

    /// Puts this deadline in force, unless a sooner one is, until the guard is dropped.
    fn hold(self) -> Held {
        let outer = scope::deadline();
        scope::set_deadline(Some(self.or_sooner(outer)));
        let scope = scope::current();
        scope::set(scope.with(Scope::DEADLINE));
        Held {
            outer,
            is_first: !scope.has(Scope::DEADLINE),
        }
    }
}

/// Puts back what held before.
struct Held {
    outer: Option<Deadline>,
    is_first: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        scope::set_deadline(self.outer);
        if self.is_first {
            scope::set(scope::current().without(Scope::DEADLINE));
        }
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Deadline").field(&self.until).finish()
    }
}

/// The time left until the deadline in force; none where there is no deadline. Zero once it is over.
///
/// ```
/// use resilience_core::deadline;
/// use std::time::Duration;
///
/// assert_eq!(deadline::remaining(), None);
/// deadline::within_blocking(Duration::from_secs(2), || {
///     assert!(deadline::remaining().unwrap() <= Duration::from_secs(2));
/// });
/// ```
#[must_use]
pub fn remaining() -> Option<Duration> {
    if scope::current().has(Scope::DEADLINE) {
        left()
    } else {
        None
    }
}

/// The time left until the deadline in force, or until the end of the time of the calls around, whichever is sooner.
#[inline]
pub(crate) fn left() -> Option<Duration> {
    scope::deadline().map(Deadline::left)
}

/// Whether the deadline in force is over.
pub(crate) fn is_over() -> bool {
    remaining().is_some_and(|left| left.is_zero())
}

/// Runs `future` with the deadline `time` from now, or with the one in force if that is sooner.
///
/// The time is that of the registry that was [entered](Registry::enter), or of the global one. `future` itself is not cut, only
/// the attempts inside it: it ends soon after, with what they returned.
///
/// ```
/// use resilience_core::{Interruption, Reason, deadline, retry_service};
/// use std::time::Duration;
///
/// #[retry_service(name = "plan_service", idempotent)]
/// async fn fetch_plan() -> std::io::Result<u32> {
///     std::future::pending().await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let error = deadline::within(Duration::from_millis(20), fetch_plan()).await.unwrap_err();
/// let interruption = error.get_ref().unwrap().downcast_ref::<Interruption>().unwrap();
/// assert_eq!(interruption.reason(), Reason::AttemptTimeout);
/// # }
/// ```
pub fn within<F: Future>(time: Duration, future: F) -> Within<F> {
    Within {
        inside: Inside::new(Deadline::after(time), future),
    }
}

/// Runs `closure` with the deadline `time` from now, or with the one in force if that is sooner. Synchronous attempts are not cut,
/// but none starts once the time is over.
pub fn within_blocking<R>(time: Duration, closure: impl FnOnce() -> R) -> R {
    Deadline::after(time).run(closure)
}

impl Around for Deadline {
    fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let _held = self.hold();
        body()
    }
}

pin_project! {
    /// A future that runs with a deadline: see [`within`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct Within<F> {
        #[pin]
        inside: Inside<Deadline, F>,
    }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inside.poll(cx)
    }
}

impl<F> fmt::Debug for Within<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Within").finish_non_exhaustive()
    }
}

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
    link::Link,
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

/// The end of some time, by a registry's clock.
#[derive(Clone, Copy)]
pub(crate) enum Deadline {
    /// Somebody has set it.
    At { registry: &'static Registry, at: Duration },
    /// The end of the time of a call. Where nobody asks, no clock is read.
    OfCall {
        link: &'static Link,
        started: Started,
        /// The clock of the call has started. Whoever asks first starts it.
        runs: bool,
    },
}

impl Deadline {
    fn after(time: Duration) -> Self {
        let entered = scope::with_surroundings(|here| here.registry);
        let registry = entered.unwrap_or_else(Registry::global);
        let at = registry.now().saturating_add(time);
        Self::At { registry, at }
    }

    /// The same moment for work that may outlive the call: the start of a call's clock is known for some weeks only.
    pub(crate) fn fixed(self) -> Self {
        match self {
            Self::At { .. } => self,
            Self::OfCall { .. } => {
                let registry = self.registry();
                let now = registry.now();
                let at = now.saturating_add(self.left_at(now));
                Self::At { registry, at }
            }
        }
    }

    fn registry(self) -> &'static Registry {
        match self {
            Self::At { registry, .. } => registry,
            Self::OfCall { link, .. } => link.service.registry(),
        }
    }

    fn runs(self) -> bool {
        !matches!(self, Self::OfCall { runs: false, .. })
    }

    /// Whether it is the end of a call's time by the clock of `registry`, and that time has not begun.
    pub(crate) fn waits_for(self, registry: &'static Registry) -> bool {
        !self.runs() && ptr::eq(self.registry(), registry)
    }

    /// The time left; zero where it is over.
    fn left(self) -> Duration {
        self.left_at(self.registry().now())
    }

    fn left_at(self, now: Duration) -> Duration {
        match self {
            Self::At { at, .. } => at.saturating_sub(now),
            Self::OfCall { link, started, runs } => {
                let elapsed = if runs { started.elapsed(now) } else { Duration::ZERO };
                Duration::from_millis(link.total_timeout().into()).saturating_sub(elapsed)
            }
        }
    }

    /// This deadline, which is the one in force, once its clock has started. `known` is the time where it has been read already.
    fn running(self, known: Option<(&'static Registry, Duration)>) -> Self {
        match self {
            Self::OfCall { link, runs: false, .. } => start(link, known),
            _ => self,
        }
    }

    /// Whether it ends before `around`, which is in force. Two that have not started by one clock start together; all others must
    /// have started.
    pub(crate) fn is_sooner_than(self, around: Self) -> bool {
        if let (Self::OfCall { link: own, .. }, Self::OfCall { link: other, .. }) = (self, around) {
            if !self.runs() && !around.runs() {
                return own.total_timeout() < other.total_timeout();
            }
        }
        let around = around.running(None);
        match (self, around) {
            _ if !ptr::eq(self.registry(), around.registry()) => self.left() < around.left(),
            (Self::At { at: own, .. }, Self::At { at: other, .. }) => own < other,
            (
                Self::OfCall { link, started, .. },
                Self::OfCall {
                    link: other,
                    started: others,
                    ..
                },
            ) => {
                let head_start = started.millis_since(others);
                head_start + i64::from(link.total_timeout()) < i64::from(other.total_timeout())
            }
            _ => {
                let now = self.registry().now();
                self.left_at(now) < around.left_at(now)
            }
        }
    }

    /// Puts this deadline in force, unless a sooner one is, until the guard is dropped.
    fn hold(self) -> Held {
        let outer = scope::deadline().map(|outer| outer.running(None));
        if outer.is_none_or(|outer| self.is_sooner_than(outer)) {
            scope::set_deadline(Some(self));
        }
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
        match self {
            Self::At { at, .. } => f.debug_tuple("At").field(at).finish(),
            Self::OfCall { started, runs, .. } => f.debug_tuple("OfCall").field(started).field(runs).finish(),
        }
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
        scope::deadline().map(|deadline| deadline.running(None).left())
    } else {
        None
    }
}

/// Starts the clock of the call whose time the deadline in force is the end of, and those of all calls around it.
#[cold]
fn start(link: &'static Link, known: Option<(&'static Registry, Duration)>) -> Deadline {
    let registry = link.service.registry();
    let now = scope::told_clock(registry).unwrap_or_else(|| {
        let known = known.filter(|(other, _)| ptr::eq(*other, registry));
        let now = known.map_or_else(|| registry.now(), |(_, now)| now);
        scope::tell_clock(registry, now);
        now
    });
    let deadline = Deadline::OfCall {
        link,
        started: Started::at(now),
        runs: true,
    };
    scope::set_deadline(Some(deadline));
    deadline
}

/// The deadline in force; where a clock has started in the present attempt, so has that of the deadline.
pub(crate) fn in_force() -> Option<Deadline> {
    let deadline = scope::deadline()?;
    if !deadline.runs() && scope::current().has(Scope::CLOCKED) {
        return Some(deadline.running(None));
    }
    Some(deadline)
}

/// Whether there is a deadline in force that may be over: one whose clock has started.
#[inline]
pub(crate) fn runs() -> bool {
    in_force().is_some_and(Deadline::runs)
}

/// The time left until the deadline in force, or until the end of the time of the calls around, whichever is sooner; starts the
/// clocks of the calls around. `now` is the time of `registry`.
pub(crate) fn left_by(registry: &'static Registry, now: Duration) -> Option<Duration> {
    scope::deadline().map(|deadline| {
        let deadline = deadline.running(Some((registry, now)));
        if ptr::eq(deadline.registry(), registry) {
            deadline.left_at(now)
        } else {
            deadline.left()
        }
    })
}

/// The same without a time at hand.
pub(crate) fn left() -> Option<Duration> {
    scope::deadline().map(|deadline| deadline.running(None).left())
}

/// Whether the deadline in force is over, or the time of a call around.
pub(crate) fn is_over() -> bool {
    in_force().is_some_and(|deadline| deadline.runs() && deadline.left().is_zero())
}

/// Runs `future` with a deadline `time` after it is first polled, or with the one in force if that is sooner.
///
/// The time is that of the registry that is [entered](Registry::enter) when it is first polled, or of the global one. `future`
/// itself is not cut, only the attempts inside it: it ends soon after, with what they returned.
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
        inside: Inside::new(Lazy::In(time), future),
    }
}

/// Runs `closure` with the deadline `time` from now, or with the one in force if that is sooner. Synchronous attempts are not cut,
/// but none starts once the time is over.
pub fn within_blocking<R>(time: Duration, closure: impl FnOnce() -> R) -> R {
    let _held = Deadline::after(time).hold();
    closure()
}

/// A deadline that is fixed when it is first put in force.
#[derive(Clone, Copy, Debug)]
enum Lazy {
    In(Duration),
    Fixed(Deadline),
}

impl Around for Lazy {
    fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let deadline = match *self {
            Self::In(time) => Deadline::after(time),
            Self::Fixed(deadline) => deadline,
        };
        *self = Self::Fixed(deadline);
        let _held = deadline.hold();
        body()
    }

    fn run_destructor(&mut self, destructor: impl FnOnce()) {
        match self {
            // It has never run: no time has begun, and no clock need be read for it.
            Self::In(_) => destructor(),
            Self::Fixed(_) => self.run(destructor),
        }
    }
}

pin_project! {
    /// A future that runs with a deadline: see [`within`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct Within<F> {
        #[pin]
        inside: Inside<Lazy, F>,
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

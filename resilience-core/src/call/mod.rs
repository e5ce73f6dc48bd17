//! One call of an operation: a state machine that takes outcomes and says what to do next.
//!
//! It owns no timer of its own accord, spawns nothing and never waits by itself: the expansion of the attribute awaits the
//! body and the sleep. What every call runs through is here, in line; what only calls in trouble need is out of line, in
//! `admission`, `judgement` and `ending`.

mod admission;
mod at_once;
mod attempt;
mod bare_apply;
mod ending;
mod fallback;
mod judgement;
mod overrun;
mod sleep;
mod trouble;

pub use attempt::Attempt;
pub use bare_apply::begin_apply;
pub use fallback::{LastFailure, TryAttempt};
pub use sleep::Sleep;

use crate::{
    breaker::{Permit, Tick},
    classify::{ErrorText, Outcome, Verdict},
    interruption::Interruption,
    link::{Kept, Link},
    scope::{self, Scope},
    service::Pinned,
    telemetry::{Count, FailedOutcome},
    time::Started,
};
use std::{
    any, fmt, mem,
    panic::{RefUnwindSafe, UnwindSafe},
    time::Duration,
};
use trouble::InTrouble;

/// One call of an [`Operation`](crate::Operation) by its caller: one attempt or several.
///
/// Dropped before its end it gives back what it holds: the breaker's permit, the budget's token, its place in the scope.
///
/// The attribute writes what drives it; [`Operation`](crate::Operation) shows the same by hand.
#[must_use = "a call does nothing until it is admitted and attempted"]
pub struct Call {
    link: &'static Link,
    /// The breaker's leave to make the present attempt.
    permit: Permit,
    /// What only calls in trouble need.
    trouble: InTrouble,
    /// When the call's clock started; not before somebody needs it ([`Link::UNCLOCKED`]).
    started: Started,
    /// [`Link`]'s flags, the news of the [`Scope`], and those below.
    flags: u32,
}

/// Not the first attempt.
const AGAIN: u32 = 1 << 11;
/// An attempt is admitted and has not been settled.
const ADMITTED: u32 = 1 << 4;
/// An attempt has been admitted.
const BEGUN: u32 = 1 << 10;
/// The present attempt was cut by its timeout.
const TIMED_OUT: u32 = 1 << 5;
/// The body of the present attempt panicked.
const PANICKED: u32 = 1 << 6;
/// The call has ended: nothing is held any more.
const ENDED: u32 = 1 << 7;
/// A token of the budget is held for an attempt that has not been admitted.
const TOKEN: u32 = 1 << 8;
/// Something happened that the short way to the end does not look after.
const LONG_WAY: u32 = 1 << 9;
/// An attempt has run inside another call's attempt, or where something has been said.
const INSIDE: u32 = 1 << 12;

/// The call was begun where a deadline applies, or inside a call whose time is limited.
const DEADLINE: u32 = 1 << 13;
/// The start of the present attempt is known: it has a timeout that it may overrun.
const ATTEMPT_CLOCKED: u32 = 1 << 15;
/// The timer of the present attempt is the deadline's.
const CUT_BY_DEADLINE: u32 = 1 << 14;

/// The breaker judges the call as one, and the last attempt was a failure to it.
const LAST_FAILED: u32 = 1 << 19;
/// The same, and the last attempt told it nothing. Neither of the two: it was answered in a way that counts only for a probe.
const LAST_IGNORED: u32 = 1 << 20;

/// A hint of zero has taken the place of a delay: there is one such retry per call.
const HINTED_AT_ONCE: u32 = 1 << 23;

/// The wait before the next attempt was for nothing: no time has passed since the last one was judged.
const AT_ONCE: u32 = 1 << 21;

/// The call is one of a partition, which it holds until it is dropped.
const LEASED: u32 = 1 << 22;
/// In place of [`ENDED`] for a call that holds a partition: all but that is given back. All bits are taken, and no call that goes on
/// has both of these.
const ENDED_LEASED: u32 = LAST_FAILED | LAST_IGNORED;

/// What to do after an attempt.
///
/// ```
/// use resilience_core::{Next, Operation, Registry, time::ManualClock};
/// use std::io;
///
/// static FETCH: Operation = Operation::idempotent("plan_service", "fetch_plan");
///
/// let clock = ManualClock::new();
/// let registry = Registry::builder().clock(clock.clone()).sleeper(clock).random(|| 0.5).build();
/// let mut call = FETCH.begin_in(registry);
/// call.admit()?;
/// let outcome = call.attempt_blocking(|| io::Result::<()>::Err(io::ErrorKind::ConnectionReset.into()));
/// match call.settle(outcome) {
///     Next::RetryAfter(delay) => assert_eq!(delay.as_millis(), 50),
///     Next::Return(outcome) => unreachable!("{outcome:?}"),
/// }
/// # io::Result::Ok(())
/// ```
#[derive(Debug)]
#[must_use]
pub enum Next<O> {
    /// Return this outcome: the call has ended.
    Return(O),
    /// Wait for this long, then ask for admission again.
    RetryAfter(Duration),
}

impl Call {
    #[inline]
    pub(crate) fn new(link: &'static Link) -> Self {
        Self {
            link,
            permit: Permit::NONE,
            trouble: InTrouble::NONE,
            started: Started::default(),
            flags: link.word(),
        }
    }

    /// A call of a partition.
    #[inline(never)]
    pub(crate) fn of_partition(link: &'static Link, pinned: Pinned) -> Self {
        let mut call = Self::new(link);
        call.flags |= LEASED | LONG_WAY;
        // The drop of the call unpins it.
        pinned.keep();
        call
    }

    /// Takes note of a deadline in `scope`.
    #[inline]
    pub(crate) fn with_deadline_of(mut self, scope: Scope) -> Self {
        if scope.has(Scope::DEADLINE | Scope::TIMED) {
            self.flags |= DEADLINE;
        }
        self
    }

    /// Asks for leave to make an attempt.
    ///
    /// For an apply, leave raises the fence: from here on no enclosing call starts another attempt.
    ///
    /// # Errors
    /// The [`Interruption`] that ends the call: the body must not run.
    #[inline]
    pub fn admit(&mut self) -> Result<(), Interruption> {
        let flags = self.flags;
        let word = self.link.service.breaker().word();
        if word.is_healthy() && flags & (Link::APPLY | AGAIN | ADMITTED | ENDED | ENDED_LEASED | DEADLINE) == 0 {
            self.permit = Permit::of_healthy(word);
            self.flags = flags | ADMITTED | BEGUN;
            return Ok(());
        }
        self.admit_in_trouble()
    }

    /// Takes the outcome of an attempt and says what to do next.
    #[inline]
    pub fn settle<O: Outcome>(&mut self, outcome: O) -> Next<O> {
        let verdict = outcome.verdict();
        self.settle_with(outcome, verdict, Describing::OF_OUTCOME)
    }

    /// Like [`settle`](Self::settle), with a classifier in place of [`Outcome`].
    #[inline]
    pub fn settle_as<O>(&mut self, outcome: O, classify: impl FnOnce(&O) -> Verdict) -> Next<O> {
        let verdict = classify(&outcome);
        self.settle_with(outcome, verdict, Describing::OPAQUE)
    }

    /// Takes the outcome of the only attempt and gives it back: the call has ended.
    #[inline]
    pub fn finish<O: Outcome>(&mut self, outcome: O) -> O {
        let verdict = outcome.verdict();
        self.finish_with(outcome, verdict, Describing::OF_OUTCOME)
    }

    /// Like [`finish`](Self::finish), with a classifier in place of [`Outcome`].
    #[inline]
    pub fn finish_as<O>(&mut self, outcome: O, classify: impl FnOnce(&O) -> Verdict) -> O {
        let verdict = classify(&outcome);
        self.finish_with(outcome, verdict, Describing::OPAQUE)
    }

    #[inline]
    fn settle_with<O>(&mut self, outcome: O, verdict: Verdict, describing: Describing<O>) -> Next<O> {
        if verdict == Verdict::Success && self.ends_clean() {
            return Next::Return(outcome);
        }
        self.settle_in_trouble(outcome, verdict, describing)
    }

    /// Takes the outcome, so that it need not be in memory where the call ends clean.
    #[cold]
    #[inline(never)]
    fn settle_in_trouble<O>(&mut self, outcome: O, verdict: Verdict, describing: Describing<O>) -> Next<O> {
        let describe = || (describing.describe)(&outcome);
        match self.judge(verdict, FailedOutcome::new((describing.type_name)(), &describe)) {
            Some(delay) => Next::RetryAfter(delay),
            None => Next::Return(outcome),
        }
    }

    #[inline]
    fn finish_with<O>(&mut self, outcome: O, verdict: Verdict, describing: Describing<O>) -> O {
        if verdict == Verdict::Success && self.ends_clean() {
            return outcome;
        }
        self.finish_in_trouble(outcome, verdict, describing)
    }

    #[cold]
    #[inline(never)]
    fn finish_in_trouble<O>(&mut self, outcome: O, verdict: Verdict, describing: Describing<O>) -> O {
        let describe = || (describing.describe)(&outcome);
        self.conclude(verdict, FailedOutcome::new((describing.type_name)(), &describe));
        outcome
    }

    /// Ends the call after a success at the first attempt with nothing to remember; `false` where there is something.
    #[inline]
    fn ends_clean(&mut self) -> bool {
        let service = self.link.service;
        let clean = self.flags & (LONG_WAY | TIMED_OUT | Scope::MARKED | INSIDE) == 0
            && service.budget().is_full()
            && service.breaker().is_still(self.permit);
        let clean = clean || self.is_clean();
        if clean {
            self.link.counters.add(Count::CleanSuccess);
            self.flags |= ENDED;
            // A call in trouble goes the long way: nothing is lost, and nobody need look for it again.
            mem::forget(mem::replace(&mut self.trouble, InTrouble::NONE));
        }
        clean
    }

    /// The same question for calls inside others, and for timed ones.
    #[inline(never)]
    fn is_clean(&self) -> bool {
        let service = self.link.service;
        self.flags & (LONG_WAY | TIMED_OUT | Scope::MARKED) == 0
            && service.budget().is_full()
            && !scope::current().has(Scope::MARKED)
            && (self.flags & Link::TIMEOUT == 0 || self.overrun().is_none())
            && (service.breaker().is_still(self.permit) || self.passes_timed())
    }

    /// Whether all that the breaker has to do about the success of a timed attempt is done.
    #[cold]
    fn passes_timed(&self) -> bool {
        let service = self.link.service;
        let breaker = service.breaker();
        breaker.success_in_passing(self.permit, || Tick::at(service.registry().now()))
    }

    /// Whether a failure of this call could still lead to another attempt, as the scope around it stands.
    #[inline]
    fn may_retry(&self, outer: Scope) -> bool {
        outer.depth() < self.flags >> Link::DEPTH_SHIFT
    }

    /// Whether the call has ended.
    fn has_ended(&self) -> bool {
        self.flags & ENDED != 0 || self.flags & ENDED_LEASED == ENDED_LEASED
    }

    /// The attempts admitted so far.
    fn attempts(&self) -> u32 {
        let further = self.trouble.further_attempts();
        further.saturating_add(u32::from(self.flags & BEGUN != 0))
    }

    /// The policy that the call began with, once it has been looked up to be kept; until then the one in force.
    fn policy(&self) -> Kept {
        self.trouble.policy().unwrap_or_else(|| self.link.policy())
    }

    fn trouble(&mut self) -> &mut InTrouble {
        self.flags |= LONG_WAY;
        &mut self.trouble
    }
}

/// How events describe an outcome.
struct Describing<O> {
    type_name: fn() -> &'static str,
    describe: fn(&O) -> Option<ErrorText<'_>>,
}

impl<O> Clone for Describing<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Describing<O> {}

impl<O: Outcome> Describing<O> {
    const OF_OUTCOME: Self = Self::new(O::error_text);
}

impl<O> Describing<O> {
    /// A classifier says what it is, and nobody what it says.
    const OPAQUE: Self = Self::new(|_| None);

    const fn new(describe: fn(&O) -> Option<ErrorText<'_>>) -> Self {
        Self {
            type_name: any::type_name::<O>,
            describe,
        }
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if self.flags & ENDED == 0 {
            self.abandon();
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("service", &self.link.service.name())
            .field("operation", &self.link.operation.name())
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}

// A panic in a body is accounted for; nothing of a call is left half-changed. Without these a future would lose what its body
// promises.
impl UnwindSafe for Call {}
impl RefUnwindSafe for Call {}

const _: () = assert!(size_of::<Call>() <= 32);

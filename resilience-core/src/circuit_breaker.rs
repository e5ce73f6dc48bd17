//! A circuit breaker by itself: no name, no registry, no macro.

mod call_async;
mod permit;
mod rejected;

pub use call_async::CallAsync;
pub use permit::CallPermit;
pub use rejected::Rejected;

use crate::{
    breaker::{Breaker, BreakerMode, BreakerSnapshot, CircuitState, Ending, Permit, Surroundings, Tick, Word},
    classify::{FailureKind, Outcome, Verdict},
    policy::{BreakerPolicy, Briefed},
    random::{RandomSource, ThreadRandom, within_unit},
    sync::constant,
    time::{Clock, SystemClock},
};
use std::{mem, time::Duration};

/// A circuit breaker that stands alone, in a `static` or wherever you keep it.
///
/// Runs a closure ([`call`](Self::call)) or a future ([`call_async`](Self::call_async)), or gives out permits
/// ([`acquire`](Self::acquire)) to code that does neither. It does not retry, and emits no events: for that, and for a name,
/// use a [`Service`](crate::Service).
///
/// ```
/// use resilience_core::{BreakerPolicy, CircuitBreaker, CircuitState};
/// use std::{io, time::Duration};
///
/// // The second failure in a row opens the circuit, however soon it comes.
/// static POLICY: BreakerPolicy =
///     BreakerPolicy::builder().failure_threshold(2).failure_span(Duration::ZERO).build_const().unwrap();
/// static PLANS: CircuitBreaker = CircuitBreaker::new(&POLICY);
///
/// fn fetch_plan() -> io::Result<String> {
///     Err(io::ErrorKind::ConnectionRefused.into())
/// }
///
/// for _ in 0..2 {
///     assert!(PLANS.call(fetch_plan).unwrap().is_err());
/// }
/// assert_eq!(PLANS.state(), CircuitState::Open);
/// let refused = PLANS.call(fetch_plan).unwrap_err();
/// assert!(refused.retry_after().unwrap() < Duration::from_secs(6));
/// ```
///
/// The outcome comes back as it is, inside of `Ok`; `Err` says that the body did not run. With an error type that can be made
/// from [`Rejected`], `breaker.call(body)??` returns either.
///
/// The policy lives as long as the process, so that the breaker takes 32 bytes and one policy serves any number of breakers.
/// One that is made at run time is leaked, once: `Box::leak(Box::new(policy))`.
#[derive(Debug)]
pub struct CircuitBreaker<C = SystemClock, R = ThreadRandom> {
    breaker: Breaker,
    policy: &'static BreakerPolicy,
    clock: C,
    random: R,
}

impl CircuitBreaker {
    constant! {
        /// A closed breaker on the system's clock.
        #[must_use]
        pub const fn new(policy: &'static BreakerPolicy) -> Self {
            Self::with_clock(policy, SystemClock)
        }
    }
}

impl<C> CircuitBreaker<C> {
    constant! {
        /// A closed breaker on a clock of your own.
        #[must_use]
        pub const fn with_clock(policy: &'static BreakerPolicy, clock: C) -> Self {
            Self::with_random(policy, clock, ThreadRandom)
        }
    }
}

impl<C, R> CircuitBreaker<C, R> {
    constant! {
        /// A closed breaker on a clock and a random source of your own: the jitter of its open times and the
        /// [`ramp`](crate::BreakerOptions::ramp) get their chance from there.
        ///
        /// ```
        /// use resilience_core::{BreakerPolicy, CircuitBreaker, time::ManualClock};
        /// use std::{io, time::Duration};
        ///
        /// static POLICY: BreakerPolicy = BreakerPolicy::builder()
        ///     .failure_threshold(1)
        ///     .recovery_timeout(Duration::from_secs(10))
        ///     .recovery_jitter(0.5)
        ///     .build_const()
        ///     .unwrap();
        ///
        /// let breaker = CircuitBreaker::with_random(&POLICY, ManualClock::new(), || 0.25);
        /// let _ = breaker.call(|| io::Result::<()>::Err(io::ErrorKind::TimedOut.into()));
        /// assert_eq!(breaker.retry_after(), Some(Duration::from_millis(11_250)));
        /// ```
        #[must_use]
        pub const fn with_random(policy: &'static BreakerPolicy, clock: C, random: R) -> Self {
            Self {
                breaker: Breaker::new(policy),
                policy,
                clock,
                random,
            }
        }
    }

    /// The policy that the breaker follows.
    #[must_use]
    pub const fn policy(&self) -> &'static BreakerPolicy {
        self.policy
    }

    /// Who decides what the breaker does.
    #[must_use]
    pub fn mode(&self) -> BreakerMode {
        self.breaker.mode()
    }
}

impl<C: Clock, R: RandomSource> CircuitBreaker<C, R> {
    /// Runs `body`, unless the circuit is open, and judges its outcome. A panic of the body is a failure, and goes on.
    ///
    /// # Errors
    /// [`Rejected`]: the body did not run.
    #[inline]
    pub fn call<O: Outcome>(&self, body: impl FnOnce() -> O) -> Result<O, Rejected> {
        let permit = self.permit()?;
        let unwinding = Unwinding { breaker: self, permit };
        let outcome = body();
        let verdict = outcome.verdict();
        mem::forget(unwinding);
        self.judge(permit, verdict);
        Ok(outcome)
    }

    /// Runs `body`, unless the circuit is open when it is first polled, and judges its outcome. A panic of the body is a
    /// failure, and goes on.
    ///
    /// Dropped before it is ready, the future is an abandoned call: see [`OnAbandon`](crate::OnAbandon). Polled again after it
    /// was ready, it is pending for ever. It takes 16 bytes more than `body`.
    ///
    /// ```
    /// use resilience_core::{BreakerPolicy, CircuitBreaker};
    ///
    /// static PLANS: CircuitBreaker = CircuitBreaker::new(&BreakerPolicy::DEFAULT);
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let plan = PLANS.call_async(async { std::io::Result::Ok("plan 7") }).await;
    /// assert_eq!(plan.unwrap().unwrap(), "plan 7");
    /// # }
    /// ```
    #[inline]
    pub fn call_async<F>(&self, body: F) -> CallAsync<'_, F, C, R>
    where
        F: Future,
        F::Output: Outcome,
    {
        CallAsync::new(self, body)
    }

    /// Asks for leave to make one call, for code that is neither a closure nor a future.
    ///
    /// ```
    /// use resilience_core::{BreakerPolicy, CircuitBreaker};
    ///
    /// static PLANS: CircuitBreaker = CircuitBreaker::new(&BreakerPolicy::DEFAULT);
    ///
    /// let permit = PLANS.acquire()?;
    /// let outcome: std::io::Result<u32> = Ok(7);
    /// permit.settle(&outcome);
    /// # Ok::<(), resilience_core::Rejected>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejected`] while the circuit is open, or half-open with as many probes as are allowed.
    pub fn acquire(&self) -> Result<CallPermit<'_, C, R>, Rejected> {
        self.permit().map(|permit| CallPermit::new(self, permit))
    }

    /// What the breaker is doing. An open circuit whose recovery time is over is reported half-open, though only the next call
    /// makes it so: reading changes nothing. A breaker that the policy switches off is closed.
    #[must_use]
    pub fn state(&self) -> CircuitState {
        if self.policy.enabled() {
            self.breaker.state(self.now())
        } else {
            CircuitState::Closed
        }
    }

    /// The time until a probe is admitted; none where the circuit is not open, or is held open.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.breaker.wait(self.now())
    }

    /// What the breaker is doing and has done so far. Reading changes nothing.
    #[must_use]
    pub fn snapshot(&self) -> BreakerSnapshot {
        self.breaker.snapshot(self.now(), None, self.policy)
    }

    /// Takes the decision from the rules, or gives it back to them: closed then, with nothing remembered. Calls under way when
    /// the mode changes are not judged.
    ///
    /// ```
    /// use resilience_core::{BreakerMode, BreakerPolicy, CircuitBreaker};
    ///
    /// static PLANS: CircuitBreaker = CircuitBreaker::new(&BreakerPolicy::DEFAULT);
    ///
    /// PLANS.set_mode(BreakerMode::ForcedOpen);
    /// assert!(PLANS.acquire().is_err());
    /// PLANS.set_mode(BreakerMode::Automatic);
    /// assert!(PLANS.acquire().is_ok());
    /// ```
    pub fn set_mode(&self, mode: BreakerMode) {
        let _ = self.breaker.set_mode(mode, self.now(), self.policy);
    }

    /// Closes the circuit and forgets all that could open it: failures, the window, the last half-open period. The breaker is
    /// [automatic](BreakerMode::Automatic) then. Statistics stay.
    pub fn reset(&self) {
        let _ = self.breaker.reset(self.now(), self.policy);
    }

    fn now(&self) -> Tick {
        Tick::at(self.clock.now())
    }

    #[inline]
    fn permit(&self) -> Result<Permit, Rejected> {
        let word = self.breaker.word();
        if word.is_healthy() {
            Ok(Permit::of_healthy(word))
        } else {
            self.admit(word)
        }
    }

    #[cold]
    #[inline(never)]
    fn admit(&self, word: Word) -> Result<Permit, Rejected> {
        if word.admits_all() && !word.is_timed() {
            return Ok(Permit::closed(word.generation(), None));
        }
        self.admit_by_clock(word)
    }

    /// Where the time matters: refused at once while the circuit is open.
    #[inline(never)]
    fn admit_by_clock(&self, word: Word) -> Result<Permit, Rejected> {
        let now = self.now();
        match self.breaker.refuse_in_passing(word, now) {
            Some(wait) => Err(Rejected::open(wait, self.clock.resolution())),
            None => self.admit_by_policy(now),
        }
    }

    #[inline(never)]
    fn admit_by_policy(&self, now: Tick) -> Result<Permit, Rejected> {
        if let Some(permit) = self.breaker.admit_in_passing(|| now) {
            return Ok(permit);
        }
        let chance = || within_unit(self.random.unit());
        let (admission, _) = self.breaker.admit_by(now, chance, self.policy);
        admission.map_err(|refusal| Rejected::of(refusal, self.clock.resolution()))
    }

    #[inline]
    fn judge(&self, permit: Permit, verdict: Verdict) {
        match verdict {
            Verdict::Failure(kind) => self.fail(permit, kind),
            Verdict::Success if self.breaker.is_still(permit) => {}
            Verdict::Success => self.succeed(permit),
        }
    }

    /// A success, on a breaker that is not as healthy as it was, or never was.
    #[cold]
    fn succeed(&self, permit: Permit) {
        if self.breaker.asks_time_of_success() {
            self.succeed_at(permit, self.now());
        } else if !self.breaker.passes::<false>(permit) {
            self.succeed_beyond(permit, None);
        }
    }

    // What is not inlined here is left by a jump, so that what is before it needs no frame.
    #[inline(never)]
    fn succeed_at(&self, permit: Permit, now: Tick) {
        if !self.breaker.passes_at::<false>(permit, now) {
            self.succeed_beyond(permit, Some(now));
        }
    }

    /// A success that takes more than what is at hand. The clock is read once at the most.
    #[inline(never)]
    fn succeed_beyond(&self, permit: Permit, known: Option<Tick>) {
        let now = || known.unwrap_or_else(|| self.now());
        if !self.breaker.success_in_passing(permit, now) {
            let around = Around { breaker: self, known };
            let _ = self.breaker.end(permit, Ending::Success, around, self.policy);
        }
    }

    #[cold]
    fn fail(&self, permit: Permit, kind: FailureKind) {
        self.end(permit, Ending::of_failure(kind, self.policy.brief()));
    }

    #[cold]
    #[inline(never)]
    fn end(&self, permit: Permit, ending: Ending) {
        let around = Around {
            breaker: self,
            known: None,
        };
        let _ = self.breaker.end(permit, ending, around, self.policy);
    }
}

/// The clock and the chance of a breaker; the clock where the time is not known already.
struct Around<'b, C, R> {
    breaker: &'b CircuitBreaker<C, R>,
    known: Option<Tick>,
}

impl<C, R> Clone for Around<'_, C, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C, R> Copy for Around<'_, C, R> {}

impl<C: Clock, R: RandomSource> Surroundings for Around<'_, C, R> {
    fn tick(&self) -> Tick {
        self.known.unwrap_or_else(|| self.breaker.now())
    }

    fn chance(&self) -> f64 {
        within_unit(self.breaker.random.unit())
    }
}

/// The body panics, or the classification of its outcome.
struct Unwinding<'b, C: Clock, R: RandomSource> {
    breaker: &'b CircuitBreaker<C, R>,
    permit: Permit,
}

impl<C: Clock, R: RandomSource> Drop for Unwinding<'_, C, R> {
    fn drop(&mut self) {
        self.breaker.end(self.permit, Ending::Failure);
    }
}

const _: () = assert!(size_of::<CircuitBreaker>() <= 32 || cfg!(resilience_loom));

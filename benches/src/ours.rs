//! Our breaker by itself.

use crate::{
    body::{ready, work, work_async},
    subject::Subject,
};
use resilience_core::{
    BreakerOptions, BreakerPolicy, CircuitBreaker, InvalidPolicy, Window,
    time::{Clock, SystemClock},
};
use std::{
    error::Error,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// A clock that costs nothing to read. Under valgrind the system's clock is a system call, so it is counted apart.
#[derive(Clone, Copy, Debug)]
pub struct Still;

impl Clock for Still {
    #[inline]
    fn now(&self) -> Duration {
        Duration::from_hours(1)
    }
}

/// A clock that moves on by a minute whenever it is read: with a shorter window, every call finds an empty one.
#[derive(Debug, Default)]
pub struct Hasty(AtomicU64);

impl Clock for Hasty {
    #[inline]
    fn now(&self) -> Duration {
        let now = self.0.load(Ordering::Relaxed) + 60;
        self.0.store(now, Ordering::Relaxed);
        Duration::from_secs(now)
    }
}

/// Nothing but the body.
#[must_use]
pub fn bare() -> Subject {
    Subject::new(|| work)
}

/// Nothing but the body.
#[must_use]
pub fn bare_async() -> Subject {
    Subject::new(|| |input| ready(work_async(input)))
}

/// On a cache line that nothing else is written to: where the linker puts a static is chance.
#[repr(align(128))]
struct OwnLine(CircuitBreaker);

/// The default policy, in a static.
#[must_use]
pub fn in_static() -> Subject {
    static BREAKER: OwnLine = OwnLine(CircuitBreaker::new(&BreakerPolicy::DEFAULT));
    Subject::new(|| |input| BREAKER.0.call(|| work(input))?)
}

/// The default policy, in a static.
#[must_use]
pub fn in_static_async() -> Subject {
    static BREAKER: OwnLine = OwnLine(CircuitBreaker::new(&BreakerPolicy::DEFAULT));
    Subject::new(|| |input| ready(async { BREAKER.0.call_async(work_async(input)).await? }))
}

/// The default policy, but without a failure span, so that failures open the circuit at a clock that stands still. Open for a day.
pub const fn consecutive() -> BreakerOptions {
    BreakerPolicy::builder()
        .failure_span(Duration::ZERO)
        .recovery_timeout(Duration::from_hours(24))
}

/// Half of so many calls.
pub const fn count_window(calls: u32) -> BreakerOptions {
    rate(Window::Calls(calls))
}

/// Half of the calls in so much time.
pub const fn time_window(length: Duration) -> BreakerOptions {
    rate(Window::Time(length))
}

const fn rate(window: Window) -> BreakerOptions {
    consecutive()
        .failure_threshold(0)
        .failure_rate(0.5)
        .minimum_calls(10)
        .window(window)
}

/// A breaker that lives as long as the process.
///
/// # Errors
/// The policy is not valid.
pub fn breaker<C: Clock>(layer: BreakerOptions, clock: C) -> Result<&'static CircuitBreaker<C>, InvalidPolicy> {
    let policy = Box::leak(Box::new(layer.build()?));
    Ok(Box::leak(Box::new(CircuitBreaker::with_clock(policy, clock))))
}

/// A held breaker, on the system's clock.
///
/// # Errors
/// The policy is not valid.
pub fn held(layer: BreakerOptions) -> Result<Subject, Box<dyn Error>> {
    held_on(layer, SystemClock)
}

/// A held breaker, on a clock of its own.
///
/// # Errors
/// The policy is not valid.
pub fn held_on(layer: BreakerOptions, clock: impl Clock + 'static) -> Result<Subject, Box<dyn Error>> {
    let breaker = breaker(layer, clock)?;
    Ok(Subject::new(move || move |input| breaker.call(|| work(input))?))
}

/// A held breaker for futures, on the system's clock.
///
/// # Errors
/// The policy is not valid.
pub fn held_async(layer: BreakerOptions) -> Result<Subject, Box<dyn Error>> {
    held_async_on(layer, SystemClock)
}

/// A held breaker for futures, on a clock of its own.
///
/// # Errors
/// The policy is not valid.
pub fn held_async_on(layer: BreakerOptions, clock: impl Clock + 'static) -> Result<Subject, Box<dyn Error>> {
    let breaker = breaker(layer, clock)?;
    Ok(Subject::new(move || {
        move |input| ready(async { breaker.call_async(work_async(input)).await? })
    }))
}

//! Counters, a mutex, a read-write lock and three readings of the clock.

use super::OPEN;
use crate::{
    body::{Failed, ready, work, work_async},
    subject::Subject,
};
use circuitbreaker_rs::{BreakerError, CircuitBreaker, DefaultPolicy};

impl From<BreakerError<Failed>> for Failed {
    fn from(_: BreakerError<Failed>) -> Self {
        Self
    }
}

fn breaker() -> &'static CircuitBreaker<DefaultPolicy, Failed> {
    Box::leak(Box::new(
        CircuitBreaker::<DefaultPolicy, Failed>::builder()
            .failure_threshold(0.5)
            .cooldown(OPEN)
            .build(),
    ))
}

/// The crate's default policy, at half of the calls.
#[must_use]
pub fn default() -> Subject {
    let breaker = breaker();
    Subject::new(move || move |input| breaker.call(|| work(input)).map_err(Failed::from))
}

/// The crate's default policy, at half of the calls.
#[must_use]
pub fn default_async() -> Subject {
    let breaker = breaker();
    Subject::new(move || move |input| ready(breaker.call_async(|| work_async(input))))
}

/// A breaker by itself.
#[must_use]
pub fn one() -> CircuitBreaker<DefaultPolicy, Failed> {
    CircuitBreaker::<DefaultPolicy, Failed>::builder().build()
}

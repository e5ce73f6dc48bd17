//! Counters, a mutex, a read-write lock and three readings of the clock.

use super::OPEN;
use crate::{
    body::{Failed, ready, work, work_async},
    subject::{Answer, Fate, Subject},
};
use circuitbreaker_rs::{BreakerError, CircuitBreaker, DefaultPolicy};

impl Answer for Result<u64, BreakerError<Failed>> {
    fn fate(&self) -> Fate {
        match self {
            Ok(_) => Fate::Succeeded,
            Err(BreakerError::Operation(_)) => Fate::Failed,
            Err(_) => Fate::Rejected,
        }
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
    Subject::new(move || move |input| breaker.call(|| work(input)))
}

/// The crate's default policy, at half of the calls.
#[must_use]
pub fn default_async() -> Subject {
    let breaker = breaker();
    Subject::new(move || move |input| ready(breaker.call_async(|| work_async(input))))
}

//! Two mutexes; five failures in a row, or the crate's own default.

use super::OPEN;
use crate::{
    body::{Failed, ready, work, work_async},
    subject::Subject,
};
use failsafe::{CircuitBreaker, Config, Error, StateMachine, backoff, failure_policy, futures};

impl From<Error<Failed>> for Failed {
    fn from(_: Error<Failed>) -> Self {
        Self
    }
}

fn breaker() -> StateMachine<failure_policy::ConsecutiveFailures<backoff::Constant>, ()> {
    let policy = failure_policy::consecutive_failures(5, backoff::constant(OPEN));
    Config::new().failure_policy(policy).build()
}

/// Five failures in a row.
#[must_use]
pub fn consecutive() -> Subject {
    let breaker = breaker();
    Subject::new(move || {
        let breaker = breaker.clone();
        move |input| CircuitBreaker::call(&breaker, || work(input)).map_err(Failed::from)
    })
}

/// Five failures in a row.
#[must_use]
pub fn consecutive_async() -> Subject {
    let breaker = breaker();
    Subject::new(move || {
        let breaker = breaker.clone();
        move |input| ready(futures::CircuitBreaker::call(&breaker, work_async(input)))
    })
}

/// A breaker by itself.
#[must_use]
pub fn one() -> impl Sized {
    breaker()
}

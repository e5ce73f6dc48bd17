//! Two mutexes; five failures in a row, or the crate's own default.

use super::OPEN;
use crate::{
    body::{Failed, ready, work, work_async},
    subject::{Answer, Fate, Subject},
};
use failsafe::{CircuitBreaker, Config, Error, StateMachine, backoff, failure_policy, futures};

impl Answer for Result<u64, Error<Failed>> {
    fn fate(&self) -> Fate {
        match self {
            Ok(_) => Fate::Succeeded,
            Err(Error::Inner(_)) => Fate::Failed,
            Err(Error::Rejected) => Fate::Rejected,
        }
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
        move |input| CircuitBreaker::call(&breaker, || work(input))
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

//! Whole annotated calls: operation, scope, breaker, retry, budget and statistics.

use crate::{
    body::{Failed, ready, work},
    subject::Subject,
};
use resilience_core::retry_service;

#[retry_service(name = "bench_service")]
fn one_attempt(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service", idempotent)]
fn retried(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service")]
async fn one_attempt_async(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service", idempotent)]
async fn retried_async(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service_that_is_down")]
fn rejected(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service_that_is_down")]
async fn rejected_async(input: u64) -> Result<u64, Failed> {
    work(input)
}

/// One attempt through the breaker.
#[must_use]
pub fn plain() -> Subject {
    Subject::new(|| one_attempt)
}

/// A call that would be retried.
#[must_use]
pub fn idempotent() -> Subject {
    Subject::new(|| retried)
}

/// One attempt through the breaker.
#[must_use]
pub fn plain_async() -> Subject {
    Subject::new(|| |input| ready(one_attempt_async(input)))
}

/// A call that would be retried.
#[must_use]
pub fn idempotent_async() -> Subject {
    Subject::new(|| |input| ready(retried_async(input)))
}

/// One attempt on a service of its own, so that it can be tripped.
#[must_use]
pub fn down() -> Subject {
    Subject::new(|| rejected)
}

/// One attempt on a service of its own, so that it can be tripped.
#[must_use]
pub fn down_async() -> Subject {
    Subject::new(|| |input| ready(rejected_async(input)))
}

//! Whole annotated calls: operation, scope, breaker, retry, budget and statistics.

use crate::{
    body::{Body, Failed, ready, recovering, work},
    ours,
    subject::Subject,
};
use resilience_core::{
    Backoff, BreakerPolicy, BudgetPolicy, InvalidPolicy, Registry, RetryOptions, RetryPolicy, ServiceOptions,
    retry_service,
};
use std::time::Duration;

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
///
/// # Errors
/// The policy is not valid.
pub fn down() -> Result<Subject, InvalidPolicy> {
    trips()?;
    Ok(Subject::new(|| rejected))
}

/// One attempt on a service of its own, so that it can be tripped.
///
/// # Errors
/// The policy is not valid.
pub fn down_async() -> Result<Subject, InvalidPolicy> {
    trips()?;
    Ok(Subject::new(|| |input| ready(rejected_async(input))))
}

/// The service that is down opens like the breakers that are measured alone.
fn trips() -> Result<(), InvalidPolicy> {
    let layer = ServiceOptions::new().breaker(ours::consecutive());
    Registry::global().configure("bench_service_that_is_down", layer)
}

#[retry_service(name = "bench_service_that_recovers", idempotent)]
async fn recovers(input: u64) -> Result<u64, Failed> {
    recovering(input)
}

#[retry_service(name = "bench_service_that_fails", idempotent)]
async fn fails(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service_that_recovers", idempotent)]
fn recovers_sync(input: u64) -> Result<u64, Failed> {
    recovering(input)
}

#[retry_service(name = "bench_service_that_fails", idempotent)]
fn fails_sync(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service_that_sleeps", idempotent)]
async fn sleeps(input: u64) -> Result<u64, Failed> {
    work(input)
}

/// As much as a crate that only retries does: any number of retries, and no circuit that opens.
fn only_retry(service: &str, retry: RetryOptions) -> Result<(), InvalidPolicy> {
    let layer = ServiceOptions::new()
        .retry(retry.max_attempts(3))
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(BudgetPolicy::builder().enabled(false));
    Registry::global().configure(service, layer)
}

fn at_once() -> RetryOptions {
    RetryPolicy::builder().backoff(Backoff::None)
}

/// Three attempts without a delay, of which the second succeeds.
///
/// # Errors
/// The policy is not valid.
pub fn recovering_async() -> Result<Subject, InvalidPolicy> {
    only_retry("bench_service_that_recovers", at_once())?;
    Ok(Subject::new(|| |input| ready(recovers(input))))
}

/// Three attempts without a delay.
///
/// # Errors
/// The policy is not valid.
pub fn failing_async() -> Result<Subject, InvalidPolicy> {
    only_retry("bench_service_that_fails", at_once())?;
    Ok(Subject::new(|| |input| ready(fails(input))))
}

/// Three attempts without a delay, of which the second succeeds.
///
/// # Errors
/// The policy is not valid.
pub fn recovering_sync() -> Result<Subject, InvalidPolicy> {
    only_retry("bench_service_that_recovers", at_once())?;
    Ok(Subject::new(|| recovers_sync))
}

/// Three attempts without a delay.
///
/// # Errors
/// The policy is not valid.
pub fn failing_sync() -> Result<Subject, InvalidPolicy> {
    only_retry("bench_service_that_fails", at_once())?;
    Ok(Subject::new(|| fails_sync))
}

/// Three attempts in a loop written by hand.
#[must_use]
pub fn loop_by_hand(body: Body) -> Subject {
    Subject::new(move || move |input| body(input).or_else(|_| body(input)).or_else(|_| body(input)))
}

/// Calls from now on sleep for so long between two attempts.
///
/// # Errors
/// The policy is not valid.
pub fn sleep_for(delay: Duration) -> Result<(), InvalidPolicy> {
    let retry = RetryPolicy::builder().backoff(Backoff::Fixed);
    let retry = retry.base_delay(delay).max_delay(delay).total_timeout(delay * 4);
    only_retry("bench_service_that_sleeps", retry)
}

/// A call that sleeps between two attempts.
///
/// # Errors
/// Never: nobody waits for so long.
pub async fn asleep(input: u64) -> Result<u64, Failed> {
    sleeps(input).await
}

/// The bytes of the futures of an annotated call that gets one attempt, and of one that is retried, over their body's.
#[must_use]
pub fn future_sizes() -> [usize; 2] {
    let body = size_of_val(&crate::body::work_async(1));
    [size_of_val(&one_attempt_async(1)), size_of_val(&retried_async(1))].map(|size| size.saturating_sub(body))
}

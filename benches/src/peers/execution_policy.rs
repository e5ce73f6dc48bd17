//! Closures with layers of policy: an atomic load and a mutex for the breaker, and the clock at every step.
//!
//! Where something fails it is given a core that does not sleep: its own goes to tokio's timer however short the delay.

use super::OPEN;
use crate::{
    body::{Body, FAILING, Failed, ready, work, work_async},
    subject::Subject,
};
use execution_policy::{
    BoxFuture, CircuitBreaker, Core, DefaultCore, ExecutionError, ExecutionPolicy, ExecutionPolicyBuilder, Retry,
};
use std::{
    future,
    sync::Arc,
    time::{Duration, Instant},
};

impl From<ExecutionError<Failed>> for Failed {
    fn from(_: ExecutionError<Failed>) -> Self {
        Self
    }
}

/// Sleeps not at all, and has no use for chance.
#[derive(Clone, Copy)]
struct AtOnce;

impl Core for AtOnce {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(future::ready(()))
    }

    fn next_u64(&self) -> u64 {
        0
    }
}

fn builder() -> ExecutionPolicyBuilder<u64, Failed> {
    ExecutionPolicyBuilder::new()
}

fn retry(delay: Duration) -> Retry<u64, Failed> {
    Retry::fixed(delay).max_attempts(3)
}

fn subject(policy: ExecutionPolicy<AtOnce, u64, Failed>, body: Body) -> Subject {
    let policy = Arc::new(policy);
    Subject::new(move || {
        let policy = Arc::clone(&policy);
        move |input| ready(policy.run(async || body(input)))
    })
}

/// Three attempts without a delay.
#[must_use]
pub fn retrying(body: Body) -> Subject {
    subject(builder().retry(retry(Duration::ZERO)).build_with(AtOnce), body)
}

fn one_attempt() -> ExecutionPolicy<AtOnce, u64, Failed> {
    let breaker = CircuitBreaker::consecutive_failures(5).open_for(OPEN);
    builder()
        .retry(Retry::none())
        .circuit_breaker(breaker)
        .build_with(AtOnce)
}

/// Five failures in a row, and one attempt.
#[must_use]
pub fn consecutive() -> Subject {
    subject(one_attempt(), work)
}

/// A breaker by itself.
#[must_use]
pub fn one() -> impl Sized {
    one_attempt()
}

/// A policy whose calls sleep for so long between two attempts, and nothing else.
#[must_use]
pub fn sleeping(delay: Duration) -> Arc<ExecutionPolicy<DefaultCore, u64, Failed>> {
    Arc::new(builder().retry(retry(delay)).build())
}

/// A call with such a policy.
///
/// # Errors
/// Never: nobody waits for so long.
pub async fn asleep(policy: Arc<ExecutionPolicy<DefaultCore, u64, Failed>>) -> Result<u64, Failed> {
    Ok(policy.run(async || work_async(FAILING).await).await?)
}

/// The bytes of the future of a call that is retried, over its body's.
#[must_use]
pub fn future_size() -> usize {
    let policy = builder().retry(retry(Duration::ZERO)).build_with(AtOnce);
    size_of_val(&policy.run(async || work_async(1).await)) - size_of_val(&work_async(1))
}

//! The calls that are measured: the same body, bare and annotated.

use resilience_core::{Classify, FailureKind, Interruption, retry_service};
use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// The error of the bodies.
#[derive(Debug)]
pub struct Failed;

impl Classify for Failed {
    fn classify(&self) -> FailureKind {
        FailureKind::Transient
    }
}

impl From<Interruption> for Failed {
    fn from(_: Interruption) -> Self {
        Self
    }
}

/// What every body does: too little to hide anything, too opaque to be removed.
#[inline(never)]
fn work(input: u64) -> Result<u64, Failed> {
    black_box(input).checked_add(1).ok_or(Failed)
}

/// The bare body.
///
/// # Errors
/// Never, in a benchmark.
#[inline(never)]
pub fn bare(input: u64) -> Result<u64, Failed> {
    work(input)
}

/// One attempt through the breaker.
///
/// # Errors
/// Never, in a benchmark.
#[retry_service(name = "bench_service")]
#[inline(never)]
pub fn plain(input: u64) -> Result<u64, Failed> {
    work(input)
}

/// A call that would be retried.
///
/// # Errors
/// Never, in a benchmark.
#[retry_service(name = "bench_service", idempotent)]
#[inline(never)]
pub fn idempotent(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[allow(clippy::unused_async, reason = "what it is compared with is async, too")]
async fn bare_future(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service")]
async fn plain_future(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_service", idempotent)]
async fn idempotent_future(input: u64) -> Result<u64, Failed> {
    work(input)
}

/// Polls a future that is ready at once.
fn ready(future: impl Future<Output = Result<u64, Failed>>) -> Result<u64, Failed> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Failed),
    }
}

/// The bare body as a future that is ready at once.
///
/// # Errors
/// Never, in a benchmark.
#[inline(never)]
pub fn bare_ready(input: u64) -> Result<u64, Failed> {
    ready(bare_future(input))
}

/// One async attempt through the breaker.
///
/// # Errors
/// Never, in a benchmark.
#[inline(never)]
pub fn plain_ready(input: u64) -> Result<u64, Failed> {
    ready(plain_future(input))
}

/// An async call that would be retried.
///
/// # Errors
/// Never, in a benchmark.
#[inline(never)]
pub fn idempotent_ready(input: u64) -> Result<u64, Failed> {
    ready(idempotent_future(input))
}

/// A body, bare or annotated.
pub type Case = fn(u64) -> Result<u64, Failed>;

/// Every case by name, each beside the bare one that it is compared with.
pub const CASES: [(&str, Case, &str); 6] = [
    ("bare", bare, "bare"),
    ("plain", plain, "bare"),
    ("idempotent", idempotent, "bare"),
    ("bare_ready", bare_ready, "bare_ready"),
    ("plain_ready", plain_ready, "bare_ready"),
    ("idempotent_ready", idempotent_ready, "bare_ready"),
];

//! What every measured call does.

use resilience_core::{Classify, FailureKind, Interruption, Rejected};
use std::{
    cell::Cell,
    error, fmt,
    hint::{black_box, spin_loop},
    pin::pin,
    task::{Context, Poll, Waker},
};

/// The error of the bodies.
#[derive(Debug)]
pub struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

impl error::Error for Failed {}

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

impl From<Rejected> for Failed {
    fn from(_: Rejected) -> Self {
        Self
    }
}

/// The input that makes the body fail.
pub const FAILING: u64 = u64::MAX;

/// What every body does: too little to hide anything, too opaque to be removed.
///
/// # Errors
/// With the input [`FAILING`].
#[inline(never)]
pub fn work(input: u64) -> Result<u64, Failed> {
    black_box(input).checked_add(1).ok_or(Failed)
}

/// The same as a future that is ready at once.
///
/// # Errors
/// With the input [`FAILING`].
#[allow(clippy::unused_async, reason = "what it is compared with is async, too")]
pub async fn work_async(input: u64) -> Result<u64, Failed> {
    work(input)
}

/// Polls a future once. It has no reason to wait.
///
/// # Errors
/// Those of the future, all as one.
#[inline(always)]
#[allow(clippy::inline_always, reason = "what is measured is the future, not this")]
pub fn ready<E: Into<Failed>>(future: impl Future<Output = Result<u64, E>>) -> Result<u64, Failed> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome.map_err(Into::into),
        Poll::Pending => Err(Failed),
    }
}

/// Polls a future until it is ready, for peers whose locks make a call wait for another thread.
#[inline(always)]
#[allow(clippy::inline_always, reason = "what is measured is the future, not this")]
pub fn until_ready<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        spin_loop();
    }
}

thread_local! {
    static FAILED_ONCE: Cell<bool> = const { Cell::new(false) };
}

/// With the input [`FAILING`] it fails at the first attempt and succeeds at the next.
///
/// # Errors
/// Every other time, with that input.
pub fn recovering(input: u64) -> Result<u64, Failed> {
    let outcome = work(input);
    if outcome.is_err() && FAILED_ONCE.replace(true) {
        FAILED_ONCE.set(false);
        return work(0);
    }
    outcome
}

/// What a retried call does: [`work`], which fails again, or [`recovering`], which does not.
pub type Body = fn(u64) -> Result<u64, Failed>;

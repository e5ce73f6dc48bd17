//! A retry and nothing else: no breaker, no budget. Without a delay nothing sleeps.

use crate::{
    body::{Body, FAILING, Failed, ready, recovering, work, work_async},
    subject::Subject,
};
use backon::{BlockingRetryable, ConstantBuilder, Retryable};
use std::{future, time::Duration};

/// Three attempts without a delay.
#[must_use]
pub fn at_once() -> ConstantBuilder {
    ConstantBuilder::default().with_delay(Duration::ZERO).with_max_times(2)
}

/// Three attempts without a delay.
#[must_use]
pub fn asynchronous(body: Body) -> Subject {
    Subject::new(move || {
        move |input| {
            let retried = (move || async move { body(input) })
                .retry(at_once())
                .sleep(|_| future::ready(()));
            ready(retried.into_future())
        }
    })
}

fn no_sleep(_: Duration) -> future::Ready<()> {
    future::ready(())
}

/// The same, by a blocking caller.
#[must_use]
pub fn blocking(body: Body) -> Subject {
    Subject::new(move || {
        move |input| {
            let retried = BlockingRetryable::retry(move || body(input), at_once());
            retried.sleep(blocking_no_sleep).call()
        }
    })
}

fn blocking_no_sleep(_: Duration) {}

#[backon_macros::backon(backoff = at_once, sleep = no_sleep)]
async fn recovers(input: u64) -> Result<u64, Failed> {
    recovering(input)
}

#[backon_macros::backon(backoff = at_once, sleep = no_sleep)]
async fn fails(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[backon_macros::backon(backoff = at_once, sleep = blocking_no_sleep)]
fn recovers_blocking(input: u64) -> Result<u64, Failed> {
    recovering(input)
}

#[backon_macros::backon(backoff = at_once, sleep = blocking_no_sleep)]
fn fails_blocking(input: u64) -> Result<u64, Failed> {
    work(input)
}

/// The same by the attribute of `backon-macros`.
#[must_use]
pub fn annotated_recovering() -> Subject {
    Subject::new(|| |input| ready(recovers(input)))
}

/// The same by the attribute of `backon-macros`.
#[must_use]
pub fn annotated_failing() -> Subject {
    Subject::new(|| |input| ready(fails(input)))
}

/// The same by the attribute of `backon-macros`.
#[must_use]
pub fn annotated_recovering_blocking() -> Subject {
    Subject::new(|| recovers_blocking)
}

/// The same by the attribute of `backon-macros`.
#[must_use]
pub fn annotated_failing_blocking() -> Subject {
    Subject::new(|| fails_blocking)
}

macro_rules! levels {
    ($($name:ident calls $inner:ident;)*) => {
        $(
            async fn $name(input: u64) -> Result<u64, Failed> {
                (|| $inner(input)).retry(at_once()).sleep(no_sleep).await
            }
        )*
    };
}

levels! {
    first calls work_async;
    second calls first;
    third calls second;
    fourth calls third;
    fifth calls fourth;
}

/// So many levels of three attempts.
#[must_use]
pub fn nested(levels: usize) -> Subject {
    match levels {
        1 => Subject::new(|| |input| ready(first(input))),
        2 => Subject::new(|| |input| ready(second(input))),
        3 => Subject::new(|| |input| ready(third(input))),
        4 => Subject::new(|| |input| ready(fourth(input))),
        _ => Subject::new(|| |input| ready(fifth(input))),
    }
}

/// The bytes of the future of a call that is retried, over its body's.
#[must_use]
pub fn future_size() -> usize {
    size_of_val(&asleep(Duration::ZERO)) - size_of_val(&work_async(FAILING))
}

/// A call that sleeps between two attempts, and nothing else.
///
/// # Errors
/// Never: nobody waits for so long.
pub async fn asleep(delay: Duration) -> Result<u64, Failed> {
    (|| work_async(FAILING))
        .retry(ConstantBuilder::default().with_delay(delay))
        .await
}

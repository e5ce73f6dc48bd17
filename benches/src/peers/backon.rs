//! A retry and nothing else: no breaker, no budget. Without a delay nothing sleeps.

use crate::{
    body::{Body, FAILING, Failed, ready, recovering, work, work_async},
    subject::Subject,
};
use backon::{ConstantBuilder, Retryable};
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

#[backon_macros::backon(backoff = at_once, sleep = no_sleep)]
async fn recovers(input: u64) -> Result<u64, Failed> {
    recovering(input)
}

#[backon_macros::backon(backoff = at_once, sleep = no_sleep)]
async fn fails(input: u64) -> Result<u64, Failed> {
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

/// A call that sleeps between two attempts, and nothing else.
///
/// # Errors
/// Never: nobody waits for so long.
pub async fn asleep(delay: Duration) -> Result<u64, Failed> {
    (|| work_async(FAILING))
        .retry(ConstantBuilder::default().with_delay(delay))
        .await
}

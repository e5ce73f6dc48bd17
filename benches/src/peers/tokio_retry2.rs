//! A retry and nothing else. It sleeps on tokio's timer however short the delay: with a success it never gets there.

use crate::{
    body::{FAILING, Failed, ready, work, work_async},
    subject::Subject,
};
use std::time::Duration;
use tokio_retry2::{Retry, RetryError, strategy::FixedInterval};

/// Three attempts, of which the first succeeds.
#[must_use]
pub fn asynchronous() -> Subject {
    Subject::new(|| {
        |input| {
            let strategy = FixedInterval::from_millis(1).take(2);
            ready(Retry::spawn(strategy, move || async move {
                work(input).map_err(RetryError::transient)
            }))
        }
    })
}

/// A call that sleeps between two attempts, and nothing else.
///
/// # Errors
/// Never: nobody waits for so long.
pub async fn asleep(delay: Duration) -> Result<u64, Failed> {
    Retry::spawn(FixedInterval::new(delay), || async {
        work_async(FAILING).await.map_err(RetryError::transient)
    })
    .await
}

/// The bytes of the future of a call that is retried, over its body's.
#[must_use]
pub fn future_size() -> usize {
    size_of_val(&asleep(Duration::ZERO)) - size_of_val(&work_async(FAILING))
}

//! Closures with layers of policy. It sleeps on tokio's timer however short the delay: with a success it never gets there.

use crate::{
    body::{FAILING, Failed, ready, work, work_async},
    subject::Subject,
};
use execution_policy::{ExecutionError, ExecutionPolicyBuilder, Retry};
use std::{sync::Arc, time::Duration};

impl From<ExecutionError<Failed>> for Failed {
    fn from(_: ExecutionError<Failed>) -> Self {
        Self
    }
}

/// Three attempts, of which the first succeeds.
#[must_use]
pub fn asynchronous() -> Subject {
    let retry = Retry::exponential().max_attempts(3);
    let policy = Arc::new(ExecutionPolicyBuilder::<u64, Failed>::new().retry(retry).build());
    Subject::new(move || {
        let policy = Arc::clone(&policy);
        move |input| ready(policy.run(async || work(input)))
    })
}

/// A call that sleeps between two attempts, and nothing else.
///
/// # Errors
/// Never: nobody waits for so long.
pub async fn asleep(delay: Duration) -> Result<u64, Failed> {
    let retry = Retry::exponential().max_attempts(3).base_delay(delay).max_delay(delay);
    let policy = ExecutionPolicyBuilder::<u64, Failed>::new().retry(retry).build();
    Ok(policy.run(async || work_async(FAILING).await).await?)
}

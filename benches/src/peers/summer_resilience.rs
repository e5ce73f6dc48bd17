//! The retry that the attribute of `summer-resilience` expands to, without the application that it looks its policy up in.
//!
//! It sleeps on tokio's timer however short the delay: with a success it never gets there.

use crate::{
    body::{FAILING, Failed, ready, work_async},
    subject::Subject,
};
use std::{error::Error, time::Duration};
use summer_resilience::{RetryConfig, RetryPolicy, execute_retry};

fn policy(delay: Duration) -> Result<RetryPolicy, Box<dyn Error>> {
    Ok(RetryPolicy::try_from(RetryConfig {
        max_attempts: 3,
        wait_duration: u64::try_from(delay.as_millis())?,
        ..RetryConfig::default()
    })?)
}

/// Three attempts, of which the first succeeds.
///
/// # Errors
/// Never, unless the crate changes its ranges.
pub fn asynchronous() -> Result<Subject, Box<dyn Error>> {
    let policy = policy(Duration::from_millis(1))?;
    Ok(Subject::new(move || {
        let policy = policy.clone();
        move |input| ready(execute_retry("bench", policy.clone(), || work_async(input), |_| true))
    }))
}

/// A call that sleeps between two attempts, and nothing else.
///
/// # Errors
/// The delay is too long.
pub async fn asleep(delay: Duration) -> Result<u64, Failed> {
    let policy = policy(delay).map_err(|_| Failed)?;
    execute_retry("bench", policy, || work_async(FAILING), |_| true).await
}

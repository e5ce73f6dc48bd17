//! The attribute takes what the runtime takes: the least and the most of every number, and not one more.

use crate::{Work, send};
use resilience_core::{Jitter, Registry, RetryPolicy, ServiceOptions, retry_service};
use resilience_tests::{Error, secs};
use std::time::Duration;

#[retry_service(
    name = "limits",
    idempotent,
    retry(
        max_attempts = 1_000_000,
        factor = 1000,
        base_delay = "1day",
        min_delay = "23h",
        max_delay = "1day",
        total_timeout = "1day",
        max_retry_after = "1day",
        max_depth = 255,
        jitter = proportional(1)
    ),
    attempt_timeout = "1day"
)]
async fn most(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

#[retry_service(
    name = "limits",
    idempotent,
    retry(
        max_attempts = 1,
        factor = 1,
        base_delay = "0s",
        min_delay = "0s",
        max_delay = "0s",
        total_timeout = "1ns",
        max_retry_after = "0s",
        max_depth = 1,
        jitter = proportional(0.0)
    ),
    attempt_timeout = "1ms"
)]
async fn least(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

#[retry_service(name = "limits", idempotent, retry(max_retries = 999_999, backoff = fixed, max_delay = "2s"))]
fn most_retries(work: &Work) -> Result<u32, Error> {
    work.run()
}

/// What the attribute refuses, the runtime refuses as well; see `resilience-macros` for the messages.
#[test]
fn the_runtime_has_the_same_limits() {
    const DAY: Duration = secs(24 * 60 * 60);
    let most = RetryPolicy::builder().max_delay(DAY);
    for (fits, refused) in [
        (most.max_attempts(1_000_000), most.max_attempts(1_000_001)),
        (most.max_attempts(1), most.max_attempts(0)),
        (most.max_retries(999_999), most.max_retries(1_000_000)),
        (most.factor(1_000.0), most.factor(1_000.1)),
        (most.factor(1.0), most.factor(0.9)),
        (most.max_delay(DAY), most.max_delay(DAY + secs(1))),
        (most.base_delay(DAY), most.base_delay(DAY + secs(1))),
        (
            // Without retries no delay is too long for the call.
            most.max_attempts(1).min_delay(DAY),
            most.max_attempts(1).min_delay(DAY + secs(1)),
        ),
        (most.total_timeout(DAY), most.total_timeout(DAY + secs(1))),
        (
            most.total_timeout(Duration::from_nanos(1)),
            most.total_timeout(Duration::ZERO),
        ),
        (most.max_retry_after(DAY), most.max_retry_after(DAY + secs(1))),
        (most.max_depth(255), most.max_depth(256)),
        (most.max_depth(1), most.max_depth(0)),
        (
            most.jitter(Jitter::Proportional(1.0)),
            most.jitter(Jitter::Proportional(1.1)),
        ),
        (
            most.jitter(Jitter::Proportional(0.0)),
            most.jitter(Jitter::Proportional(-0.1)),
        ),
        (
            RetryPolicy::builder().base_delay(secs(10)),
            RetryPolicy::builder().base_delay(secs(11)),
        ),
    ] {
        fits.build().unwrap();
        refused.build().unwrap_err();
    }
    let registry = Registry::builder().build();
    for (timeout, fits) in [
        (DAY, true),
        (DAY + secs(1), false),
        (Duration::from_millis(1), true),
        (Duration::from_micros(999), false),
    ] {
        let configured = registry.configure("limits", ServiceOptions::new().attempt_timeout(timeout));
        assert_eq!(configured.is_ok(), fits, "{timeout:?}");
    }
}

#[tokio::test]
async fn the_attribute_reaches_the_limits() {
    assert_eq!(send(most(&Work::easy())).await, Ok(1));
    assert_eq!(send(least(&Work::hard())).await, Err(Error::Down(1)));
    assert_eq!(most_retries(&Work::easy()), Ok(1));
}

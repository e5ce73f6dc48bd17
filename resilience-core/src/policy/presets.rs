//! Policies with names that say when to use them.
//!
//! A preset is a layer like any other: put it on a [`ServiceDef`](crate::ServiceDef), give it to
//! [`Registry::configure`](crate::Registry::configure), or start from it and say what is different:
//!
//! ```
//! use resilience_core::{Registry, ServiceOptions};
//! use std::time::Duration;
//!
//! let layer = ServiceOptions::critical().attempt_timeout(Duration::from_secs(2));
//! Registry::new().configure("plan_service", layer)?;
//! # Ok::<(), resilience_core::InvalidPolicy>(())
//! ```
//!
//! | preset | attempts | delays | time for a call | budget | breaker |
//! | --- | --- | --- | --- | --- | --- |
//! | [default](crate::RetryPolicy::DEFAULT) | 3 | 0–100 ms, 0–200 ms | 300 s | 0.1 a success, 1 a second, holds 100 | 8 in a row over 500 ms, 5 s to 60 s |
//! | [high traffic](ServiceOptions::high_traffic) | 2 | 0.5–1 s | 10 s | 0.05 a success, 1 a second, holds 50 | half of 100, 5 s |
//! | [critical](ServiceOptions::critical) | 5 | 2–4 s to 15–30 s | 120 s | 0.2 a success, 1 a second, holds 100 | 5 in a row over 500 ms, 10 s |
//! | [background](ServiceOptions::background) | 10 | 5–10 s to 30–60 s | 900 s | 0.1 a success, 0.2 a second, holds 20 | 5 in a row over 500 ms, 60 s |
//!
//! The functions of this module are for programs that move here from code of their own, and whose delays must stay what they
//! were.

use super::{Backoff, BreakerOptions, BudgetOptions, Jitter, OnPermanent, RetryOptions, ServiceOptions, Window};
use std::time::Duration;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Delays that double and stay between `min` and `max`, spread over the upper half of each step: `min` is never waited for
/// by all callers together, as it would be with full jitter and a floor.
const fn between(min: Duration, max: Duration) -> RetryOptions {
    RetryOptions::new()
        .backoff(Backoff::Exponential)
        .base_delay(min.saturating_add(min))
        .factor(2.0)
        .jitter(Jitter::Equal)
        .min_delay(min)
        .max_delay(max)
}

impl ServiceOptions {
    /// For what users wait for, many times a second: fails fast, and is the first to stop retrying.
    ///
    /// One retry after 0.5 to 1 s, within 10 s in all. The budget adds 5 % to the load at the most once its 50 tokens are spent.
    /// The breaker judges by rate alone, which among thousands of calls is known within a moment: it opens when half of the last
    /// 100 have failed, and asks again every 5 s, so that an outage is not made longer by much.
    pub const fn high_traffic() -> Self {
        Self::new()
            .retry(between(ms(500), secs(5)).max_attempts(2).total_timeout(secs(10)))
            .budget(
                BudgetOptions::new()
                    .deposit(0.05)
                    .throttled_cost(0.5)
                    .min_per_second(1.0)
                    .capacity(50),
            )
            .breaker(
                BreakerOptions::new()
                    .failure_threshold(0)
                    .failure_rate(0.5)
                    .window(Window::Calls(100))
                    .minimum_calls(50)
                    .recovery_timeout(secs(5))
                    .recovery_factor(1.0)
                    .half_open_max_calls(5)
                    .success_threshold(5),
            )
    }

    /// For what must succeed while somebody waits, and is called seldom: patient, and with more budget than others.
    ///
    /// Four retries after 2–4 s, 4–8 s, 8–16 s and 15–30 s, within 2 minutes in all. The budget lets one call in five be a
    /// retry. The breaker opens after five failures in a row and asks again every 10 s, before the retries are used up.
    pub const fn critical() -> Self {
        Self::new()
            .retry(between(secs(2), secs(30)).max_attempts(5).total_timeout(secs(120)))
            .budget(
                BudgetOptions::new()
                    .deposit(0.2)
                    .throttled_cost(0.5)
                    .min_per_second(1.0)
                    .capacity(100),
            )
            .breaker(
                BreakerOptions::new()
                    .failure_threshold(5)
                    .recovery_timeout(secs(10))
                    .recovery_factor(1.0),
            )
    }

    /// For work that nobody waits for: tries for a quarter of an hour, and yields to those who do wait.
    ///
    /// Nine retries after 5–10 s and so on up to 30–60 s, within 15 minutes in all; a server that asks for five minutes gets
    /// them. The budget is small, one retry in five seconds for a rare caller, and the breaker stays open for a minute: a
    /// service in trouble hears little from here.
    pub const fn background() -> Self {
        Self::new()
            .retry(
                between(secs(5), secs(60))
                    .max_attempts(10)
                    .total_timeout(secs(900))
                    .max_retry_after(secs(300)),
            )
            .budget(
                BudgetOptions::new()
                    .deposit(0.1)
                    .throttled_cost(0.5)
                    .min_per_second(0.2)
                    .capacity(20),
            )
            .breaker(BreakerOptions::new().failure_threshold(5).recovery_timeout(secs(60)))
    }
}

/// A breaker that goes by the number of failures in a row alone, and stays open for exactly so long.
const fn in_a_row(failures: u32, recovery: Duration) -> BreakerOptions {
    BreakerOptions::new()
        .failure_threshold(failures)
        .failure_span(Duration::ZERO)
        .recovery_timeout(recovery)
        .recovery_factor(1.0)
        .recovery_jitter(0.0)
}

/// The least delay of the strategies below.
const FLOOR: Duration = ms(100);

const fn at_least(delay: Duration, floor: Duration) -> Duration {
    if delay.as_nanos() < floor.as_nanos() {
        floor
    } else {
        delay
    }
}

/// For retries that follow at once: `none` in the wiring of a tool server.
pub const fn immediate() -> RetryOptions {
    RetryOptions::new().backoff(Backoff::None).jitter(Jitter::None)
}

/// For equal waits that never hammer: `base`, but at least 0.1 s.
pub const fn fixed(base: Duration) -> RetryOptions {
    RetryOptions::new()
        .backoff(Backoff::Fixed)
        .jitter(Jitter::None)
        .base_delay(at_least(base, FLOOR))
}

/// For waits that double from `base`, at least from 0.1 s: a base of zero cannot hammer.
pub const fn exponential(base: Duration) -> RetryOptions {
    RetryOptions::new()
        .backoff(Backoff::Exponential)
        .jitter(Jitter::None)
        .factor(2.0)
        .base_delay(at_least(base, FLOOR))
}

/// For doubling waits that chance spreads from `base`, at least from 0.1 s, up to the cap.
pub const fn jitter(base: Duration) -> RetryOptions {
    exponential(base).jitter(Jitter::Full).min_delay(at_least(base, FLOOR))
}

/// For an observer of a language model's API: 3 attempts, waits of 1, 2, 4, 8 and then 10 s, without jitter; the breaker opens
/// after 5 failures in a row for 60 s and closes after 2 successes. A permanent failure says nothing to it, not even of a probe.
pub const fn alexai() -> ServiceOptions {
    ServiceOptions::new()
        .retry(
            RetryOptions::new()
                .max_attempts(3)
                .backoff(Backoff::Exponential)
                .base_delay(secs(1))
                .min_delay(secs(1))
                .max_delay(secs(10))
                .factor(2.0)
                .jitter(Jitter::None),
        )
        .breaker(
            in_a_row(5, secs(60))
                .success_threshold(2)
                .permanent(OnPermanent::Neutral),
        )
}

/// For an API client that other clients share a service with: 3 retries after 1, 2 and 4 s, each a fifth shorter or longer;
/// the breaker opens after 5 failures in a row, lets one probe through after 30 s, and closes if it succeeds.
pub const fn khive() -> ServiceOptions {
    ServiceOptions::new()
        .retry(
            RetryOptions::new()
                .max_retries(3)
                .backoff(Backoff::Exponential)
                .base_delay(secs(1))
                .max_delay(secs(60))
                .factor(2.0)
                .jitter(Jitter::Proportional(0.2)),
        )
        .breaker(in_a_row(5, secs(30)).half_open_max_calls(1).success_threshold(1))
}

/// For publishing to a database or a queue: 3 retries after exactly 1, 2 and 4 s.
pub const fn molecule() -> ServiceOptions {
    ServiceOptions::new().retry(
        RetryOptions::new()
            .max_retries(3)
            .backoff(Backoff::Exponential)
            .base_delay(secs(1))
            .max_delay(secs(60))
            .factor(2.0)
            .jitter(Jitter::None),
    )
}

/// For the steps of a batch: waits that double from 1 s to 60 s, each half shorter or longer, and never above 60 s.
pub const fn batch() -> ServiceOptions {
    ServiceOptions::new().retry(
        RetryOptions::new()
            .max_retries(3)
            .backoff(Backoff::Exponential)
            .base_delay(secs(1))
            .max_delay(secs(60))
            .factor(2.0)
            .jitter(Jitter::Proportional(0.5)),
    )
}

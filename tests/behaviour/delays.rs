//! How long a call waits between its attempts.

use resilience_core::{Backoff, BreakerPolicy, BudgetPolicy, Jitter, RetryOptions, RetryPolicy, ServiceOptions};
use resilience_tests::{Error, World, down, ms, secs};
use std::time::Duration;

fn layer(retry: RetryOptions) -> ServiceOptions {
    ServiceOptions::new()
        .retry(retry)
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(BudgetPolicy::builder().enabled(false))
}

/// The sleeps of a call that keeps failing with `error`, async and sync.
async fn sleeps(retry: RetryOptions, draw: f64, error: fn(u32) -> Error) -> Vec<Duration> {
    let world = World::drawing(draw);
    let plans = world.plans("plan_service", layer(retry));
    let result = plans.fetch(|run| async move { Err(error(run)) }).await;
    assert_eq!(result, Err(error(plans.runs())));

    let blocking = World::drawing(draw);
    let plans = blocking.plans("plan_service", layer(retry));
    let result = plans.fetch_blocking(|run| Err(error(run)));
    assert_eq!(result, Err(error(plans.runs())));

    assert_eq!(world.clock.slept(), blocking.clock.slept(), "{retry:?}");
    world.clock.slept()
}

fn millis(sleeps: &[u64]) -> Vec<Duration> {
    sleeps.iter().copied().map(ms).collect()
}

fn policy(backoff: Backoff, base: u64) -> RetryOptions {
    RetryPolicy::builder()
        .max_attempts(5)
        .backoff(backoff)
        .base_delay(ms(base))
        .max_delay(secs(60))
        .jitter(Jitter::None)
}

#[tokio::test(start_paused = true)]
async fn each_strategy_waits_by_its_formula() {
    let table: [(RetryOptions, &[u64]); 8] = [
        (policy(Backoff::None, 500), &[]),                               // R007
        (policy(Backoff::Fixed, 500), &[500, 500, 500, 500]),            // R008
        (policy(Backoff::Linear, 2_000), &[2_000, 4_000, 6_000, 8_000]), // R010
        (policy(Backoff::Exponential, 100), &[100, 200, 400, 800]),      // R011, R012
        (
            policy(Backoff::Exponential, 1_000).factor(3.0),
            &[1_000, 3_000, 9_000, 27_000],
        ), // R026
        (policy(Backoff::Fibonacci, 1_000), &[1_000, 1_000, 2_000, 3_000]),
        (policy(Backoff::Exponential, 0), &[]),
        (policy(Backoff::Fixed, 0).min_delay(ms(100)), &[100, 100, 100, 100]), // R008
    ];
    for (retry, expected) in table {
        assert_eq!(sleeps(retry, 0.5, Error::Down).await, millis(expected), "{retry:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_jitter_spreads_by_its_formula() {
    // R012, R013, R024
    let exponential = policy(Backoff::Exponential, 1_000).max_attempts(4);
    let table: [(RetryOptions, f64, &[u64]); 8] = [
        (exponential.jitter(Jitter::Full), 0.25, &[250, 500, 1_000]),
        (
            exponential.jitter(Jitter::Full).min_delay(ms(100)),
            0.0,
            &[100, 100, 100],
        ),
        (
            exponential.jitter(Jitter::Full).max_delay(ms(1_500)),
            0.5,
            &[500, 750, 750],
        ),
        (exponential.jitter(Jitter::Equal), 0.5, &[750, 1_500, 3_000]),
        (exponential.jitter(Jitter::Decorrelated), 0.5, &[2_000, 3_500, 5_750]),
        (
            exponential.jitter(Jitter::Decorrelated).max_delay(secs(3)),
            0.5,
            &[2_000, 3_000, 3_000],
        ),
        (exponential.jitter(Jitter::Proportional(0.5)), 0.0, &[500, 1_000, 2_000]),
        (exponential.jitter(Jitter::Proportional(1.0)), 0.0, &[]),
    ];
    for (retry, draw, expected) in table {
        assert_eq!(sleeps(retry, draw, Error::Down).await, millis(expected), "{retry:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_never_overflows() {
    // R022
    for backoff in [Backoff::Linear, Backoff::Exponential, Backoff::Fibonacci] {
        let day = secs(24 * 60 * 60);
        let retry = policy(backoff, 1_000)
            .max_attempts(1_000)
            .max_delay(ms(1_001))
            .factor(1_000.0)
            .total_timeout(day);
        let slept = sleeps(retry, 0.5, Error::Down).await;
        assert_eq!(slept.len(), 999, "{backoff:?}");
        assert_eq!(slept.last(), Some(&ms(1_001)), "{backoff:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_hint_of_the_server_is_a_floor_that_the_cap_does_not_cut() {
    // R047
    let fixed = policy(Backoff::Fixed, 1_000).max_attempts(3).max_delay(secs(2));
    let table: [(Option<u64>, u64); 5] = [
        (None, 1_000),
        (Some(1), 1_000),
        (Some(999), 1_000),
        (Some(5_000), 5_000),
        (Some(60_000), 60_000),
    ];
    for (hint, expected) in table {
        let world = World::new();
        let plans = world.plans("plan_service", layer(fixed));
        let error = Error::Busy(hint.map(ms));

        assert_eq!(plans.fetch(|_| async move { Err(error) }).await, Err(error));

        assert_eq!(world.clock.slept(), [ms(expected); 2], "{hint:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_asks_for_more_patience_than_the_policy_has_ends_the_call() {
    // R047
    let fixed = policy(Backoff::Fixed, 1_000).max_attempts(3);
    let table = [
        (fixed, ms(60_001)),
        (fixed, Duration::MAX),
        (fixed.max_retry_after(secs(1)), ms(1_001)),
        (fixed.total_timeout(secs(10)), ms(10_001)),
    ];
    for (retry, hint) in table {
        let world = World::new();
        let plans = world.plans("plan_service", layer(retry));
        let error = Error::Busy(Some(hint));

        assert_eq!(plans.fetch(|_| async move { Err(error) }).await, Err(error));
        assert_eq!(plans.fetch_blocking(|_| Err(error)), Err(error));

        assert_eq!(plans.runs(), 2, "{hint:?}");
        assert_eq!(world.clock.slept(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn the_delay_before_a_retry_follows_the_number_of_the_retry_and_starts_anew_with_each_call() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(policy(Backoff::Exponential, 100).max_attempts(3)));

    let _ = plans.fetch(down).await;
    let _ = plans.fetch(down).await;

    assert_eq!(world.clock.slept(), millis(&[100, 200, 100, 200]));
}

#[tokio::test(start_paused = true)]
async fn on_the_default_sleeper_a_call_takes_exactly_the_sum_of_its_delays() {
    let registry = resilience_core::Registry::new();
    let plans = resilience_tests::Plans::new(registry, "plan_service", layer(policy(Backoff::Exponential, 100)));
    let start = tokio::time::Instant::now();

    assert_eq!(plans.fetch(down).await, Err(Error::Down(5)));

    assert_eq!(start.elapsed(), ms(100 + 200 + 400 + 800));
}

#[tokio::test(start_paused = true)]
async fn a_decorrelated_delay_does_not_grow_from_the_hint() {
    let world = World::new();
    let retry = policy(Backoff::Exponential, 100)
        .jitter(Jitter::Decorrelated)
        .max_delay(secs(600))
        .max_attempts(3);
    let plans = world.plans("plan_service", layer(retry));

    let result = plans.fetch(async |run| {
        Err(if run == 1 {
            Error::Busy(Some(secs(60)))
        } else {
            Error::Down(run)
        })
    });

    assert_eq!(result.await, Err(Error::Down(3)));
    // The second grows from the 200 ms that the first would have been without the hint.
    assert_eq!(world.clock.slept(), [secs(60), ms(350)]);
}

#[tokio::test(start_paused = true)]
async fn a_hint_of_zero_skips_the_own_delay_once_but_not_the_least_delay() {
    // R047: the waits of a call of four attempts, each of which is answered with `Retry-After: 0`.
    let table: [(RetryOptions, &[u64]); 4] = [
        (policy(Backoff::Fixed, 5_000), &[5_000, 5_000]),
        (policy(Backoff::Exponential, 1_000), &[2_000, 4_000]),
        (policy(Backoff::Fixed, 5_000).min_delay(ms(200)), &[200, 5_000, 5_000]),
        (policy(Backoff::None, 5_000).min_delay(ms(200)), &[]),
    ];
    for (retry, expected) in table {
        let error = |_| Error::Busy(Some(ms(0)));
        assert_eq!(
            sleeps(retry.max_attempts(4), 0.5, error).await,
            millis(expected),
            "{retry:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_hint_of_zero_is_used_up_for_its_own_call_only() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(policy(Backoff::Fixed, 5_000).max_attempts(2)));
    let error = Error::Busy(Some(ms(0)));

    for _ in 0..2 {
        assert_eq!(plans.fetch(|_| async move { Err(error) }).await, Err(error));
    }

    assert_eq!(world.clock.slept(), []);
}

//! The time for a whole call: design, "Retry" 4.

use resilience_core::{
    Backoff, BreakerPolicy, BudgetPolicy, Jitter, Reason, Registry, RetryOptions, RetryPolicy, ServiceOptions,
    time::{ManualClock, Sleeper, Sleeping},
};
use resilience_tests::{Error, Plans, World, down, immediate, ms, secs};
use std::time::Duration;

fn layer(retry: RetryOptions) -> ServiceOptions {
    ServiceOptions::new()
        .retry(retry)
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(BudgetPolicy::builder().enabled(false))
}

fn fixed(delay: Duration) -> RetryOptions {
    RetryPolicy::builder()
        .max_attempts(100)
        .backoff(Backoff::Fixed)
        .jitter(Jitter::None)
        .base_delay(delay)
        .max_delay(secs(600))
}

#[tokio::test(start_paused = true)]
async fn a_million_attempts_end_after_the_default_five_minutes() {
    // R036, R039, R125
    let retry = fixed(secs(60)).max_attempts(1_000_000);

    let world = World::new();
    let plans = world.plans("plan_service", layer(retry));
    // At 0 to 4 minutes. The end is over at 5.
    assert_eq!(plans.fetch(down).await, Err(Error::Down(5)));
    assert_eq!(world.clock.slept(), [secs(60); 4]);

    let world = World::new();
    let plans = world.plans("plan_service", layer(retry));
    assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(5)));
    assert_eq!(world.clock.slept(), [secs(60); 4]);
}

#[tokio::test(start_paused = true)]
async fn no_sleep_goes_to_the_end_or_past_it() {
    // R037
    for (delay, runs) in [(ms(2_499), 5), (ms(2_500), 4), (ms(5_000), 2), (ms(9_999), 2)] {
        let world = World::new();
        let plans = world.plans("plan_service", layer(fixed(delay).total_timeout(secs(10))));

        assert_eq!(
            plans.fetch_blocking(|run| Err(Error::Down(run))),
            Err(Error::Down(runs)),
            "{delay:?}"
        );

        assert_eq!(world.clock.slept(), vec![delay; runs as usize - 1]);
    }
}

#[test]
fn the_clock_of_a_sync_call_starts_at_entry() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(immediate(100).total_timeout(secs(10))));

    let result = plans.fetch_blocking(|run| {
        world.clock.advance(secs(5));
        Err(Error::Down(run))
    });

    // At 5 s. At 10 s the time is over.
    assert_eq!(result, Err(Error::Down(2)));
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_an_async_call_that_never_waits_starts_at_its_first_failure() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(immediate(100).total_timeout(secs(10))));

    let result = plans.fetch(async |run| {
        world.clock.advance(secs(5));
        Err(Error::Down(run))
    });

    // At 5 s, where the clock starts, and at 10 s. At 15 s the time is over.
    assert_eq!(result.await, Err(Error::Down(3)));
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_an_async_call_starts_when_it_first_waits() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(immediate(100).total_timeout(secs(10))));

    let result = plans.fetch(async |run| {
        world.clock.advance(secs(3));
        tokio::task::yield_now().await;
        world.clock.advance(secs(5));
        Err(Error::Down(run))
    });

    // Started at 3 s; the attempts end 5, 13 and 21 s later.
    assert_eq!(result.await, Err(Error::Down(2)));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_a_call_further_in_needs_starts_those_further_out() {
    let world = World::new();
    let outer = world.plans("plan_service", layer(immediate(100).total_timeout(secs(10))));
    let middle = world.plans("tool_service", layer(immediate(1)));
    let inner = world.plans("context_service", layer(immediate(3)));

    let result = outer.fetch(async |run| {
        // The plain call between the two needs no clock.
        middle.count_blocking(|_| inner.fetch_blocking(Ok))?;
        world.clock.advance(secs(5));
        Err(Error::Down(run))
    });

    // As if it had started at entry.
    assert_eq!(result.await, Err(Error::Down(2)));
}

#[tokio::test(start_paused = true)]
async fn of_several_calls_further_in_the_first_starts_the_clock() {
    let world = World::new();
    let outer = world.plans("plan_service", layer(immediate(100).total_timeout(secs(9))));
    let inner = world.plans("context_service", layer(immediate(3)));

    let result = outer.fetch(async |run| {
        for _ in 0..2 {
            inner.fetch_blocking(Ok)?;
            world.clock.advance(secs(5));
        }
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(1)));
}

#[tokio::test(start_paused = true)]
async fn the_clock_further_in_is_not_taken_over_where_it_is_another_one() {
    let world = World::new();
    let elsewhere = World::new();
    elsewhere.clock.advance(secs(1_000));
    let outer = world.plans("plan_service", layer(immediate(100).total_timeout(secs(10))));
    let inner = elsewhere.plans("context_service", layer(immediate(3)));

    let result = outer.fetch(async |run| {
        inner.fetch_blocking(Ok)?;
        world.clock.advance(secs(5));
        Err(Error::Down(run))
    });

    // Started with a reading of its own clock when the one further in was read: at 0 s.
    assert_eq!(result.await, Err(Error::Down(2)));
}

#[tokio::test(start_paused = true)]
async fn a_running_attempt_is_not_cut() {
    // R038
    let registry = Registry::new();
    let plans = Plans::new(registry, "plan_service", layer(immediate(5).total_timeout(secs(1))));
    let start = tokio::time::Instant::now();

    let result = plans.fetch(async |run| {
        tokio::time::sleep(secs(30)).await;
        Ok(run)
    });

    assert_eq!(result.await, Ok(1));
    assert_eq!(start.elapsed(), secs(30));
}

/// Sleeps a second longer than it should.
#[derive(Clone, Debug)]
struct Oversleeping(ManualClock);

impl Sleeper for Oversleeping {
    fn sleep(&self, duration: Duration) -> Sleeping {
        self.0.sleep(duration + secs(1))
    }

    fn sleep_blocking(&self, duration: Duration) {
        self.0.sleep_blocking(duration + secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn no_attempt_starts_after_the_end_though_the_sleep_was_too_long() {
    // R036
    let clock = ManualClock::new();
    let registry = Registry::builder()
        .clock(clock.clone())
        .sleeper(Oversleeping(clock.clone()))
        .build();
    let plans = Plans::new(registry, "plan_service", layer(fixed(secs(4)).total_timeout(ms(9_500))));
    let ways = [
        plans.fetch(down).await,
        plans.fetch_blocking(|run| Err(Error::Down(run))),
    ];

    // 0 s, 5 s; the third would have been due at 9 s and woke at 10 s.
    for result in ways {
        let interruption = result.unwrap_err().interruption().unwrap();
        assert_eq!(interruption.reason(), Reason::DeadlinePassed);
        assert_eq!(interruption.attempts(), 2);
        assert!(interruption.may_have_run());
        assert!(interruption.is_rejection());
        assert_eq!(interruption.retry_after(), None);
        assert_eq!(interruption.service(), "plan_service");
    }
    assert_eq!(plans.runs(), 4);
    assert_eq!(plans.service.statistics().rejected, 2);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_put_back_prolongs_a_call_but_never_breaks_it() {
    // R102
    let world = World::new();
    world.clock.advance(secs(1_000));
    let plans = world.plans("plan_service", layer(immediate(3).total_timeout(secs(10))));

    let result = plans.fetch_blocking(|run| {
        world.clock.set(secs(0));
        Err(Error::Down(run))
    });

    assert_eq!(result, Err(Error::Down(3)));
}

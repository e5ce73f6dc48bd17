//! The time of a call bounds the calls inside it, from its first attempt on.

use resilience_core::{
    Backoff, BreakerPolicy, BudgetPolicy, Jitter, Reason, Registry, RetryOptions, RetryPolicy, ServiceOptions,
    deadline, scope::RetryScope,
};
use resilience_tests::{Error, Plans, World, down, fine, immediate, ms, secs};
use std::future::pending;
use tokio::time::Instant;

fn layer(retry: RetryOptions) -> ServiceOptions {
    ServiceOptions::new()
        .retry(retry)
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(BudgetPolicy::builder().enabled(false))
}

/// Fifty attempts, 300 ms apart, inside a call that may retry as well.
fn patient() -> RetryOptions {
    RetryPolicy::builder()
        .max_attempts(50)
        .backoff(Backoff::Fixed)
        .base_delay(ms(300))
        .jitter(Jitter::None)
        .max_depth(2)
}

#[tokio::test(start_paused = true)]
async fn waits_inside_end_with_the_time_of_the_call_around_though_nothing_suspends() {
    // The attempts of the call around, those inside, and what these waited.
    for (attempts, runs) in [(1, 4), (2, 5)] {
        let world = World::new();
        let outer = world.plans("plan_service", layer(immediate(attempts).total_timeout(secs(1))));
        let inner = world.plans("tool_service", layer(patient()));
        let outcome = outer.fetch_blocking(|_| inner.fetch_blocking(|run| Err(Error::Down(run))));
        assert_eq!(outcome, Err(Error::Down(runs)), "sync, {attempts}");
        assert_eq!(world.clock.slept(), [ms(300); 3], "sync, {attempts}");

        let world = World::new();
        let outer = world.plans("plan_service", layer(immediate(attempts).total_timeout(secs(1))));
        let inner = world.plans("tool_service", layer(patient()));
        let outcome = outer.fetch(|_| inner.fetch(down)).await;
        assert_eq!(outcome, Err(Error::Down(runs)), "async, {attempts}");
        assert_eq!(world.clock.slept(), [ms(300); 3], "async, {attempts}");
    }
}

#[test]
fn the_tightest_time_of_the_calls_around_counts_whichever_it_is() {
    for (outermost, middle) in [(1, 10), (10, 1), (1, 1)] {
        let world = World::new();
        let calls = [("plan_service", outermost), ("agent_service", middle)]
            .map(|(name, time)| world.plans(name, layer(immediate(1).total_timeout(secs(time)))));
        let inner = world.plans("tool_service", layer(patient()));

        let outcome =
            calls[0].fetch_blocking(|_| calls[1].fetch_blocking(|_| inner.fetch_blocking(|run| Err(Error::Down(run)))));

        assert_eq!(outcome, Err(Error::Down(4)), "{outermost} s around {middle} s");
    }
}

#[tokio::test(start_paused = true)]
async fn the_tightest_time_counts_too_where_no_clock_has_started() {
    for (outermost, middle) in [(1, 10), (10, 1), (1, 1)] {
        let world = World::new();
        let calls = [("plan_service", outermost), ("agent_service", middle)]
            .map(|(name, time)| world.plans(name, layer(immediate(1).total_timeout(secs(time)))));
        let inner = world.plans("tool_service", layer(patient()));

        let outcome = calls[0].fetch(|_| calls[1].fetch(|_| inner.fetch(down))).await;

        assert_eq!(outcome, Err(Error::Down(4)), "{outermost} s around {middle} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tighter_call_inside_leaves_the_time_of_the_call_around_as_it_was() {
    let world = World::new();
    let outer = world.plans("plan_service", layer(immediate(1).total_timeout(secs(2))));
    let hasty = world.plans("agent_service", layer(immediate(1).total_timeout(secs(1))));
    let inner = world.plans("tool_service", layer(patient()));

    let outcome = outer
        .fetch(async |_| {
            assert_eq!(hasty.fetch(|_| inner.fetch(down)).await, Err(Error::Down(4)));
            // 900 ms have been waited. There is time for three further waits before the end at 2 s.
            inner.fetch(down).await
        })
        .await;

    assert_eq!(outcome, Err(Error::Down(8)));
    assert_eq!(world.clock.slept(), [ms(300); 6]);
}

#[test]
fn nothing_starts_inside_at_the_end_of_the_time() {
    for (passed, reason) in [(ms(999), None), (secs(1), Some(Reason::DeadlinePassed))] {
        let world = World::new();
        let outer = world.plans("plan_service", layer(immediate(1).total_timeout(secs(1))));
        let inner = world.plans("tool_service", layer(immediate(1)));

        let outcome = outer.fetch_blocking(|_| {
            world.clock.advance(passed);
            let outcomes = [
                inner.fetch_blocking(Ok),
                inner.count_blocking(Ok),
                inner.write_blocking(Ok),
            ];
            assert_eq!(RetryScope::enter().may_repeat(), reason.is_none(), "{passed:?}");
            for outcome in outcomes {
                assert_eq!(outcome.err().and_then(|error| error.reason()), reason, "{passed:?}");
            }
            // Its own body is not cut.
            Ok(7)
        });

        assert_eq!(outcome, Ok(7));
        assert_eq!(inner.runs(), if reason.is_none() { 3 } else { 0 }, "{passed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_inside_is_cut_at_the_end_of_the_time_whatever_its_kind() {
    let registry = Registry::new();
    for attempts in [1, 2] {
        let outer = Plans::new(
            registry,
            "plan_service",
            layer(immediate(attempts).total_timeout(secs(2))),
        );
        let inner = Plans::new(registry, "tool_service", layer(immediate(1)));
        let hang = async |_| pending().await;

        for kind in ["fetch", "count", "write"] {
            let began = Instant::now();
            let outcome = outer
                .fetch(async |_| match kind {
                    "fetch" => inner.fetch(hang).await,
                    "count" => inner.count(hang).await,
                    _ => inner.write(hang).await,
                })
                .await;

            let reason = outcome.unwrap_err().reason();
            assert_eq!(reason, Some(Reason::AttemptTimeout), "{kind}");
            assert_eq!(began.elapsed(), secs(2), "{kind}, {attempts}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plain_call_bounds_nothing() {
    let world = World::new();
    let outer = world.plans("plan_service", layer(immediate(1).total_timeout(secs(1))));
    let inner = world.plans("tool_service", layer(patient()));

    assert_eq!(outer.count(|_| inner.fetch(down)).await, Err(Error::Down(50)));
    let outcome = outer.count_blocking(|_| inner.fetch_blocking(|run| Err(Error::Down(run))));
    assert_eq!(outcome, Err(Error::Down(100)));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_by_the_clock_of_the_registry_that_is_entered_when_it_is_first_polled() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(immediate(1)));

    let outcome = world
        .registry
        .enter(deadline::within(secs(1), async {
            assert_eq!(deadline::remaining(), Some(secs(1)));
            world.clock.advance(secs(1));
            plans.fetch(fine).await
        }))
        .await;

    assert_eq!(outcome.unwrap_err().reason(), Some(Reason::DeadlinePassed));
}

#[tokio::test(start_paused = true)]
async fn the_time_until_a_deadline_begins_with_the_first_poll() {
    let world = World::new();
    let within = deadline::within(secs(1), async { deadline::remaining() });

    world.clock.advance(secs(10));
    let remaining = world.registry.enter(within).await;

    assert_eq!(remaining, Some(secs(1)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_may_start_neither_at_the_end_of_the_time_nor_at_a_deadline() {
    let fixed = RetryPolicy::builder()
        .max_attempts(10)
        .backoff(Backoff::Fixed)
        .base_delay(ms(500))
        .jitter(Jitter::None);
    let world = World::new();
    let by_time = world.plans("plan_service", layer(fixed.total_timeout(secs(1))));
    let by_deadline = world.plans("tool_service", layer(fixed));

    let results = [
        by_time.fetch(down).await,
        by_time.fetch_blocking(|run| Err(Error::Down(run - 2))),
        world
            .registry
            .enter(deadline::within(secs(1), by_deadline.fetch(down)))
            .await,
        world.registry.enter_blocking(|| {
            deadline::within_blocking(secs(1), || by_deadline.fetch_blocking(|run| Err(Error::Down(run - 2))))
        }),
    ];

    // At 0 and 500 ms, but not at 1 s.
    assert_eq!(results, [Err(Error::Down(2)); 4]);
}

//! Calls that are dropped, and bodies that panic.

use futures::{FutureExt, future::poll_immediate};
use resilience_core::{
    Backoff, CircuitState, Jitter, Registry, RetryPolicy, ServiceOptions, scope,
    time::{Sleeper, Sleeping},
};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, secs};
use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use tokio::time::timeout;

fn breaker(threshold: u32) -> ServiceOptions {
    let breaker = exact()
        .failure_threshold(threshold)
        .recovery_timeout(secs(30))
        .half_open_max_calls(1)
        .success_threshold(1);
    ServiceOptions::new().retry(immediate(3)).breaker(breaker)
}

/// Waits a second before each retry, on tokio's paused time.
fn waiting() -> Plans {
    let retry = RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(secs(1))
        .jitter(Jitter::None)
        .max_attempts(3);
    Plans::new(Registry::new(), "plan_service", breaker(5).retry(retry))
}

fn half_open(world: &World) -> Plans {
    let plans = world.plans("plan_service", breaker(1));
    assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
    world.clock.advance(secs(30));
    plans
}

fn is_full(plans: &Plans) -> bool {
    (plans.service.retry_tokens() - 100.0).abs() < 1e-9
}

#[tokio::test(start_paused = true)]
async fn dropped_before_its_first_poll_a_call_has_not_begun() {
    let plans = World::new().plans("plan_service", breaker(1));

    drop(plans.fetch(down));

    assert_eq!(plans.runs(), 0);
    assert!(plans.service.operations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn dropped_in_the_middle_of_an_attempt_a_call_says_nothing_about_the_service() {
    // R214
    let plans = World::new().plans("plan_service", breaker(2));
    assert!(plans.count(down).await.is_err());

    for _ in 0..10 {
        assert!(plans.fetch(|_| pending()).now_or_never().is_none());
        assert!(plans.write(|_| pending()).now_or_never().is_none());
    }

    // Ten times neutral: no failure, and no success that would have cleared the first one.
    assert_eq!(plans.service.state(), CircuitState::Closed);
    assert!(plans.count(down).await.is_err());
    assert_eq!(plans.service.state(), CircuitState::Open);
    let statistics = plans.service.statistics();
    assert_eq!(
        (statistics.calls, statistics.attempts, statistics.cancelled),
        (22, 22, 20)
    );
    assert_eq!(scope::depth(), 0);
}

#[tokio::test(start_paused = true)]
async fn dropped_in_the_middle_of_a_sleep_a_call_gives_its_token_back() {
    // R214
    let plans = waiting();

    assert!(timeout(ms(500), plans.fetch(down)).await.is_err());

    assert_eq!(plans.runs(), 1);
    assert!(is_full(&plans));
    let statistics = plans.service.statistics();
    assert_eq!(
        (
            statistics.calls,
            statistics.attempts,
            statistics.retries,
            statistics.cancelled
        ),
        (1, 1, 0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_whose_retry_has_started_is_spent_though_the_retry_is_dropped() {
    let layer = ServiceOptions::new().budget(resilience_core::BudgetPolicy::builder().min_per_second(0.0));
    let plans = waiting();
    plans.service.registry().configure("plan_service", layer).unwrap();

    let call = plans.fetch(async |run| {
        if run == 1 {
            Err(Error::Down(run))
        } else {
            pending().await
        }
    });
    assert!(timeout(ms(1_500), call).await.is_err());

    assert!((plans.service.retry_tokens() - 99.0).abs() < 1e-9);
    let statistics = plans.service.statistics();
    assert_eq!(
        (statistics.attempts, statistics.retries, statistics.cancelled),
        (2, 1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_timeout_around_a_call_covers_its_attempts_and_its_sleeps() {
    let plans = waiting();
    let start = tokio::time::Instant::now();

    let result = timeout(
        ms(2_500),
        plans.fetch(async |run| {
            tokio::time::sleep(ms(600)).await;
            Err(Error::Down(run))
        }),
    );

    assert!(result.await.is_err());
    // 0.6, sleep to 1.6, to 2.2, and in the second sleep the end.
    assert_eq!((plans.runs(), start.elapsed()), (2, ms(2_500)));
    assert!(is_full(&plans));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_probe_gives_its_place_back() {
    // R073, R074
    let world = World::new();
    let plans = half_open(&world);

    for _ in 0..20 {
        let mut probe = pin!(plans.fetch(|_| pending()));
        assert!(poll_immediate(&mut probe).await.is_none());
        assert!(plans.count_blocking(Ok).is_err(), "the place was given away");
    }

    assert_eq!(plans.service.state(), CircuitState::HalfOpen);
    assert!(plans.count_blocking(Ok).is_ok());
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_aborted_task_gives_everything_back() {
    // R073, R214
    let world = World::new();
    let plans = Arc::new(half_open(&world));
    let probing = Arc::clone(&plans);
    let task = tokio::spawn(async move { probing.fetch(|_| pending()).await });
    tokio::task::yield_now().await;
    assert_eq!(plans.runs(), 2);

    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());

    assert_eq!(plans.service.statistics().cancelled, 1);
    assert!(plans.count_blocking(Ok).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_body_goes_on_and_counts_as_a_failure() {
    // R069
    let plans = World::new().plans("plan_service", breaker(2));

    let panic = AssertUnwindSafe(plans.fetch(async |run| panic!("run {run}")))
        .catch_unwind()
        .await;
    assert_eq!(*panic.unwrap_err().downcast::<String>().unwrap(), "run 1");
    assert_eq!(plans.service.state(), CircuitState::Closed);
    let panic = catch_unwind(AssertUnwindSafe(|| plans.fetch_blocking(|run| panic!("run {run}"))));
    assert_eq!(*panic.unwrap_err().downcast::<String>().unwrap(), "run 2");

    assert_eq!(plans.service.state(), CircuitState::Open);
    let statistics = plans.service.statistics();
    assert_eq!((statistics.calls, statistics.attempts, statistics.panicked), (2, 2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_panic_after_a_wait_counts_as_a_failure_too() {
    let plans = World::new().plans("plan_service", breaker(1));

    let call = plans.count(async |_| {
        tokio::task::yield_now().await;
        panic!("a bug")
    });

    assert!(AssertUnwindSafe(call).catch_unwind().await.is_err());
    assert_eq!(plans.service.state(), CircuitState::Open);
}

#[test]
fn a_probe_that_panics_opens_the_circuit_again() {
    // R073
    let world = World::new();
    let plans = half_open(&world);

    assert!(catch_unwind(AssertUnwindSafe(|| plans.fetch_blocking(|_| panic!("a bug")))).is_err());

    assert_eq!(plans.service.state(), CircuitState::Open);
    world.clock.advance(secs(30));
    assert!(plans.count_blocking(Ok).is_ok());
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_because_something_else_panics_says_nothing() {
    let plans = World::new().plans("plan_service", breaker(1));

    let both = async {
        tokio::join!(plans.fetch(|_| pending()), async { panic!("not our bug") });
    };

    assert!(AssertUnwindSafe(both).catch_unwind().await.is_err());
    assert_eq!(plans.runs(), 1);
    assert_eq!(plans.service.state(), CircuitState::Closed);
    let statistics = plans.service.statistics();
    assert_eq!((statistics.cancelled, statistics.panicked), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_panic_further_in_that_the_body_lets_pass_counts_for_both() {
    let world = World::new();
    let (outer, inner) = (
        world.plans("plan_service", breaker(1)),
        world.plans("tool_service", breaker(1)),
    );

    let call = outer.fetch(|_| inner.fetch(async |_| panic!("a bug")));

    assert!(AssertUnwindSafe(call).catch_unwind().await.is_err());
    assert_eq!((outer.runs(), inner.runs()), (1, 1));
    assert_eq!(outer.service.state(), CircuitState::Open);
    assert_eq!(inner.service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_panic_that_the_body_catches_counts_for_the_call_further_in_only() {
    let world = World::new();
    let (outer, inner) = (
        world.plans("plan_service", breaker(1)),
        world.plans("tool_service", breaker(1)),
    );

    let result = outer.fetch(async |run| {
        let caught = AssertUnwindSafe(inner.fetch(async |_| panic!("a bug")))
            .catch_unwind()
            .await;
        assert!(caught.is_err());
        Ok(run)
    });

    assert_eq!(result.await, Ok(1));
    assert_eq!(outer.service.state(), CircuitState::Closed);
    assert_eq!(inner.service.state(), CircuitState::Open);
}

#[test]
fn a_call_made_while_the_thread_unwinds_is_judged_by_its_own_outcome() {
    struct AtTheEnd<'a>(&'a Plans, bool);
    impl Drop for AtTheEnd<'_> {
        fn drop(&mut self) {
            let ok = self.1;
            let _ = self
                .0
                .count_blocking(|run| if ok { Ok(run) } else { Err(Error::Missing) });
        }
    }
    let plans = World::new().plans("plan_service", breaker(1));

    for ok in [true, false] {
        let result = catch_unwind(AssertUnwindSafe(|| {
            let _guard = AtTheEnd(&plans, ok);
            panic!("elsewhere");
        }));
        assert!(result.is_err());
    }

    assert_eq!(plans.service.state(), CircuitState::Closed);
    let statistics = plans.service.statistics();
    assert_eq!(
        (statistics.succeeded, statistics.failed, statistics.panicked),
        (1, 1, 0)
    );
}

/// Panics when asked to wait.
#[derive(Debug)]
struct Broken;

impl Sleeper for Broken {
    fn sleep(&self, _duration: Duration) -> Sleeping {
        Box::pin(async { panic!("no timer") })
    }

    fn sleep_blocking(&self, _duration: Duration) {
        panic!("no timer");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sleeper_that_panics_says_nothing_about_the_service_and_costs_no_token() {
    let registry = Registry::builder().sleeper(Broken).build();
    let retry = RetryPolicy::builder().backoff(Backoff::Fixed).jitter(Jitter::None);
    let plans = Plans::new(registry, "plan_service", breaker(3).retry(retry));

    assert!(AssertUnwindSafe(plans.fetch(down)).catch_unwind().await.is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| plans.fetch_blocking(|run| Err(Error::Down(run))))).is_err());

    // Two failures of the two attempts, and nothing for the panics.
    assert_eq!(plans.service.state(), CircuitState::Closed);
    assert!(is_full(&plans));
    let statistics = plans.service.statistics();
    assert_eq!(
        (statistics.attempts, statistics.cancelled, statistics.panicked),
        (2, 2, 0)
    );
    assert_eq!(plans.count(fine).await, Ok(3));
}

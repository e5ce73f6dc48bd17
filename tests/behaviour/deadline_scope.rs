//! Deadlines from outside of a call: design, "Nesting" 5.

use resilience_core::{
    Backoff, BreakerPolicy, CircuitState, Jitter, OnAbandon, Reason, Registry, RetryPolicy, ServiceOptions, deadline,
    scope,
};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, secs};
use std::future::pending;
use tokio::time::Instant;

/// On tokio's paused time.
fn plans(layer: ServiceOptions) -> Plans {
    Plans::new(Registry::new(), "plan_service", layer)
}

async fn hang(_: u32) -> Result<u32, Error> {
    pending().await
}

fn reason<T>(outcome: Result<T, Error>) -> Option<Reason> {
    outcome.err().and_then(|error| error.reason())
}

#[tokio::test(start_paused = true)]
async fn a_hanging_attempt_is_cut_at_the_deadline_and_not_repeated() {
    let plans = plans(ServiceOptions::new());
    let began = Instant::now();

    let outcome = deadline::within(secs(2), plans.fetch(hang)).await;

    assert_eq!(reason(outcome), Some(Reason::AttemptTimeout));
    assert_eq!((began.elapsed(), plans.runs()), (secs(2), 1));
}

#[tokio::test(start_paused = true)]
async fn the_shorter_of_timeout_and_deadline_cuts() {
    for (own, deadline, runs, elapsed) in [(1, 5, 3, 3), (5, 1, 1, 1), (2, 3, 2, 3)] {
        let layer = ServiceOptions::new().attempt_timeout(secs(own)).retry(immediate(3));
        let plans = plans(layer);
        let began = Instant::now();

        let outcome = deadline::within(secs(deadline), plans.fetch(hang)).await;

        assert_eq!(reason(outcome), Some(Reason::AttemptTimeout), "{own} {deadline}");
        assert_eq!(
            (plans.runs(), began.elapsed()),
            (runs, secs(elapsed)),
            "{own} {deadline}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_once_the_deadline_is_over() {
    let plans = plans(ServiceOptions::new());

    deadline::within(secs(1), async {
        tokio::time::sleep(secs(1)).await;
        assert_eq!(deadline::remaining(), Some(ms(0)));
        assert_eq!(reason(plans.fetch(fine).await), Some(Reason::DeadlinePassed));
        assert_eq!(reason(plans.count(fine).await), Some(Reason::DeadlinePassed));
        assert_eq!(reason(plans.write(fine).await), Some(Reason::DeadlinePassed));
        assert_eq!(reason(plans.fetch_blocking(Ok)), Some(Reason::DeadlinePassed));
        assert_eq!(reason(plans.write_blocking(Ok)), Some(Reason::DeadlinePassed));
    })
    .await;

    assert_eq!(plans.runs(), 0);
    assert_eq!(plans.service.statistics().rejected, 5);
    assert!(plans.fetch(fine).await.is_ok(), "the deadline is left behind");
}

#[tokio::test(start_paused = true)]
async fn no_wait_goes_past_the_deadline() {
    let retry = RetryPolicy::builder()
        .max_attempts(10)
        .backoff(Backoff::Fixed)
        .base_delay(ms(400))
        .jitter(Jitter::None);
    let off = BreakerPolicy::builder().enabled(false);
    let plans = plans(ServiceOptions::new().retry(retry).breaker(off));
    let began = Instant::now();

    let outcome = deadline::within(secs(1), plans.fetch(down)).await;

    assert_eq!(outcome, Err(Error::Down(3)));
    assert_eq!(began.elapsed(), ms(800));
}

#[test]
fn a_sync_call_is_bounded_by_the_deadline_too() {
    let world = World::new();
    let retry = RetryPolicy::builder()
        .max_attempts(10)
        .backoff(Backoff::Fixed)
        .base_delay(ms(400))
        .jitter(Jitter::None);
    let plans = world.plans("plan_service", ServiceOptions::new().retry(retry));

    let outcome = world
        .registry
        .enter_blocking(|| deadline::within_blocking(secs(1), || plans.fetch_blocking(|run| Err(Error::Down(run)))));

    assert_eq!(outcome, Err(Error::Down(3)));
    assert_eq!(world.clock.slept(), [ms(400), ms(400)]);
    assert_eq!(deadline::remaining(), None);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_inside_another_only_makes_it_sooner() {
    deadline::within(secs(3), async {
        assert_eq!(deadline::remaining(), Some(secs(3)));
        deadline::within(secs(1), async { assert_eq!(deadline::remaining(), Some(secs(1))) }).await;
        deadline::within(secs(9), async { assert_eq!(deadline::remaining(), Some(secs(3))) }).await;
        assert_eq!(deadline::remaining(), Some(secs(3)));
    })
    .await;
    assert_eq!(deadline::remaining(), None);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_follows_the_future_and_what_is_carried_but_no_other_task() {
    deadline::within(secs(3), async {
        tokio::task::yield_now().await;
        let fresh = tokio::spawn(async { deadline::remaining() });
        let carried = tokio::spawn(scope::carry(async { deadline::remaining() }));
        assert_eq!(fresh.await.unwrap(), None);
        assert_eq!(carried.await.unwrap(), Some(secs(3)));
        let (inside, beside) = tokio::join!(async { deadline::remaining() }, async {
            deadline::within(secs(1), async { deadline::remaining() }).await
        });
        assert_eq!((inside, beside), (Some(secs(3)), Some(secs(1))));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_inside_leaves_the_deadline_behind() {
    let within = deadline::within(secs(3), async { panic!("on purpose") });
    let joined = tokio::spawn(within).await;
    assert!(joined.unwrap_err().is_panic());

    let caught = std::panic::catch_unwind(|| deadline::within_blocking(secs(3), || panic!("on purpose")));
    assert!(caught.is_err());
    assert_eq!(deadline::remaining(), None);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_cut_by_the_deadline_says_nothing_against_the_service() {
    let breaker = exact().failure_threshold(1);
    let plans = plans(ServiceOptions::new().breaker(breaker));

    let _ = deadline::within(secs(1), plans.fetch(hang)).await;

    assert_eq!(plans.service.state(), CircuitState::Closed);
    assert_eq!(plans.service.snapshot().statistics.abandoned, 1);
}

#[tokio::test(start_paused = true)]
async fn cut_by_the_deadline_after_long_it_is_a_failure_if_the_policy_says_so() {
    let breaker = exact().failure_threshold(1).on_abandon(OnAbandon::FailAfter(secs(5)));
    for (deadline, circuit) in [(4, CircuitState::Closed), (5, CircuitState::Open)] {
        let plans = plans(ServiceOptions::new().breaker(breaker));

        let _ = deadline::within(secs(deadline), plans.fetch(hang)).await;

        assert_eq!(plans.service.state(), circuit, "{deadline} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_enclosing_calls_remaining_time_bounds_the_waits_and_timeouts_inside() {
    let registry = Registry::new();
    let outer = Plans::new(
        registry,
        "outer_service",
        ServiceOptions::new().retry(RetryPolicy::builder().total_timeout(secs(2))),
    );
    let inner = Plans::new(
        registry,
        "inner_service",
        ServiceOptions::new()
            .retry(immediate(100).max_depth(2))
            .attempt_timeout(ms(1_500))
            .breaker(BreakerPolicy::builder().enabled(false)),
    );
    let began = Instant::now();

    let outcome = outer
        .fetch(|_| async {
            // The clock of the outer call starts here.
            tokio::task::yield_now().await;
            inner.fetch(hang).await
        })
        .await;

    // One inner attempt of 1.5 s, and one that the outer call has only 0.5 s for.
    assert_eq!(reason(outcome), Some(Reason::AttemptTimeout));
    assert_eq!((inner.runs(), began.elapsed()), (2, secs(2)));
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_the_calls_inside_read_no_clock_for_the_calls_around() {
    let registry = Registry::new();
    let outer = Plans::new(registry, "outer_service", ServiceOptions::new());

    let remaining = outer
        .fetch(|_| async {
            tokio::task::yield_now().await;
            // What a call has left is its own affair; this is for deadlines that somebody has set.
            assert_eq!(deadline::remaining(), None);
            Ok(1)
        })
        .await;

    assert_eq!(remaining, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_call_that_has_ended_binds_no_other() {
    let hasty = plans(ServiceOptions::new().retry(immediate(3).total_timeout(secs(1))));
    let around = Plans::new(Registry::new(), "tool_service", ServiceOptions::new());
    let retry = RetryPolicy::builder().backoff(Backoff::Fixed).base_delay(secs(5));
    let patient = plans(ServiceOptions::new().retry(retry.jitter(Jitter::None).max_attempts(2)));
    let began = Instant::now();
    assert_eq!(hasty.fetch(down).await, Err(Error::Down(3)));

    let outcome = around.count(|_| patient.fetch(down)).await;

    assert_eq!(outcome, Err(Error::Down(2)));
    assert_eq!(began.elapsed(), secs(5));
}

#[tokio::test(start_paused = true)]
async fn carried_work_takes_the_deadline_along_that_is_the_soonest_in_its_attempt() {
    let retry = RetryPolicy::builder().backoff(Backoff::Fixed).base_delay(secs(1));
    let plans = plans(ServiceOptions::new().retry(retry.jitter(Jitter::None).total_timeout(secs(10))));

    let call = plans.fetch(async |run| {
        if run == 1 {
            return Err(Error::Down(run));
        }
        let carried = scope::carry(async {
            tokio::time::sleep(secs(2)).await;
            deadline::remaining()
        });
        // Ten seconds for the call, of which one was slept away before this attempt and two by the work.
        assert_eq!(tokio::spawn(carried).await.unwrap(), Some(secs(7)));
        Ok(run)
    });

    assert_eq!(deadline::within(secs(100), call).await, Ok(2));
}

//! Calls that are driven by hand, out of the usual order.

use futures::{FutureExt, executor::block_on};
use resilience_core::{
    Backoff, Call, Jitter, Next, Operation, Reason, Registry, RetryPolicy, ServiceOptions,
    time::{Sleeper, Sleeping},
};
use resilience_tests::{Error, World, exact, ms, secs};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

#[test]
fn an_attempt_that_was_dropped_counts_when_the_call_asks_again() {
    static FETCH: Operation = Operation::idempotent("plan_service", "fetch");
    let registry = Registry::new();
    let mut call = FETCH.begin_in(registry);
    call.admit().unwrap();
    let attempt = call.attempt(pending::<Result<(), Error>>());
    assert!(attempt.now_or_never().is_none());

    call.admit().unwrap();
    let _ = call.settle(Ok::<(), Error>(()));
    drop(call);

    let statistics = registry.service("plan_service").statistics();
    assert_eq!((statistics.calls, statistics.attempts, statistics.succeeded), (1, 2, 1));
}

#[test]
fn a_call_that_asks_again_after_its_end_counts_no_second_time() {
    static COUNT: Operation = Operation::plain("plan_service", "count");
    let registry = Registry::new();
    let mut call = COUNT.begin_in(registry);
    call.admit().unwrap();
    assert_eq!(call.finish(Ok::<(), Error>(())), Ok(()));

    let _ = call.admit();
    drop(call);

    let statistics = registry.service("plan_service").statistics();
    assert_eq!((statistics.calls, statistics.attempts, statistics.cancelled), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_attempt_after_one_that_was_dropped_has_the_whole_time() {
    static FETCH: Operation = Operation::idempotent("plan_service", "fetch").attempt_timeout(Duration::from_secs(2));
    let registry = Registry::new();
    let mut call = FETCH.begin_in(registry);
    call.admit().unwrap();
    let dropped = tokio::time::timeout(ms(1_900), call.attempt(pending::<Result<(), Error>>()));
    assert!(dropped.await.is_err());

    call.admit().unwrap();
    let body = async {
        tokio::time::sleep(secs(1)).await;
        Ok::<(), Error>(())
    };
    let outcome = call.attempt(body).await;
    assert_eq!(outcome, Ok(()));
    let _ = call.settle(outcome);
    drop(call);

    assert_eq!(registry.service("plan_service").statistics().attempt_timeouts, 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_of_an_attempt_that_was_cut_clings_to_the_one_that_is_asked_for_instead() {
    static FETCH: Operation = Operation::idempotent("plan_service", "fetch").attempt_timeout(Duration::from_secs(2));
    let registry = Registry::new();
    let mut call = FETCH.begin_in(registry);
    call.admit().unwrap();
    let cut: Result<(), Error> = call.attempt(pending()).await;
    assert_eq!(cut.unwrap_err().reason(), Some(Reason::AttemptTimeout));

    call.admit().unwrap();
    let outcome = call.attempt(async { Ok::<(), Error>(()) }).await;

    assert!(matches!(call.settle(outcome), Next::Return(Ok(()))));
    drop(call);
    let statistics = registry.service("plan_service").statistics();
    assert_eq!((statistics.calls, statistics.succeeded), (1, 1));
}

#[test]
fn a_call_that_asks_again_after_its_end_takes_no_place_of_a_probe() {
    static COUNT: Operation = Operation::plain("plan_service", "count");
    let world = World::new();
    let breaker = exact()
        .failure_threshold(1)
        .half_open_max_calls(1)
        .recovery_timeout(secs(1));
    let plans = world.plans("plan_service", ServiceOptions::new().breaker(breaker));
    let mut call = COUNT.begin_in(world.registry);
    call.admit().unwrap();
    assert!(call.finish(Err::<(), _>(Error::Down(1))).is_err());
    world.clock.advance(secs(1));

    call.admit().unwrap();
    drop(call);

    assert_eq!(plans.count_blocking(Ok), Ok(1));
}

/// The retry that may not start any more, after a call that has ten seconds has waited for eleven.
fn refused_after(before: impl FnOnce(&mut Call), after: impl FnOnce(&mut Call, &World)) -> Option<Reason> {
    static FETCH: Operation = Operation::idempotent("plan_service", "fetch");
    let world = World::new();
    let retry = RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(secs(1))
        .jitter(Jitter::None)
        .total_timeout(secs(10));
    let _ = world.plans("plan_service", ServiceOptions::new().retry(retry));
    let mut call = FETCH.begin_in(world.registry);
    call.admit().unwrap();
    before(&mut call);
    assert!(matches!(call.settle(Err::<(), _>(Error::Down(1))), Next::RetryAfter(_)));
    after(&mut call, &world);
    call.admit().err().map(|interruption| interruption.reason())
}

#[test]
fn a_wait_for_nothing_hides_no_wait_that_follows() {
    let nothing = Duration::ZERO;

    let blocking = refused_after(
        |_| {},
        |call, _| {
            call.sleep_blocking(nothing);
            call.sleep_blocking(secs(11));
        },
    );
    let waiting = refused_after(
        |_| {},
        |call, _| {
            block_on(call.sleep(nothing));
            block_on(call.sleep(secs(11)));
        },
    );

    assert_eq!([blocking, waiting], [Some(Reason::DeadlinePassed); 2]);
}

#[test]
fn a_wait_for_nothing_before_the_outcome_hides_none_after_it() {
    let refused = refused_after(
        |call| call.sleep_blocking(Duration::ZERO),
        |_, world| world.clock.advance(secs(11)),
    );

    assert_eq!(refused, Some(Reason::DeadlinePassed));
}

/// Its sleeps never end, and say when they are dropped.
#[derive(Clone, Debug, Default)]
struct Endless(Arc<AtomicU32>);

/// Counts one when it is dropped.
struct Dropped(Arc<AtomicU32>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Sleeper for Endless {
    fn sleep(&self, _: Duration) -> Sleeping {
        let dropped = Dropped(Arc::clone(&self.0));
        Box::pin(async move {
            let _dropped = dropped;
            pending::<()>().await;
        })
    }

    fn sleep_blocking(&self, _: Duration) {}
}

#[test]
fn a_wait_that_is_dropped_half_way_takes_its_timer_along() {
    static FETCH: Operation = Operation::idempotent("plan_service", "fetch");
    let sleeper = Endless::default();
    let registry = Registry::builder().sleeper(sleeper.clone()).build();
    let mut call = FETCH.begin_in(registry);
    call.admit().unwrap();
    let Next::RetryAfter(_) = call.settle(Err::<(), _>(Error::Down(1))) else {
        panic!("there are attempts left");
    };

    assert!(call.sleep(secs(1)).now_or_never().is_none());

    // While the call goes on.
    assert_eq!(sleeper.0.load(Ordering::Relaxed), 1);
    call.admit().unwrap();
}

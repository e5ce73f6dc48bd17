//! Calls that are driven by hand, out of the usual order.

use futures::FutureExt;
use resilience_core::{Operation, Registry};
use resilience_tests::{Error, ms, secs};
use std::{future::pending, time::Duration};

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

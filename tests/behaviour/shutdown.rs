//! The end of all waits of a registry.

use futures::{executor::block_on, future::join};
use resilience_core::{
    Backoff, Jitter, Reason, Registry, RetryPolicy, ServiceOptions,
    time::{Shutdown, Sleeper, Sleeping, SystemSleeper},
};
use resilience_tests::{Error, Plans, World, down, fine, record, secs};
use std::{
    future::pending,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

const HOUR: Duration = secs(3_600);

fn layer() -> ServiceOptions {
    let retry = RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(HOUR)
        .max_delay(HOUR)
        .total_timeout(HOUR * 5)
        .jitter(Jitter::None);
    ServiceOptions::new().retry(retry)
}

/// Says when a blocking sleep begins, and leaves it to the default sleeper. Its async sleeps never end.
#[derive(Debug)]
struct Announcing(mpsc::Sender<Duration>);

impl Sleeper for Announcing {
    fn sleep(&self, _: Duration) -> Sleeping {
        Box::pin(pending())
    }

    fn sleep_blocking(&self, _: Duration) {
        panic!("cannot be ended");
    }

    fn sleep_blocking_until(&self, duration: Duration, shutdown: &Shutdown) {
        self.0.send(duration).unwrap();
        SystemSleeper.sleep_blocking_until(duration, shutdown);
    }
}

fn assert_shut_down(outcome: Result<u32, Error>) {
    let interruption = outcome.unwrap_err().interruption().unwrap();
    assert_eq!(interruption.reason(), Reason::Shutdown);
    assert_eq!(interruption.attempts(), 1);
    assert!(interruption.is_rejection());
    assert_eq!(
        interruption.to_string(),
        "call to `plan_service` rejected: its registry is shut down (after 1 attempt)"
    );
}

#[test]
fn a_blocking_wait_ends_at_once() {
    let (announce, announced) = mpsc::channel();
    let registry = Registry::builder().sleeper(Announcing(announce)).build();
    let plans = Arc::new(Plans::new(registry, "plan_service", layer()));
    let theirs = Arc::clone(&plans);
    let call = thread::spawn(move || theirs.fetch_blocking(|run| Err(Error::Down(run))));
    assert_eq!(announced.recv().unwrap(), HOUR);

    registry.shutdown();

    assert_shut_down(call.join().unwrap());
    assert_eq!((plans.runs(), plans.service.statistics().rejected), (1, 1));
}

#[test]
fn an_async_wait_ends_at_once_on_any_sleeper() {
    let (announce, _announced) = mpsc::channel();
    let foreign = Registry::builder().sleeper(Announcing(announce)).build();
    for registry in [foreign, Registry::new()] {
        let plans = Plans::new(registry, "plan_service", layer());

        // The call is polled first.
        let (outcome, ()) = block_on(join(plans.fetch(down), async { registry.shutdown() }));

        assert_shut_down(outcome);
        assert_eq!(plans.runs(), 1);
    }
}

#[tokio::test]
async fn a_wait_on_the_timer_of_a_runtime_ends_at_once() {
    let registry = Registry::new();
    let plans = Plans::new(registry, "plan_service", layer());

    let (outcome, ()) = join(plans.fetch(down), async { registry.shutdown() }).await;

    assert_shut_down(outcome);
}

#[tokio::test(start_paused = true)]
async fn no_wait_begins_after_it_and_the_last_outcome_is_returned() {
    let events = record();
    let world = World::new();
    let plans = world.plans("plan_service", layer());
    assert!(!world.registry.is_shut_down());

    world.registry.shutdown();
    world.registry.shutdown();

    assert!(world.registry.is_shut_down());
    assert_eq!(plans.fetch(down).await, Err(Error::Down(1)));
    assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(2)));
    assert_eq!(plans.fetch(fine).await, Ok(3));
    assert_eq!(world.clock.slept(), []);
    let told = ["fetch", "fetch_blocking"].map(|operation| {
        format!(
            "DEBUG retry suppressed service=plan_service operation={operation} attempt=1 max_attempts=3 error_kind=transient reason=shutdown"
        )
    });
    assert_eq!(events.take(), told);
}

#[test]
fn an_attempt_under_way_is_not_cut() {
    let world = World::new();
    let plans = world.plans("plan_service", layer());

    let outcome = plans.fetch_blocking(|run| {
        world.registry.shutdown();
        Ok(run)
    });

    assert_eq!(outcome, Ok(1));
}

#[test]
fn other_registries_go_on() {
    let (ended, world) = (World::new(), World::new());
    ended.registry.shutdown();
    let plans = world.plans("plan_service", layer());

    assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(3)));
}

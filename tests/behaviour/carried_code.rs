//! Code that was carried somewhere and is run inside an attempt: it is inside that attempt, too.

use futures::executor::block_on;
use resilience_core::{BreakerPolicy, BudgetPolicy, Reason, ServiceOptions, scope};
use resilience_tests::{Error, Plans, World, exact, immediate, secs};
use std::{
    future::pending,
    sync::{Arc, Mutex},
};

/// Three attempts at any depth, and nothing else that could stand against one.
fn layer() -> ServiceOptions {
    ServiceOptions::new()
        .retry(immediate(3).max_depth(255))
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(BudgetPolicy::builder().enabled(false))
}

#[test]
fn a_success_in_it_clears_the_mark() {
    let world = World::new();
    let down = world.plans(
        "down_service",
        ServiceOptions::new().breaker(exact().failure_threshold(1)),
    );
    assert!(down.count_blocking(|run| Err(Error::Down(run))).is_err());
    let (other, plan) = (
        world.plans("other_service", layer()),
        world.plans("plan_service", layer()),
    );

    let result = plan.fetch_blocking(|run| {
        assert!(down.count_blocking(Ok).is_err());
        scope::carry_blocking(|| other.count_blocking(Ok))()?;
        Err(Error::Down(run))
    });

    assert_eq!(result, Err(Error::Down(3)));
}

#[test]
fn what_it_carries_on_is_given_up_with_the_attempt() {
    let world = World::new();
    let (plan, write) = (
        world.plans("plan_service", layer()),
        world.plans("write_service", layer()),
    );
    let later = Mutex::new(None);
    let carried = scope::carry_blocking(|| {
        *later.lock().unwrap() = Some(scope::carry_blocking(|| write.write_blocking(Ok)));
    });
    let carried = Mutex::new(Some(carried));

    let result = plan.fetch_blocking(|run| {
        let Some(carried) = carried.lock().unwrap().take() else {
            return Ok(run);
        };
        carried();
        Err(Error::Down(run))
    });

    assert_eq!(result, Ok(2));
    let late = later.lock().unwrap().take().unwrap();
    assert_eq!(late().unwrap_err().reason(), Some(Reason::Superseded));
}

#[test]
fn an_apply_in_it_is_a_fence_though_another_was_raised_where_it_was_packed() {
    let world = World::new();
    let [outer, inner, write] =
        ["outer_service", "inner_service", "write_service"].map(|name| world.plans(name, layer()));

    let result = outer.count_blocking(|_| {
        write.write_blocking(Ok)?;
        let carried = Mutex::new(Some(scope::carry_blocking(|| write.write_blocking(Ok))));
        inner.fetch_blocking(|run| {
            if let Some(carried) = carried.lock().unwrap().take() {
                carried()?;
            }
            Err(Error::Down(run))
        })
    });

    assert_eq!((result, inner.runs(), write.runs()), (Err(Error::Down(1)), 1, 2));
}

#[test]
fn a_clock_that_is_read_in_it_starts_those_around() {
    let world = World::new();
    let outer = world.plans("plan_service", layer().retry(immediate(100).total_timeout(secs(10))));
    let inner = world.plans("context_service", layer());

    let result = block_on(outer.fetch(async |run| {
        scope::carry_blocking(|| inner.fetch_blocking(Ok))()?;
        world.clock.advance(secs(5));
        Err(Error::Down(run))
    }));

    // Started at 0 s: the second attempt ends when the time is over.
    assert_eq!(result, Err(Error::Down(2)));
}

/// Applies when it is dropped.
struct Release {
    write: Arc<Plans>,
    outcome: Arc<Mutex<Option<Result<u32, Error>>>>,
}

impl Drop for Release {
    fn drop(&mut self) {
        *self.outcome.lock().unwrap() = Some(self.write.write_blocking(Ok));
    }
}

#[tokio::test]
async fn an_apply_in_its_destructors_is_refused_once_its_attempt_was_given_up() {
    let world = World::new();
    let plan = world.plans("plan_service", layer());
    let write = Arc::new(world.plans("write_service", layer()));
    let (outcome, task) = (Arc::default(), Mutex::new(None));

    let result = plan
        .fetch(async |run| {
            if run > 1 {
                return Ok(run);
            }
            let release = Release {
                write: Arc::clone(&write),
                outcome: Arc::clone(&outcome),
            };
            let carried = scope::carry(async move {
                let _release = release;
                pending::<()>().await;
            });
            *task.lock().unwrap() = Some(tokio::spawn(carried));
            tokio::task::yield_now().await;
            Err(Error::Down(run))
        })
        .await;
    let task = task.lock().unwrap().take().unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());

    assert_eq!(result, Ok(2));
    let outcome = outcome.lock().unwrap().take().unwrap();
    assert_eq!(outcome.unwrap_err().reason(), Some(Reason::Superseded));
}

//! Calls inside calls: who retries, and who leaves it to those around.

use futures::{FutureExt, executor::block_on, future::join_all};
use resilience_core::{BreakerPolicy, BudgetPolicy, RetryPolicy, ServiceOptions, scope};
use resilience_tests::{Error, Plans, World, down, fine, immediate};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

fn layer(attempts: u32) -> ServiceOptions {
    ServiceOptions::new()
        .retry(immediate(attempts))
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(BudgetPolicy::builder().enabled(false))
}

/// Two services whose idempotent operations get three attempts.
fn two() -> (Plans, Plans) {
    let world = World::new();
    (
        world.plans("plan_service", layer(3)),
        world.plans("tool_service", layer(3)),
    )
}

fn down_now(run: u32) -> Result<u32, Error> {
    Err(Error::Down(run))
}

#[tokio::test(start_paused = true)]
async fn inside_a_call_that_retries_there_is_one_attempt_whatever_is_async_and_sync() {
    // R139, R140, R143, R146
    let (outer, inner) = two();
    assert_eq!(outer.fetch(|_| inner.fetch(down)).await, Err(Error::Down(3)));
    assert_eq!((outer.runs(), inner.runs()), (3, 3), "async in async");

    let (outer, inner) = two();
    assert_eq!(
        outer.fetch(async |_| inner.fetch_blocking(down_now)).await,
        Err(Error::Down(3))
    );
    assert_eq!((outer.runs(), inner.runs()), (3, 3), "sync in async");

    let (outer, inner) = two();
    assert_eq!(
        outer.fetch_blocking(|_| inner.fetch_blocking(down_now)),
        Err(Error::Down(3))
    );
    assert_eq!((outer.runs(), inner.runs()), (3, 3), "sync in sync");

    let (outer, inner) = two();
    assert_eq!(
        outer.fetch_blocking(|_| block_on(inner.fetch(down))),
        Err(Error::Down(3))
    );
    assert_eq!((outer.runs(), inner.runs()), (3, 3), "async in sync");
}

#[tokio::test(start_paused = true)]
async fn under_a_plain_call_or_an_apply_a_call_retries_as_usual() {
    // R140, and design "Nesting" 1
    let (outer, inner) = two();
    assert_eq!(outer.count(|_| inner.fetch(down)).await, Err(Error::Down(3)));
    assert_eq!(
        outer.count_blocking(|_| inner.fetch_blocking(down_now)),
        Err(Error::Down(6))
    );
    assert_eq!(outer.write(|_| inner.fetch(down)).await, Err(Error::Down(9)));
    assert_eq!(
        outer.write_blocking(|_| inner.fetch_blocking(down_now)),
        Err(Error::Down(12))
    );
    assert_eq!(outer.runs(), 4);
}

#[tokio::test(start_paused = true)]
async fn inside_there_is_one_attempt_through_a_plain_call_in_between() {
    let (outer, inner) = two();
    let between = World::new().plans("context_service", layer(3));

    let result = outer.fetch(|_| between.count(|_| inner.fetch(down))).await;

    assert_eq!(result, Err(Error::Down(3)));
    assert_eq!((outer.runs(), between.runs(), inner.runs()), (3, 3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_call_of_one_attempt_takes_no_retries_away_from_those_inside() {
    let world = World::new();
    let (outer, inner) = (
        world.plans("plan_service", layer(1)),
        world.plans("tool_service", layer(3)),
    );

    assert_eq!(outer.fetch(|_| inner.fetch(down)).await, Err(Error::Down(3)));

    assert_eq!((outer.runs(), inner.runs()), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn kinds_that_are_not_retried_run_once_per_attempt_around_them() {
    // R140
    let (outer, inner) = two();
    assert_eq!(outer.fetch(|_| inner.count(down)).await, Err(Error::Down(3)));
    assert_eq!((outer.runs(), inner.runs()), (3, 3));

    assert_eq!(
        outer.fetch_blocking(|_| inner.count_blocking(down_now)),
        Err(Error::Down(6))
    );
    assert_eq!((outer.runs(), inner.runs()), (6, 6));
}

#[tokio::test(start_paused = true)]
async fn max_depth_says_how_many_levels_may_retry() {
    // R141
    let world = World::new();
    let of_depth = |name, depth| world.plans(name, layer(3).retry(immediate(3).max_depth(depth)));
    let table = [(1, 3), (2, 9), (3, 27), (255, 27)];
    for (depth, expected) in table {
        let [a, b, c] = ["plan_service", "tool_service", "context_service"].map(|name| of_depth(name, depth));
        let result = a.fetch(|_| b.fetch(|_| c.fetch(down))).await;
        assert_eq!(result, Err(Error::Down(expected)), "{depth}");
        assert_eq!((a.runs(), b.runs()), (3, if depth == 1 { 3 } else { 9 }), "{depth}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_call_around_handles_ran_once() {
    // R142
    let (outer, inner) = two();

    let result = outer.fetch(async |run| Ok(inner.fetch(down).await.unwrap_or(run)));

    assert_eq!(result.await, Ok(1));
    assert_eq!((outer.runs(), inner.runs()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn calls_side_by_side_do_not_see_each_other() {
    // R145
    let (left, right) = two();
    let wait = async |run| {
        tokio::task::yield_now().await;
        assert_eq!(scope::depth(), 1);
        Err(Error::Down(run))
    };

    let results = tokio::join!(left.fetch(wait), right.fetch(wait));
    assert_eq!(results, (Err(Error::Down(3)), Err(Error::Down(3))));

    let results = join_all((0..5).map(|_| left.fetch(wait))).await;
    assert_eq!(results.len(), 5);
    assert_eq!((left.runs(), right.runs()), (18, 3));
}

#[test]
fn threads_do_not_see_each_other() {
    // R145
    let (left, right) = two();

    let result = left.fetch_blocking(|_| {
        assert_eq!(scope::depth(), 1);
        thread::scope(|threads| {
            threads
                .spawn(|| (scope::depth(), right.fetch_blocking(down_now)))
                .join()
                .unwrap()
                .1
        })
    });

    assert_eq!(result, Err(Error::Down(9)));
    assert_eq!((left.runs(), right.runs()), (3, 9));
}

#[tokio::test(start_paused = true)]
async fn a_spawned_task_starts_fresh_and_a_carried_one_does_not() {
    // R147
    let (outer, inner) = two();
    let inner = Arc::new(inner);
    let task = || {
        let inner = Arc::clone(&inner);
        async move { (scope::depth(), inner.fetch(down).await.is_err()) }
    };

    let result = outer.fetch(async |run| {
        assert_eq!(tokio::spawn(task()).await.unwrap(), (0, true));
        Ok(run)
    });
    assert_eq!(result.await, Ok(1));
    assert_eq!(inner.runs(), 3);

    let result = outer.fetch(async |run| {
        assert_eq!(tokio::spawn(scope::carry(task())).await.unwrap(), (1, true));
        Ok(run)
    });
    assert_eq!(result.await, Ok(2));
    assert_eq!(inner.runs(), 3 + 1);
}

#[test]
fn a_thread_starts_fresh_and_a_carried_closure_does_not() {
    // R147
    let (outer, inner) = two();

    let result = outer.fetch_blocking(|run| {
        let carried = scope::carry_blocking(|| (scope::depth(), inner.fetch_blocking(down_now)));
        let seen = thread::scope(|threads| threads.spawn(carried).join().unwrap());
        assert_eq!(seen, (1, Err(Error::Down(1))));
        assert_eq!(scope::depth(), 1);
        Ok(run)
    });

    assert_eq!(result, Ok(1));
    assert_eq!(inner.runs(), 1);
    assert_eq!(scope::depth(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn block_in_place_keeps_the_scope() {
    // R146
    let (outer, inner) = two();

    let result = outer
        .fetch(async |_| tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(inner.fetch(down))));

    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!((outer.runs(), inner.runs()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn the_depth_is_restored_whatever_way_a_call_ends() {
    // R144
    let (outer, inner) = two();
    let retries_again = async |what: &str| {
        assert_eq!(scope::depth(), 0, "{what}");
        let before = inner.runs();
        assert!(inner.fetch(down).await.is_err());
        assert!(inner.fetch_blocking(down_now).is_err());
        assert_eq!(inner.runs() - before, 6, "{what}");
    };

    assert!(outer.fetch(fine).await.is_ok());
    assert!(outer.fetch_blocking(Ok).is_ok());
    retries_again("success").await;

    assert!(outer.fetch(down).await.is_err());
    assert!(outer.fetch_blocking(down_now).is_err());
    retries_again("error").await;

    assert!(
        AssertUnwindSafe(outer.fetch(async |_| panic!("a bug")))
            .catch_unwind()
            .await
            .is_err()
    );
    assert!(catch_unwind(AssertUnwindSafe(|| outer.fetch_blocking(|_| panic!("a bug")))).is_err());
    retries_again("panic").await;

    assert!(outer.fetch(|_| std::future::pending()).now_or_never().is_none());
    retries_again("cancel").await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_inside_that_the_body_catches_leaves_the_scope_of_the_body() {
    // R144
    let (outer, inner) = two();

    let result = outer.fetch(async |run| {
        let caught = AssertUnwindSafe(inner.fetch(async |_| panic!("a bug")))
            .catch_unwind()
            .await;
        assert!(caught.is_err());
        let caught = catch_unwind(AssertUnwindSafe(|| inner.fetch_blocking(|_| panic!("a bug"))));
        assert!(caught.is_err());
        assert_eq!(scope::depth(), 1);
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!(scope::depth(), 0);
}

#[tokio::test(start_paused = true)]
async fn recursion_retries_at_the_outermost_level_only() {
    let (plans, _) = two();

    fn descend(plans: &Plans, levels: u32) -> futures::future::LocalBoxFuture<'_, Result<u32, Error>> {
        plans
            .fetch(move |run| async move {
                if levels == 0 {
                    Err(Error::Down(run))
                } else {
                    descend(plans, levels - 1).await
                }
            })
            .boxed_local()
    }

    assert!(descend(&plans, 9).await.is_err());
    assert_eq!(plans.runs(), 3 * 10);
}

#[tokio::test(start_paused = true)]
async fn a_deep_policy_changes_only_its_own_service() {
    let world = World::new();
    let outer = world.plans("plan_service", layer(3).retry(immediate(3).max_depth(1)));
    let inner = world.plans(
        "tool_service",
        layer(3).retry(RetryPolicy::builder().max_depth(2).max_attempts(2)),
    );

    assert!(outer.fetch(|_| inner.fetch(down)).await.is_err());

    assert_eq!((outer.runs(), inner.runs()), (3, 6));
}

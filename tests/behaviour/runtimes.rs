//! Calls and the runtimes that drive them: budgets of tasks, runtimes that shut down, and runtimes inside attempts.

use futures::executor::block_on;
use resilience_core::{Backoff, BreakerPolicy, Jitter, Reason, Registry, RetryPolicy, ServiceOptions, scope};
use resilience_tests::{Error, Plans, World, down, fine, immediate, ms, secs};
use std::{
    cell::Cell,
    panic,
    sync::{Arc, Once},
};
use tokio::{runtime, task::consume_budget};

fn waiting() -> Plans {
    let retry = RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(ms(1))
        .jitter(Jitter::None)
        .max_attempts(3);
    let off = BreakerPolicy::builder().enabled(false);
    let layer = ServiceOptions::new().retry(retry).breaker(off);
    Plans::new(Registry::new(), "plan_service", layer)
}

fn current_thread() -> runtime::Runtime {
    runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_uses_up_the_budget_of_its_task_at_every_poll_is_cut_all_the_same() {
    let layer = ServiceOptions::new().attempt_timeout(secs(2));
    let plans = Plans::new(Registry::new(), "plan_service", layer);
    let time = tokio::spawn(tokio::time::advance(secs(2)));

    let result = plans.count(async |run| {
        // Some eight thousand polls.
        for _ in 0..1_000_000 {
            consume_budget().await;
        }
        Ok(run)
    });

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    time.await.unwrap();
}

#[test]
fn a_call_waits_on_the_handle_of_a_runtime_that_is_shut_down() {
    let plans = waiting();
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    drop(runtime);

    assert_eq!(handle.block_on(plans.fetch(down)), Err(Error::Down(3)));
}

#[test]
fn a_call_that_waits_goes_on_elsewhere_when_its_runtime_is_shut_down() {
    let plans = waiting();
    let mut call = Box::pin(plans.fetch(down));
    let runtime = current_thread();
    runtime.block_on(async { assert!(futures::poll!(call.as_mut()).is_pending()) });
    drop(runtime);

    assert_eq!(block_on(call), Err(Error::Down(3)));
}

thread_local!(static PANICS: Cell<u32> = const { Cell::new(0) });

/// How often `body` runs the panic hook on this thread.
fn panics_in(body: impl FnOnce()) -> u32 {
    static COUNTING: Once = Once::new();
    COUNTING.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.set(PANICS.get() + 1);
            hook(info);
        }));
    });
    let before = PANICS.get();
    body();
    PANICS.get() - before
}

#[test]
fn the_end_of_a_runtime_under_calls_that_wait_runs_no_panic_hook() {
    assert_eq!(panics_in(|| drop(panic::catch_unwind(|| panic!("on purpose")))), 1);

    let panics = panics_in(|| {
        // Calls that wait when it ends, and one that begins to wait on its handle afterwards.
        let plans = waiting();
        let mut calls: Vec<_> = (0..3)
            .map(|_| Box::pin(plans.fetch(|_| async { Err(Error::Down(0)) })))
            .collect();
        let runtime = current_thread();
        let handle = runtime.handle().clone();
        runtime.block_on(async {
            for call in &mut calls {
                assert!(futures::poll!(call.as_mut()).is_pending());
            }
        });
        drop(runtime);

        for call in calls {
            assert_eq!(handle.block_on(call), Err(Error::Down(0)));
        }
        assert_eq!(
            handle.block_on(plans.fetch(|_| async { Err(Error::Down(0)) })),
            Err(Error::Down(0))
        );
    });

    assert_eq!(panics, 0);
}

#[test]
fn the_tasks_of_a_runtime_that_an_attempt_drives_are_inside_that_attempt() {
    // The limit of "a spawned task starts fresh": what an attempt polls itself is inside it.
    let world = World::new();
    let layer = ServiceOptions::new()
        .retry(immediate(3))
        .breaker(BreakerPolicy::builder().enabled(false));
    let plan = world.plans("plan_service", layer);
    let (tool, write) = (
        Arc::new(world.plans("tool_service", layer)),
        Arc::new(world.plans("write_service", layer)),
    );
    let runtime = current_thread();
    let depth = Cell::new(None);

    let result = plan.fetch_blocking(|run| {
        let (tool, write) = (Arc::clone(&tool), Arc::clone(&write));
        depth.set(Some(runtime.block_on(async {
            tokio::spawn(async move {
                let depth = scope::depth();
                assert_eq!(tool.fetch(down).await, Err(Error::Down(1)));
                assert_eq!(write.write(fine).await, Ok(1));
                depth
            })
            .await
            .unwrap()
        })));
        Err(Error::Down(run))
    });

    // It errs towards fewer retries: one attempt each, and the apply disarms the call.
    assert_eq!((depth.get(), result), (Some(1), Err(Error::Down(1))));
}

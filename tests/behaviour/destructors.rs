//! Calls in destructors: of a body that is cut, and of a thread that ends.

use resilience_core::{
    Backoff, BreakerPolicy, Jitter, Reason, Registry, RetryPolicy, ServiceOptions,
    time::{Clock, ManualClock, SystemClock},
};
use resilience_tests::{Error, Plans, immediate, ms, secs};
use std::{
    cell::Cell,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
    thread,
};

/// Applies when it is dropped.
struct Release<'a>(&'a Plans);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        assert!(self.0.write_blocking(Ok).is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn an_apply_in_the_destructor_of_a_body_that_is_cut_is_repeated_by_nobody() {
    let registry = Registry::new();
    let layer = ServiceOptions::new().retry(immediate(3)).attempt_timeout(secs(1));
    let plan = Plans::new(registry, "plan_service", layer);
    let write = Plans::new(registry, "write_service", ServiceOptions::new());

    let result = plan.fetch(async |_| {
        let _release = Release(&write);
        pending().await
    });

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!((plan.runs(), write.runs()), (1, 1));
}

type Outcome = Arc<OnceLock<Option<Result<u32, Error>>>>;

/// Makes a call that keeps failing when it is dropped, and leaves its outcome: none if the call panicked.
struct AtExit(Cell<Option<(Arc<Plans>, Outcome)>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        if let Some((plans, outcome)) = self.0.take() {
            // A panic in here would end the process.
            let result = catch_unwind(AssertUnwindSafe(|| plans.fetch_blocking(|run| Err(Error::Down(run)))));
            outcome.set(result.ok()).unwrap();
        }
    }
}

/// The outcome of a call that a thread makes while it ends, after one that it made before.
fn at_the_end_of_a_thread(plans: impl FnOnce() -> Plans + Send + 'static) -> Option<Result<u32, Error>> {
    thread_local!(static AT_EXIT: AtExit = const { AtExit(Cell::new(None)) });
    let outcome = Outcome::default();
    let theirs = Arc::clone(&outcome);
    thread::spawn(move || {
        let plans = Arc::new(plans());
        // Before the first call, so that it is dropped after whatever that call leaves on the thread.
        AT_EXIT.with(|at_exit| at_exit.0.set(Some((Arc::clone(&plans), theirs))));
        assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(3)));
    })
    .join()
    .unwrap();
    *outcome.get().unwrap()
}

fn layer() -> ServiceOptions {
    ServiceOptions::new().breaker(BreakerPolicy::builder().enabled(false))
}

#[test]
fn a_call_made_while_the_thread_ends_has_its_jitter() {
    let clock = ManualClock::new();
    let registry = Registry::builder().clock(clock.clone()).sleeper(clock.clone()).build();
    let retry = RetryPolicy::builder().jitter(Jitter::Full).max_attempts(3);

    let outcome = at_the_end_of_a_thread(move || Plans::new(registry, "plan_service", layer().retry(retry)));

    assert_eq!(outcome, Some(Err(Error::Down(6))));

    assert_eq!(clock.slept().len(), 4);
}

#[test]
fn a_call_made_while_the_thread_ends_has_the_default_clock_and_sleeper() {
    // Once the time of any runtime has been paused, tokio's clock asks for the runtime of the thread.
    let paused = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    paused.unwrap().block_on(async { tokio::time::advance(ms(1)).await });
    let retry = RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(ms(1))
        .jitter(Jitter::None)
        .max_attempts(3);

    let outcome = at_the_end_of_a_thread(move || {
        let plans = Plans::new(Registry::new(), "plan_service", layer().retry(retry));
        // Tokio's clock, which stands in for the default one here, has a destructor of its own.
        let _ = SystemClock.now();
        plans
    });

    assert_eq!(outcome, Some(Err(Error::Down(6))));
}

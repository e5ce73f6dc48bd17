//! Calls side by side in the same attempt: the work that one carried away and the clock that it read are not the other's.

use resilience_core::{BreakerPolicy, BudgetPolicy, RetryOptions, ServiceOptions, scope};
use resilience_tests::{Error, Plans, World, immediate, secs};
use std::sync::Mutex;

fn layer(retry: RetryOptions) -> ServiceOptions {
    ServiceOptions::new()
        .retry(retry)
        .breaker(BreakerPolicy::builder().enabled(false))
}

struct Four {
    /// Plain: those inside retry as usual.
    outer: Plans,
    first: Plans,
    second: Plans,
    write: Plans,
}

fn four() -> Four {
    let world = World::new();
    Four {
        outer: world.plans("plan_service", ServiceOptions::new()),
        first: world.plans("tool_service", layer(immediate(3))),
        second: world.plans("context_service", layer(immediate(3))),
        write: world.plans("write_service", layer(immediate(3))),
    }
}

/// Carries something harmless, and fails once.
fn carries_and_retries(plans: &Plans) -> Result<u32, Error> {
    plans.fetch_blocking(|run| {
        scope::carry_blocking(|| ())();
        if run == 1 { Err(Error::Down(run)) } else { Ok(run) }
    })
}

#[test]
fn the_retry_of_one_gives_up_nothing_that_another_carried_away() {
    let Four {
        outer,
        first,
        second,
        write,
    } = four();
    let later = Mutex::new(None);

    let result = outer.count_blocking(|_| {
        first.fetch_blocking(|run| {
            *later.lock().unwrap() = Some(scope::carry_blocking(|| write.write_blocking(Ok)));
            Ok(run)
        })?;
        carries_and_retries(&second)
    });
    assert_eq!(result, Ok(2));

    // Neither the call that it was carried out of nor the one around was repeated.
    let carried = later.lock().unwrap().take().unwrap();
    assert_eq!(carried(), Ok(1));
    assert_eq!((outer.runs(), first.runs()), (1, 1));
}

#[test]
fn what_one_carried_away_and_applied_keeps_no_other_from_its_retry() {
    let Four {
        outer,
        first,
        second,
        write,
    } = four();

    let result = outer.count_blocking(|_| {
        first.fetch_blocking(|_| scope::carry_blocking(|| write.write_blocking(Ok))())?;
        carries_and_retries(&second)
    });

    assert_eq!(result, Ok(2));
    assert_eq!((first.runs(), write.runs()), (1, 1));
    assert_eq!(second.service.statistics().suppressed, 0);
}

#[tokio::test(start_paused = true)]
async fn the_first_clock_that_is_read_starts_those_around_whoever_reads_it_again() {
    for read_again in [false, true] {
        let world = World::new();
        let layer = |retry| layer(retry).budget(BudgetPolicy::builder().enabled(false));
        let outer = world.plans("plan_service", layer(immediate(100).total_timeout(secs(10))));
        let middle = world.plans("tool_service", layer(immediate(1)));
        let inner = world.plans("context_service", layer(immediate(3)));

        let result = outer.fetch(async |run| {
            inner.fetch_blocking(Ok)?;
            world.clock.advance(secs(5));
            if read_again {
                // Rejected at 10 s.
                let _ = middle.count_blocking(|_| inner.fetch_blocking(Ok));
            }
            Err(Error::Down(run))
        });

        // Started at 0 s, as if at entry: the attempts end after 5 and 10 s.
        assert_eq!(result.await, Err(Error::Down(2)), "read again: {read_again}");
    }
}

#[test]
fn an_attempt_that_is_given_up_for_no_other_keeps_the_work_that_it_carried_away() {
    let world = World::new();
    let budget = BudgetPolicy::builder().capacity(1).deposit(0.0).min_per_second(0.0);
    let plan = world.plans("plan_service", layer(immediate(3)).budget(budget));
    let write = world.plans("write_service", layer(immediate(3)));
    let later = Mutex::new(None);

    let result = plan.fetch_blocking(|run| {
        *later.lock().unwrap() = Some(scope::carry_blocking(|| write.write_blocking(Ok)));
        Err(Error::Down(run))
    });
    // The second attempt would have had a third after it, had there been a token for it.
    assert_eq!(result, Err(Error::Down(2)));

    let carried = later.lock().unwrap().take().unwrap();
    assert_eq!(carried(), Ok(1));
}

//! What was refused further in is neither retried nor counted further out, whatever the error's type makes of it.

use resilience_core::{BudgetPolicy, CircuitState, Reason, ServiceOptions};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, secs};
use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
};

type Later = fn(&Plans) -> bool;

struct Two {
    outer: Plans,
    /// Its circuit is open.
    refusing: Plans,
    /// Of another service, in order.
    healthy: Plans,
}

fn two() -> Two {
    let world = World::new();
    let strict = ServiceOptions::new().breaker(exact().failure_threshold(1));
    let refusing = world.plans("tool_service", strict.retry(immediate(1)));
    assert!(refusing.count_blocking(|run| Err(Error::Down(run))).is_err());
    assert_eq!(refusing.service.state(), CircuitState::Open);
    Two {
        outer: world.plans("plan_service", strict.retry(immediate(5))),
        refusing,
        healthy: world.plans("context_service", ServiceOptions::new()),
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_further_in_is_neither_retried_nor_counted() {
    // R045, R150
    let Two { outer, refusing, .. } = two();

    let results = [
        outer
            .fetch(async |_| refusing.fetch(fine).await.map_err(Error::mistaken))
            .await,
        outer.fetch_blocking(|_| refusing.fetch_blocking(Ok).map_err(Error::mistaken)),
        outer
            .count(async |_| refusing.count(fine).await.map_err(Error::mistaken))
            .await,
        outer.write_blocking(|_| refusing.write_blocking(Ok).map_err(Error::mistaken)),
    ];

    assert_eq!(
        results.map(|result| result.unwrap_err().reason()),
        [Some(Reason::CircuitOpen); 4]
    );
    assert_eq!(outer.runs(), 4);
    assert_eq!(outer.service.state(), CircuitState::Closed);
    assert_eq!(outer.service.statistics().suppressed, 2);
}

#[tokio::test(start_paused = true)]
async fn the_mark_goes_up_through_every_level() {
    let Two {
        outer,
        refusing,
        healthy,
    } = two();
    let middle = healthy;

    let result = outer.fetch(async |_| {
        middle
            .fetch(async |_| refusing.count(fine).await.map_err(Error::mistaken))
            .await
    });

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::CircuitOpen));
    assert_eq!((outer.runs(), middle.runs()), (1, 1));
    assert_eq!(outer.service.state(), CircuitState::Closed);
    assert_eq!(middle.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn the_mark_survives_a_wait() {
    let Two { outer, refusing, .. } = two();

    let result = outer.fetch(async |_| {
        let refused = refusing.fetch(fine).await;
        tokio::time::sleep(secs(1)).await;
        refused.map_err(Error::mistaken)
    });

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::CircuitOpen));
    assert_eq!(outer.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_later_call_that_is_not_refused_clears_the_mark() {
    let later: [(&str, Later); 3] = [
        ("success", |plans| plans.count_blocking(Ok).is_ok()),
        ("success of an idempotent call", |plans| {
            plans.fetch_blocking(Ok).is_ok()
        }),
        ("failure", |plans| {
            plans.count_blocking(|_| Err(Error::Missing)).is_err()
        }),
    ];
    for (what, later) in later {
        let Two {
            outer,
            refusing,
            healthy,
        } = two();

        let result = outer.fetch_blocking(|run| {
            assert!(refusing.fetch_blocking(Ok).is_err());
            assert!(later(&healthy));
            Err(Error::Down(run))
        });

        // Not refused: a failure of its own, which opens its circuit at once.
        assert_eq!(result, Err(Error::Down(1)), "{what}");
        assert_eq!(outer.service.state(), CircuitState::Open, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mark_that_has_survived_a_wait_is_cleared_after_it() {
    let Two {
        outer,
        refusing,
        healthy,
    } = two();

    let result = outer.fetch(async |run| {
        assert!(refusing.fetch(fine).await.is_err());
        tokio::task::yield_now().await;
        healthy.fetch(fine).await?;
        tokio::task::yield_now().await;
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!(outer.service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_success_after_a_refusal_further_in_is_a_success() {
    let Two { outer, refusing, .. } = two();

    let result = outer.fetch(async |run| Ok(refusing.fetch(fine).await.unwrap_or(run)));
    assert_eq!(result.await, Ok(1));
    assert_eq!(outer.service.statistics().succeeded, 1);

    // And it leaves no mark on what comes after it.
    assert_eq!(outer.count(down).await, Err(Error::Down(2)));
    assert_eq!(outer.service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_leaves_the_mark_of_the_one_that_was_refused() {
    // As in `try_join!`: the refusal drops the other call, and must not be forgotten over it.
    let Two {
        outer,
        refusing,
        healthy,
    } = two();
    let result = outer.fetch(async |run| {
        let refused = async {
            tokio::task::yield_now().await;
            refusing.fetch(fine).await.map_err(Error::mistaken)
        };
        futures::try_join!(healthy.fetch(|_| pending()), refused)?;
        Ok(run)
    });

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::CircuitOpen));
    assert_eq!(outer.runs(), 1);
    assert_eq!(outer.service.state(), CircuitState::Closed);
    assert_eq!(healthy.service.statistics().cancelled, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_retry_budget_marks() {
    let world = World::new();
    let empty = BudgetPolicy::builder().capacity(1).deposit(0.0).min_per_second(0.0);
    let layer = ServiceOptions::new().retry(immediate(3).max_depth(2)).budget(empty);
    let inner = world.plans("tool_service", layer);
    let outer = world.plans("plan_service", ServiceOptions::new().retry(immediate(3)));

    // Two attempts inside, for the one token; then nobody tries again.
    assert_eq!(outer.fetch(|_| inner.fetch(down)).await, Err(Error::Down(2)));

    assert_eq!((outer.runs(), inner.runs()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_is_too_long_for_the_call_further_in_is_respected_further_out() {
    let world = World::new();
    let inner = world.plans("tool_service", ServiceOptions::new().retry(immediate(3).max_depth(2)));
    let outer = world.plans("plan_service", ServiceOptions::new().retry(immediate(3)));
    let busy = Error::Busy(Some(secs(61)));

    let result = outer.fetch(async |_| {
        inner
            .fetch(|_| async move { Err(busy) })
            .await
            .map_err(|_| Error::Down(0))
    });

    assert_eq!(result.await, Err(Error::Down(0)));
    assert_eq!((outer.runs(), inner.runs()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_mark_ends_with_the_attempt_in_which_it_was_set() {
    let Two { outer, refusing, .. } = two();
    let world = World::new();
    let around = world.plans("around_service", ServiceOptions::new().retry(immediate(3)));

    // The refused call is the last of the inner attempt, the outer one handles it and fails for reasons of its own.
    let result = around.fetch(async |run| {
        let handled = outer
            .fetch(async |run| Ok(refusing.fetch(fine).await.unwrap_or(run)))
            .await;
        assert!(handled.is_ok());
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(3)));
}

#[test]
fn a_hint_that_ends_after_the_deadline_of_the_call_further_in_is_respected_further_out() {
    let world = World::new();
    let short = immediate(3).max_depth(2).total_timeout(secs(10));
    let inner = world.plans("tool_service", ServiceOptions::new().retry(short));
    let outer = world.plans("plan_service", ServiceOptions::new().retry(immediate(3)));

    let result = outer.fetch_blocking(|_| {
        inner
            .fetch_blocking(|_| Err(Error::Busy(Some(secs(30)))))
            .map_err(|_| Error::Down(0))
    });

    assert_eq!(result, Err(Error::Down(0)));
    assert_eq!((outer.runs(), inner.runs()), (1, 1));
}

#[test]
fn a_hint_that_is_too_long_is_respected_further_out_though_no_retry_was_allowed_further_in() {
    let world = World::new();
    let inner = world.plans("tool_service", ServiceOptions::new().retry(immediate(3)));
    let outer = world.plans("plan_service", ServiceOptions::new().retry(immediate(3)));

    let result = outer.fetch_blocking(|_| {
        inner
            .fetch_blocking(|_| Err(Error::Busy(Some(secs(3_600)))))
            .map_err(|_| Error::Down(0))
    });

    assert_eq!(result, Err(Error::Down(0)));
    assert_eq!((outer.runs(), inner.runs()), (1, 1));
}

#[test]
fn a_panic_over_a_refusal_further_in_is_a_failure() {
    let Two { outer, refusing, .. } = two();

    let call = AssertUnwindSafe(|| outer.count_blocking(|_| Ok(refusing.count_blocking(Ok).unwrap())));

    assert!(catch_unwind(call).is_err());
    assert_eq!(outer.service.state(), CircuitState::Open);
    assert_eq!(outer.service.statistics().panicked, 1);
}

//! Carried work that runs inside an attempt: it belongs to that attempt, and to those that it was carried out of.

use resilience_core::{BreakerPolicy, CircuitState, Reason, ServiceOptions, scope};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate};
use std::{cell::Cell, sync::Mutex};

fn plans(world: &World, name: &str) -> Plans {
    let breaker = BreakerPolicy::builder().enabled(false);
    // Every level may retry, so that only the fence holds them back.
    let layer = ServiceOptions::new()
        .retry(immediate(3).max_depth(255))
        .breaker(breaker);
    world.plans(name, layer)
}

#[test]
fn an_apply_that_is_refused_for_an_attempt_further_out_disarms_nobody_further_in() {
    let world = World::new();
    let (outer, inner) = (plans(&world, "plan_service"), plans(&world, "tool_service"));
    let (write, healthy) = (plans(&world, "write_service"), plans(&world, "context_service"));
    let later = Mutex::new(None);
    let result = outer.fetch_blocking(|run| {
        if run > 1 {
            return Ok(run);
        }
        *later.lock().unwrap() = Some(scope::carry_blocking(|| {
            inner.fetch_blocking(|run| {
                let refused = scope::carry_blocking(|| write.write_blocking(Ok))();
                assert_eq!(refused.unwrap_err().reason(), Some(Reason::Superseded));
                // The refusal is handled, and a call that is not refused has the last word.
                healthy.count_blocking(Ok)?;
                Err(Error::Down(run))
            })
        }));
        Err(Error::Down(run))
    });
    assert_eq!(result, Ok(2));

    // The attempt that it was carried out of was given up for the second.
    let carried = later.lock().unwrap().take().unwrap();

    assert_eq!(carried(), Err(Error::Down(3)));
    assert_eq!((inner.runs(), write.runs()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_was_carried_from_elsewhere_is_a_fence_for_the_attempt_that_awaits_it() {
    let world = World::new();
    let (plan, write) = (plans(&world, "plan_service"), plans(&world, "write_service"));
    let carried = Cell::new(Some(scope::carry(write.write(fine))));

    let result = plan.fetch(async |run| {
        if let Some(carried) = carried.take() {
            carried.await?;
        }
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((plan.runs(), write.runs()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_carried_work_marks_the_attempt_that_awaits_it() {
    let world = World::new();
    let strict = ServiceOptions::new().breaker(exact().failure_threshold(1));
    let refusing = world.plans("tool_service", strict);
    assert!(refusing.count(down).await.is_err());
    let plan = world.plans("plan_service", strict.retry(immediate(3)));

    let result = plan.fetch(async |_| scope::carry(refusing.count(fine)).await.map_err(Error::mistaken));

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::CircuitOpen));
    assert_eq!(plan.runs(), 1);
    assert_eq!(plan.service.state(), CircuitState::Closed);
}

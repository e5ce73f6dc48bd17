//! Once an apply has started, no call around it starts another attempt: `#[apply]` inside `idempotent`.

use futures::{FutureExt, executor::block_on};
use resilience_core::{ApplyInRetry, BreakerPolicy, CircuitState, Reason, ServiceOptions, apply};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, secs};
use std::{
    cell::Cell,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
};

fn layer() -> ServiceOptions {
    let breaker = BreakerPolicy::builder().enabled(false);
    // Every level may retry, so that only the fence holds them back.
    ServiceOptions::new()
        .retry(immediate(3).max_depth(255))
        .breaker(breaker)
}

/// Three services: two to read from, one to write to.
fn three() -> (Plans, Plans, Plans) {
    let world = World::new();
    (
        world.plans("plan_service", layer()),
        world.plans("tool_service", layer()),
        world.plans("write_service", layer()),
    )
}

fn down_now(run: u32) -> Result<u32, Error> {
    Err(Error::Down(run))
}

#[tokio::test(start_paused = true)]
async fn without_an_apply_every_level_retries() {
    let (plan, tool, leaf) = three();

    let result = plan.fetch(|_| tool.fetch(|_| leaf.fetch(down))).await;

    assert_eq!(result, Err(Error::Down(27)));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_fails_is_repeated_by_nobody_around_it() {
    // R166
    let (plan, tool, write) = three();
    assert_eq!(
        plan.fetch(|_| tool.fetch(|_| write.write(down))).await,
        Err(Error::Down(1))
    );
    assert_eq!((plan.runs(), tool.runs(), write.runs()), (1, 1, 1), "async");

    let (plan, tool, write) = three();
    let result = plan.fetch_blocking(|_| tool.fetch_blocking(|_| write.write_blocking(down_now)));
    assert_eq!(result, Err(Error::Down(1)));
    assert_eq!((plan.runs(), tool.runs(), write.runs()), (1, 1, 1), "sync");

    let (plan, tool, write) = three();
    let result = plan
        .fetch(async |_| tool.fetch_blocking(|_| block_on(write.write(down))))
        .await;
    assert_eq!(result, Err(Error::Down(1)));
    assert_eq!(
        (plan.runs(), tool.runs(), write.runs()),
        (1, 1, 1),
        "async under sync under async"
    );
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_succeeds_is_repeated_by_nobody_either() {
    let (plan, tool, write) = three();

    let result = plan.fetch(async |run| {
        tool.fetch(|_| write.write(fine)).await?;
        tokio::task::yield_now().await;
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((plan.runs(), tool.runs(), write.runs()), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_is_dropped_half_way_is_repeated_by_nobody() {
    let (plan, tool, write) = three();

    let result = plan.fetch(|_| {
        tool.fetch(async |run| {
            tokio::select! {
                biased;
                result = write.write(|_| pending()) => result,
                () = tokio::task::yield_now() => Err(Error::Down(run)),
            }
        })
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((plan.runs(), tool.runs(), write.runs()), (1, 1, 1));
    assert_eq!(write.service.statistics().cancelled, 1);
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_is_cut_by_the_timeout_of_the_call_around_it_is_repeated_by_nobody() {
    let registry = resilience_core::Registry::new();
    let plan = Plans::new(registry, "plan_service", layer().attempt_timeout(secs(1)));
    let write = Plans::new(registry, "write_service", layer());

    let result = plan.fetch(|_| write.write(|_| pending())).await;

    assert_eq!(result.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!((plan.runs(), write.runs()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_panics_is_repeated_by_nobody() {
    let (plan, _, write) = three();

    let result = plan.fetch_blocking(|run| {
        let caught = catch_unwind(AssertUnwindSafe(|| write.write_blocking(|_| panic!("a bug"))));
        assert!(caught.is_err());
        Err(Error::Down(run))
    });

    assert_eq!(result, Err(Error::Down(1)));
    assert_eq!((plan.runs(), write.runs()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_is_followed_by_a_panic_is_repeated_by_nobody() {
    let (plan, tool, write) = three();

    let result = plan.fetch(async |run| {
        let attempt = tool.fetch(async |_| {
            write.write(fine).await?;
            panic!("a bug")
        });
        assert!(AssertUnwindSafe(attempt).catch_unwind().await.is_err());
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((plan.runs(), tool.runs(), write.runs()), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_was_never_polled_has_not_started() {
    let (plan, _, write) = three();

    let result = plan.fetch(async |run| {
        drop(write.write(fine));
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!(write.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn retries_made_before_the_apply_stand() {
    let (plan, tool, write) = three();

    let result = plan.fetch(async |_| {
        tool.fetch(async |run| if run < 3 { Err(Error::Down(run)) } else { Ok(run) })
            .await?;
        write.write(down).await
    });
    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((plan.runs(), tool.runs(), write.runs()), (1, 3, 1));

    // And so do whole attempts of the call that then reaches its apply.
    let (plan, _, write) = three();
    let result = plan.fetch(async |run| {
        if run < 3 {
            Err(Error::Down(run))
        } else {
            write.write(down).await
        }
    });
    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((plan.runs(), write.runs()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_call_after_the_apply_retries_as_if_nobody_around_did() {
    let world = World::new();
    // Of depth one: inside a call that may retry it would get one attempt.
    let shallow = ServiceOptions::new().retry(immediate(3));
    let (plan, tool) = (
        world.plans("plan_service", shallow),
        world.plans("tool_service", shallow),
    );
    let write = world.plans("write_service", shallow);

    let result = plan.fetch(async |_| {
        write.write(fine).await?;
        tool.fetch(down).await
    });

    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!((plan.runs(), write.runs()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn every_apply_inside_one_attempt_runs() {
    let (plan, _, write) = three();

    let result = plan.fetch(async |_| {
        for _ in 0..3 {
            write.write(fine).await?;
        }
        write.write_blocking(down_now)
    });

    assert_eq!(result.await, Err(Error::Down(4)));
    assert_eq!((plan.runs(), write.runs()), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn an_apply_in_one_arm_of_a_join_disarms_what_is_around_it_and_not_the_other_arm() {
    let (plan, tool, write) = three();

    let result = plan.fetch(async |run| {
        let left = tool.fetch(async |_| {
            tokio::task::yield_now().await;
            Err(Error::Down(0))
        });
        let (left, right) = tokio::join!(left, write.write(fine));
        assert_eq!((left, right), (Err(Error::Down(0)), Ok(1)));
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((plan.runs(), tool.runs(), write.runs()), (1, 3, 1));
}

#[tokio::test(start_paused = true)]
async fn the_next_call_starts_armed() {
    let (plan, _, write) = three();
    assert!(plan.fetch(|_| write.write(down)).await.is_err());
    assert!(write.write(down).await.is_err());

    assert_eq!(plan.fetch(down).await, Err(Error::Down(4)));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_its_breaker_refuses_disarms_nothing() {
    let (plan, tool, write) = three();
    let strict = ServiceOptions::new().breaker(exact().enabled(true).failure_threshold(1));
    write.service.registry().configure("write_service", strict).unwrap();
    assert!(write.write(down).await.is_err());

    let result = plan.fetch(async |run| {
        assert_eq!(write.write(fine).await.unwrap_err().reason(), Some(Reason::CircuitOpen));
        // The refusal is handled, and a call that is not refused has the last word.
        tool.count(fine).await?;
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!((plan.runs(), write.runs()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn where_the_policy_says_so_an_apply_inside_a_retryable_attempt_is_refused_at_once() {
    // Design, "Fence" 3
    let (plan, tool, write) = three();
    let refuse = ServiceOptions::new().apply_in_retry(ApplyInRetry::Refuse);
    write.service.registry().configure("write_service", refuse).unwrap();

    let result = plan
        .fetch(async |_| write.write(fine).await.map_err(Error::mistaken))
        .await;
    let interruption = result.unwrap_err().interruption().unwrap();
    assert_eq!(interruption.reason(), Reason::ApplyInRetry);
    assert_eq!((interruption.attempts(), interruption.service()), (0, "write_service"));
    assert_eq!((plan.runs(), write.runs()), (1, 0));

    // Rejected, it disarms nothing.
    let result = plan.fetch_blocking(|run| {
        assert!(write.write_blocking(Ok).is_err());
        tool.count_blocking(Ok)?;
        Err(Error::Down(run))
    });
    assert_eq!(result, Err(Error::Down(4)));
    assert_eq!((plan.runs(), write.runs()), (4, 0));

    // Nobody around could repeat these.
    assert_eq!(write.write(fine).await, Ok(1));
    assert_eq!(plan.count(|_| write.write(fine)).await, Ok(2));
    assert_eq!(plan.write_blocking(|_| write.write_blocking(Ok)), Ok(3));
    assert_eq!(write.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_apply_without_a_service_is_a_fence_too() {
    #[apply]
    async fn write(runs: &Cell<u32>) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        runs.set(runs.get() + 1);
        Err(Error::Down(runs.get()))
    }
    #[apply]
    fn write_blocking(runs: &Cell<u32>) -> Result<u32, Error> {
        runs.set(runs.get() + 1);
        Err(Error::Down(runs.get()))
    }
    let runs = Cell::new(0);

    let (plan, tool, _) = three();
    assert_eq!(plan.fetch(|_| tool.fetch(|_| write(&runs))).await, Err(Error::Down(1)));
    assert_eq!(plan.fetch_blocking(|_| write_blocking(&runs)), Err(Error::Down(2)));
    assert_eq!((plan.runs(), tool.runs(), runs.get()), (2, 1, 2));

    // Rejected by the defaults of the registry that was entered.
    let world = World::new();
    world
        .registry
        .configure_defaults(ServiceOptions::new().apply_in_retry(ApplyInRetry::Refuse))
        .unwrap();
    let plan = world.plans("plan_service", layer());
    let mistaken = plan.fetch(async |_| write(&runs).await.map_err(Error::mistaken));
    let result = world.registry.enter(mistaken).await;
    let interruption = result.unwrap_err().interruption().unwrap();
    assert_eq!(
        (interruption.reason(), interruption.service()),
        (Reason::ApplyInRetry, "write")
    );
    assert_eq!((plan.runs(), runs.get()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_does_not_happen_because_of_the_fence_costs_no_token() {
    let (plan, _, write) = three();

    assert!(plan.fetch(|_| write.write(down)).await.is_err());

    assert!((plan.service.retry_tokens() - 100.0).abs() < 1e-9);
    assert_eq!(plan.service.statistics().suppressed, 1);
}

//! How many retries a service may cause.

use futures::FutureExt;
use resilience_core::{
    Backoff, BreakerPolicy, BudgetOptions, BudgetPolicy, Jitter, Registry, RetryPolicy, ServiceOptions,
};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, secs};

fn layer(budget: BudgetOptions) -> ServiceOptions {
    ServiceOptions::new()
        .retry(immediate(2))
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(budget)
}

fn bare(capacity: u32) -> BudgetOptions {
    BudgetPolicy::builder()
        .capacity(capacity)
        .deposit(0.0)
        .min_per_second(0.0)
}

/// Whether a call that fails once gets its retry.
fn retries(plans: &Plans) -> bool {
    let before = plans.runs();
    plans
        .fetch_blocking(|run| {
            if run == before + 1 {
                Err(Error::Down(run))
            } else {
                Err(Error::Missing)
            }
        })
        .unwrap_err()
        == Error::Missing
}

fn tokens(plans: &Plans) -> f64 {
    (plans.service.retry_tokens() * 1_000.0).round() / 1_000.0
}

#[test]
fn starts_full_and_grants_as_many_retries_as_it_has_tokens() {
    let plans = World::new().plans("plan_service", layer(bare(3)));

    let granted: Vec<_> = (0..5).map(|_| retries(&plans)).collect();

    assert_eq!(granted, [true, true, true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_token_returns_its_last_outcome() {
    let plans = World::new().plans("plan_service", layer(bare(1)).retry(immediate(5)));

    assert_eq!(plans.fetch(down).await, Err(Error::Down(2)));
    assert_eq!(plans.fetch(down).await, Err(Error::Down(3)));
}

#[tokio::test(start_paused = true)]
async fn successes_of_every_kind_earn_retries() {
    let plans = World::new().plans("plan_service", layer(bare(1).deposit(0.25)));
    assert!(retries(&plans));

    plans.fetch(fine).await.unwrap();
    plans.count_blocking(Ok).unwrap();
    plans.write(fine).await.unwrap();
    assert!(!retries(&plans));
    plans.fetch_blocking(Ok).unwrap();
    assert!(retries(&plans));
    assert!(!retries(&plans));
}

#[test]
fn a_success_after_a_retry_earns_too_and_nothing_goes_beyond_the_capacity() {
    let plans = World::new().plans("plan_service", layer(bare(2).deposit(10.0)));

    plans
        .fetch_blocking(|run| if run == 1 { Err(Error::Down(run)) } else { Ok(run) })
        .unwrap();

    assert!((tokens(&plans) - 2.0).abs() < 1e-9);
}

#[test]
fn failures_earn_nothing() {
    let plans = World::new().plans("plan_service", layer(bare(1).deposit(1.0)));
    assert!(retries(&plans));

    let _ = plans.count_blocking(|run| Err(Error::Down(run)));
    let _ = plans.count_blocking(|_| Err(Error::Missing));
    let _ = plans.count_blocking(|_| Err(Error::Cancelled));

    assert!(tokens(&plans).abs() < 1e-9);
    assert!(!retries(&plans));
}

#[test]
fn a_rare_caller_gets_its_retry_back_with_time() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(bare(1).min_per_second(0.5)));
    assert!(retries(&plans));

    world.clock.advance(ms(1_999));
    assert!(!retries(&plans));
    world.clock.advance(ms(1));
    assert!(retries(&plans));
    world.clock.advance(secs(1_000_000));
    assert_eq!((retries(&plans), retries(&plans)), (true, false));
}

#[test]
fn a_clock_that_is_a_little_behind_brings_no_tokens() {
    // Two threads that read the clock one after the other may ask in the other order.
    let world = World::new();
    world.clock.advance(secs(10));
    let plans = world.plans("plan_service", layer(bare(3).min_per_second(1.0)));
    assert_eq!(
        [retries(&plans), retries(&plans), retries(&plans), retries(&plans)],
        [true, true, true, false]
    );

    world.clock.set(ms(9_999));
    assert!(tokens(&plans).abs() < 1e-9, "{}", tokens(&plans));
    assert!(!retries(&plans));

    // And none twice, when it has caught up.
    world.clock.set(ms(10_999));
    assert!(!retries(&plans));
    world.clock.set(secs(11));
    assert_eq!((retries(&plans), retries(&plans)), (true, false));
}

#[test]
fn services_have_budgets_of_their_own() {
    let world = World::new();
    let (left, right) = (
        world.plans("plan_service", layer(bare(1))),
        world.plans("tool_service", layer(bare(1))),
    );

    assert_eq!((retries(&left), retries(&left)), (true, false));
    assert_eq!((retries(&right), retries(&right)), (true, false));
}

#[test]
fn without_a_budget_every_retry_is_granted() {
    let plans = World::new().plans("plan_service", layer(bare(1).enabled(false)));

    assert!((0..200).all(|_| retries(&plans)));
}

#[tokio::test(start_paused = true)]
async fn a_retry_refused_by_something_else_costs_no_token() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(bare(5)));
    let strict = exact().enabled(true).failure_threshold(1);

    let _ = plans.fetch(|_| plans.write(down)).await;
    let _ = plans.fetch(|_| async { Err(Error::Busy(Some(secs(61)))) }).await;
    world
        .registry
        .configure("plan_service", ServiceOptions::new().breaker(strict))
        .unwrap();
    let _ = plans.fetch(down).await;

    assert!((tokens(&plans) - 5.0).abs() < 1e-9);
}

#[test]
fn a_storm_is_held_to_its_budget() {
    // Design, "Retry" 7: what the default policy lets through while everything fails.
    let world = World::new();
    let plans = world.plans(
        "plan_service",
        ServiceOptions::new()
            .retry(immediate(3))
            .breaker(BreakerPolicy::builder().enabled(false)),
    );

    for _ in 0..10_000 {
        let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
        world.clock.advance(ms(1));
    }

    // The capacity, and one a second.
    assert_eq!(plans.runs(), 10_000 + 100 + 9);
}

#[test]
fn a_budget_that_is_switched_off_earns_nothing() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(bare(1).deposit(1.0)));
    assert!(retries(&plans));

    let switch = |budget| {
        world
            .registry
            .configure("plan_service", ServiceOptions::new().budget(budget))
            .unwrap();
    };
    switch(BudgetPolicy::builder().enabled(false));
    plans.fetch_blocking(Ok).unwrap();
    switch(BudgetPolicy::builder().enabled(true));

    assert!(!retries(&plans));
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_took_no_token_gives_none_back() {
    let retry = RetryPolicy::builder().backoff(Backoff::Fixed).jitter(Jitter::None);
    let plans = Plans::new(Registry::new(), "plan_service", layer(bare(1)).retry(retry));
    let switch = |enabled| {
        let budget = BudgetPolicy::builder().enabled(enabled);
        plans
            .service
            .registry()
            .configure("plan_service", ServiceOptions::new().budget(budget))
            .unwrap();
    };
    let first = plans.fetch(async |run| {
        if run == 1 {
            Err(Error::Down(run))
        } else {
            Err(Error::Missing)
        }
    });
    assert_eq!(first.await, Err(Error::Missing));
    assert!(tokens(&plans).abs() < 1e-9);

    switch(false);
    // Dropped in the sleep before a retry that needed no token.
    assert!(plans.fetch(down).now_or_never().is_none());
    switch(true);

    assert!(tokens(&plans).abs() < 1e-9);
}

#[test]
fn a_bucket_made_smaller_while_it_is_nearly_empty_fills_up_again() {
    let world = World::new();
    let large = BudgetPolicy::builder().capacity(10_000).min_per_second(1.0);
    let plans = world.plans("plan_service", layer(large).retry(immediate(10_000)));
    assert_eq!(
        plans.fetch_blocking(|run| Err(Error::Down(run))),
        Err(Error::Down(10_000))
    );
    assert!((tokens(&plans) - 1.0).abs() < 1e-9, "{}", tokens(&plans));

    world
        .registry
        .configure("plan_service", layer(large.capacity(10)))
        .unwrap();
    world.clock.advance(secs(60));

    let granted = (0..11).filter(|_| retries(&plans)).count();
    assert_eq!(granted, 10);
}

#[test]
fn deposits_count_after_the_bucket_was_made_smaller() {
    let world = World::new();
    let bucket = |capacity| {
        BudgetPolicy::builder()
            .capacity(capacity)
            .deposit(1.0)
            .min_per_second(0.0)
    };
    let layer = ServiceOptions::new()
        .retry(immediate(101))
        .breaker(BreakerPolicy::builder().enabled(false));
    let plans = world.plans("plan_service", layer.budget(bucket(100)));
    assert!(plans.fetch_blocking(|run| Err(Error::Down(run))).is_err());
    world
        .registry
        .configure("plan_service", ServiceOptions::new().budget(bucket(10)))
        .unwrap();

    for _ in 0..10 {
        plans.count_blocking(Ok).unwrap();
    }

    assert!((plans.service.retry_tokens() - 10.0).abs() < f64::EPSILON);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_throttling_costs_what_the_policy_says_and_one_after_a_timeout_a_whole_token() {
    let world = World::new();
    let plans = world.plans("plan_service", layer(bare(10).throttled_cost(0.25)));

    let _ = plans.fetch(|_| async { Err(Error::Busy(None)) }).await;
    assert!((tokens(&plans) - 9.75).abs() < 1e-9, "{}", tokens(&plans));

    let _ = plans.fetch(down).await;
    assert!((tokens(&plans) - 8.75).abs() < 1e-9, "{}", tokens(&plans));

    let timed = Plans::new(
        Registry::new(),
        "plan_service",
        layer(bare(10).throttled_cost(0.25)).attempt_timeout(secs(1)),
    );
    let _ = timed.fetch(|_| std::future::pending()).await;
    assert!((tokens(&timed) - 9.0).abs() < 1e-9, "{}", tokens(&timed));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_too_empty_for_a_failure_may_still_do_for_throttling() {
    let plans = World::new().plans("plan_service", layer(bare(1).throttled_cost(0.5)));
    let throttled = |_| async { Err(Error::Busy(None)) };

    let _ = plans.fetch(throttled).await;
    assert_eq!(plans.fetch(down).await, Err(Error::Down(3)));
    let _ = plans.fetch(throttled).await;
    let _ = plans.fetch(throttled).await;

    // Two runs, one, two, and the last finds nothing left.
    assert_eq!(plans.runs(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_a_retry_was_charged_is_refunded_when_its_sleep_is_cancelled() {
    let waiting = RetryPolicy::builder().backoff(Backoff::Fixed).jitter(Jitter::None);
    let plans = Plans::new(
        Registry::new(),
        "plan_service",
        layer(bare(10).throttled_cost(0.25)).retry(waiting),
    );
    for (error, while_it_sleeps) in [(Error::Down(1), 9.0), (Error::Busy(None), 9.75)] {
        let mut call = Box::pin(plans.fetch(|_| async move { Err(error) }));
        assert!((&mut call).now_or_never().is_none());
        assert!((tokens(&plans) - while_it_sleeps).abs() < 1e-9, "{}", tokens(&plans));

        drop(call);
        assert!((tokens(&plans) - 10.0).abs() < 1e-9, "{}", tokens(&plans));
    }
}

#[tokio::test(start_paused = true)]
async fn the_budget_is_asked_after_everything_else_and_before_the_sleep() {
    let world = World::new();
    let plans = world.plans(
        "plan_service",
        layer(bare(10)).retry(RetryPolicy::builder().backoff(Backoff::Fixed).jitter(Jitter::None)),
    );

    // Not worth a retry, and no attempts left: nothing is charged. Two retries are.
    let _ = plans.fetch(|_| async { Err(Error::Missing) }).await;
    assert!((tokens(&plans) - 10.0).abs() < 1e-9);
    let _ = plans.fetch(down).await;
    assert!((tokens(&plans) - 8.0).abs() < 1e-9);

    // Rejected: nobody sleeps for it.
    world.registry.configure("plan_service", layer(bare(1))).unwrap();
    while tokens(&plans) >= 1.0 {
        let _ = plans.fetch(down).await;
    }
    let slept = world.clock.slept().len();
    let _ = plans.fetch(down).await;
    assert_eq!(world.clock.slept().len(), slept);
}

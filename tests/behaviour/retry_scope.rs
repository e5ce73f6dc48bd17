//! Loops of the user's own, and the calls inside them: design, "Nesting" 1.

use resilience_core::{BreakerPolicy, ServiceOptions, deadline, scope, scope::RetryScope};
use resilience_tests::{Error, World, down, exact, fine, immediate, secs};
use std::pin::pin;

fn off() -> ServiceOptions {
    ServiceOptions::new().breaker(BreakerPolicy::builder().enabled(false))
}

#[tokio::test(start_paused = true)]
async fn calls_inside_a_loop_of_the_users_own_make_one_attempt_each() {
    // R139, R148
    let world = World::new();
    let plans = world.plans("plan_service", off().retry(immediate(3)));
    let mut retries = RetryScope::enter();

    for round in 1..=3 {
        assert!(retries.attempt(plans.fetch(down)).await.is_err());
        assert_eq!(plans.runs(), round);
        assert!(retries.may_repeat());
    }
    for round in 4..=6 {
        assert!(
            retries
                .attempt_blocking(|| plans.fetch_blocking(|run| Err(Error::Down(run))))
                .is_err()
        );
        assert_eq!(plans.runs(), round);
    }

    // R144: between the rounds, and after them, nothing is in force.
    assert_eq!(scope::depth(), 0);
    assert!(plans.fetch(down).await.is_err());
    assert_eq!(plans.runs(), 9);
}

#[tokio::test(start_paused = true)]
async fn no_round_follows_an_apply() {
    let world = World::new();
    let plans = world.plans("plan_service", off());
    let mut retries = RetryScope::enter();
    assert!(retries.attempt(plans.fetch(fine)).await.is_ok());
    assert!(retries.may_repeat());

    assert!(retries.attempt(plans.write(down)).await.is_err());

    assert!(!retries.may_repeat());
    assert!(retries.attempt(plans.fetch(fine)).await.is_ok());
    assert!(!retries.may_repeat(), "what has been applied stays so");
}

#[tokio::test(start_paused = true)]
async fn no_round_follows_a_refusal_until_a_later_call_is_not_refused() {
    // R150
    let world = World::new();
    let breaker = exact().failure_threshold(1);
    let plans = world.plans("plan_service", ServiceOptions::new().breaker(breaker));
    let mut retries = RetryScope::enter();
    assert!(retries.attempt(plans.fetch(down)).await.is_err());

    assert!(retries.attempt(plans.fetch(fine)).await.is_err());
    assert!(!retries.may_repeat());

    plans.service.reset_breaker();
    assert!(retries.attempt(plans.fetch(fine)).await.is_ok());
    assert!(retries.may_repeat());
}

#[tokio::test(start_paused = true)]
async fn a_loop_inside_a_retrying_call_leaves_the_repeating_to_it() {
    // R149: a transport that retries by itself
    let world = World::new();
    let plans = world.plans("plan_service", off().retry(immediate(3)));

    let outcome = plans
        .fetch(|run| async move {
            let mut retries = RetryScope::enter();
            let outcome = retries.attempt(down(run)).await;
            assert!(!retries.may_repeat());
            outcome
        })
        .await;

    assert_eq!((outcome, plans.runs()), (Err(Error::Down(3)), 3));
}

#[tokio::test(start_paused = true)]
async fn work_carried_out_of_a_round_may_start_no_apply_once_there_is_another() {
    let world = World::new();
    let plans: &_ = Box::leak(Box::new(world.plans("plan_service", off())));
    let mut retries = RetryScope::enter();

    let late = retries.attempt_blocking(|| scope::carry(plans.write(fine)));
    assert!(retries.may_repeat());

    assert!(late.await.is_err());
    assert_eq!(plans.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_round_that_is_dropped_or_panics_leaves_the_scope() {
    let mut retries = RetryScope::enter();
    {
        let mut round = pin!(retries.attempt(std::future::pending::<()>()));
        assert!(futures::poll!(round.as_mut()).is_pending());
        assert_eq!(scope::depth(), 0);
    }
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        retries.attempt_blocking(|| panic!("on purpose"));
    }));
    assert!(caught.is_err());
    assert_eq!(scope::depth(), 0);
    assert!(retries.may_repeat());
}

#[tokio::test(start_paused = true)]
async fn no_round_follows_once_the_deadline_is_over() {
    deadline::within(secs(1), async {
        let mut retries = RetryScope::enter();
        assert!(retries.attempt(async { true }).await);
        assert!(retries.may_repeat());
        tokio::time::sleep(secs(1)).await;
        assert!(!retries.may_repeat());
    })
    .await;
}

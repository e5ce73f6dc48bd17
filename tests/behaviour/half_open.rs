//! How a circuit recovers, and what late results may do to it.

use futures::{FutureExt, future::join_all};
use resilience_core::{BreakerPer, CircuitState, Next, OnPermanent, Operation, Reason, ServiceOptions};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, secs};
use std::{future::Future, pin::pin};
use tokio::sync::oneshot;

fn breaker() -> resilience_core::BreakerOptions {
    exact()
        .failure_threshold(2)
        .recovery_timeout(secs(30))
        .half_open_max_calls(1)
        .success_threshold(2)
}

fn plans(world: &World) -> Plans {
    world.plans(
        "plan_service",
        ServiceOptions::new().retry(immediate(1)).breaker(breaker()),
    )
}

fn fail(plans: &Plans) {
    assert!(matches!(
        plans.count_blocking(|run| Err(Error::Down(run))),
        Err(Error::Down(_))
    ));
}

fn open(plans: &Plans) {
    fail(plans);
    fail(plans);
    assert_eq!(plans.service.state(), CircuitState::Open);
}

fn refused(plans: &Plans) -> bool {
    let runs = plans.runs();
    let result = plans.count_blocking(Ok);
    let reasons = [Some(Reason::CircuitOpen), Some(Reason::ProbesBusy)];
    let refused = matches!(result, Err(error) if reasons.contains(&error.reason()));
    assert_eq!(plans.runs(), runs + u32::from(!refused));
    refused
}

/// A call that has begun and waits for its outcome.
fn begun(
    plans: &Plans,
) -> (
    oneshot::Sender<Result<u32, Error>>,
    impl Future<Output = Result<u32, Error>>,
) {
    let (sender, receiver) = oneshot::channel();
    let mut call = Box::pin(plans.count(async move |_| receiver.await.unwrap()));
    assert!((&mut call).now_or_never().is_none(), "the call was refused");
    (sender, call)
}

#[test]
fn probes_from_the_very_instant_at_which_the_recovery_time_is_over() {
    // R055, R056
    let world = World::new();
    let plans = plans(&world);
    open(&plans);

    world.clock.advance(ms(29_999));
    assert!(refused(&plans));
    world.clock.advance(ms(1));
    assert!(!refused(&plans));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_answers_not_found_closes_its_circuit() {
    // R096: by every kind of operation, with and without an executor.
    let layer = ServiceOptions::new()
        .retry(immediate(3))
        .breaker(breaker().failure_threshold(1));
    for way in 0..6 {
        let world = World::new();
        let plans = world.plans("plan_service", layer);
        fail(&plans);
        world.clock.advance(secs(30));

        for _ in 0..10_000 {
            let missing = Err(Error::Missing);
            let result = match way {
                0 => plans.fetch(async |_| missing).await,
                1 => plans.fetch_blocking(|_| missing),
                2 => plans.count(async |_| missing).await,
                3 => plans.count_blocking(|_| missing),
                4 => plans.write(async |_| missing).await,
                _ => plans.write_blocking(|_| missing),
            };
            assert_eq!(result, missing, "{way}");
        }

        assert_eq!(plans.service.state(), CircuitState::Closed, "{way}");
        assert_eq!(plans.service.statistics().rejected, 0, "{way}");
    }
}

#[test]
fn what_a_permanent_failure_says_of_a_probe_is_a_matter_of_policy() {
    let table = [
        (OnPermanent::ProbeSuccess, CircuitState::Closed),
        (OnPermanent::Neutral, CircuitState::HalfOpen),
        (OnPermanent::Failure, CircuitState::Open),
    ];
    for (permanent, expected) in table {
        for per in [BreakerPer::Attempt, BreakerPer::Call] {
            let world = World::new();
            let breaker = breaker().permanent(permanent).success_threshold(1).per(per);
            let layer = ServiceOptions::new().retry(immediate(3)).breaker(breaker);
            let plans = world.plans("plan_service", layer);
            open(&plans);
            world.clock.advance(secs(30));

            assert_eq!(plans.fetch_blocking(|_| Err(Error::Missing)), Err(Error::Missing));

            assert_eq!(plans.service.state(), expected, "{permanent:?} {per:?}");
        }
    }
}

#[test]
fn closes_after_enough_successes_and_then_counts_anew() {
    // R057, R058, R062, R063
    for threshold in [1, 2, 255] {
        let world = World::new();
        let plans = plans(&world);
        let layer = ServiceOptions::new().breaker(breaker().success_threshold(threshold));
        world.registry.configure("plan_service", layer).unwrap();
        for _ in 0..2 {
            open(&plans);
            world.clock.advance(secs(30));
            for _ in 1..threshold {
                assert!(!refused(&plans));
                assert_eq!(plans.service.state(), CircuitState::HalfOpen);
            }
            assert!(!refused(&plans));
            assert_eq!(plans.service.state(), CircuitState::Closed);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_probe_opens_again_and_the_recovery_time_starts_anew() {
    // R064
    for sync in [true, false] {
        let world = World::new();
        let plans = plans(&world);
        open(&plans);
        world.clock.advance(secs(100));
        assert!(!refused(&plans));

        if sync {
            fail(&plans);
        } else {
            assert!(plans.count(down).await.is_err());
        }

        assert_eq!(plans.service.state(), CircuitState::Open);
        world.clock.advance(ms(29_999));
        assert!(refused(&plans));
        world.clock.advance(ms(1));
        // The success before the failure is forgotten.
        assert!(!refused(&plans));
        assert_eq!(plans.service.state(), CircuitState::HalfOpen);
    }
}

#[test]
fn the_cooldown_keeps_half_open_periods_apart() {
    // R051, R065
    let world = World::new();
    let plans = plans(&world);
    let layer = ServiceOptions::new().breaker(breaker().cooldown(secs(100)));
    world.registry.configure("plan_service", layer).unwrap();
    open(&plans);
    world.clock.advance(secs(30));
    fail(&plans);

    world.clock.advance(ms(99_999));
    assert!(refused(&plans));
    world.clock.advance(ms(1));
    assert!(!refused(&plans));
}

#[test]
fn the_cooldown_holds_though_the_circuit_was_closed_in_between() {
    let world = World::new();
    let plans = plans(&world);
    let layer = breaker()
        .recovery_timeout(secs(1))
        .cooldown(secs(60))
        .success_threshold(1);
    world
        .registry
        .configure("plan_service", ServiceOptions::new().breaker(layer))
        .unwrap();
    open(&plans);
    world.clock.advance(secs(1));
    assert!(!refused(&plans));
    assert_eq!(plans.service.state(), CircuitState::Closed);

    // Half-open at 1 s, so not again before 61 s.
    open(&plans);
    world.clock.advance(ms(59_999));
    assert!(refused(&plans));
    world.clock.advance(ms(1));
    assert!(!refused(&plans));
}

#[test]
fn the_open_time_grows_with_each_failed_probe() {
    let world = World::new();
    let plans = plans(&world);
    let grown = breaker().recovery_factor(2.0).max_recovery_timeout(secs(100));
    world
        .registry
        .configure("plan_service", ServiceOptions::new().breaker(grown))
        .unwrap();
    open(&plans);
    for seconds in [30, 60, 100, 100] {
        world.clock.advance(ms(seconds * 1_000 - 1));
        assert!(refused(&plans), "{seconds}");
        world.clock.advance(ms(1));
        fail(&plans);
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_thousand_calls_at_once_as_many_probe_as_may() {
    // R059, R060, R061
    for places in [1_u8, 3, 64] {
        let world = World::new();
        let plans = plans(&world);
        let layer = ServiceOptions::new().breaker(breaker().half_open_max_calls(places).success_threshold(255));
        world.registry.configure("plan_service", layer).unwrap();
        open(&plans);
        world.clock.advance(secs(30));

        let results = join_all((0..1_000).map(|_| {
            plans.count(async |run| {
                tokio::task::yield_now().await;
                Ok(run)
            })
        }))
        .await;

        assert_eq!(
            results.iter().filter(|result| result.is_ok()).count(),
            usize::from(places)
        );
        let refusal = results
            .iter()
            .find_map(|result| result.err())
            .unwrap()
            .interruption()
            .unwrap();
        // R078: nobody knows when a probe ends, and a hint of zero would invite spinning.
        assert_eq!((refusal.reason(), refusal.retry_after()), (Reason::ProbesBusy, None));
        assert_eq!(
            refusal.to_string(),
            "call to `plan_service` rejected: its circuit is half-open and all probes are in use"
        );
        assert_eq!(plans.runs(), 2 + u32::from(places));
    }
}

#[tokio::test(start_paused = true)]
async fn results_that_come_late_change_nothing() {
    // R066, R067, R068
    let world = World::new();
    let plans = plans(&world);
    let early: Vec<_> = (0..40).map(|_| begun(&plans)).collect();
    let mut early = early.into_iter();
    let mut late = async |result: Result<u32, Error>| {
        let (sender, call) = early.next().unwrap();
        sender.send(result).unwrap();
        assert_eq!(call.await, result);
    };
    open(&plans);

    // While open: neither closed by a success, nor kept open for longer by a failure.
    world.clock.advance(secs(29));
    late(Ok(1)).await;
    late(Err(Error::Down(1))).await;
    assert_eq!(plans.service.state(), CircuitState::Open);
    world.clock.advance(secs(1));

    // While half-open: neither a probe's success nor a probe's failure.
    let (sender, probe) = begun(&plans);
    for _ in 0..10 {
        late(Ok(1)).await;
        late(Err(Error::Down(1))).await;
        assert_eq!(plans.service.state(), CircuitState::HalfOpen);
        assert!(refused(&plans), "the place of the probe was given away");
    }
    sender.send(Ok(1)).unwrap();
    assert_eq!(probe.await, Ok(1));
    assert!(!refused(&plans));
    assert_eq!(plans.service.state(), CircuitState::Closed);

    // After it has recovered.
    for _ in 0..10 {
        late(Err(Error::Down(1))).await;
    }
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_probe_without_evidence_gives_its_place_back() {
    // R072, R074
    let world = World::new();
    let plans = plans(&world);
    open(&plans);
    world.clock.advance(secs(30));

    for _ in 0..100 {
        let cancelled = Err(Error::Cancelled);
        assert_eq!(plans.count(async |_| cancelled).await, cancelled);
        assert_eq!(plans.count_blocking(|_| Err(Error::Cancelled)), Err(Error::Cancelled));
        assert_eq!(plans.service.state(), CircuitState::HalfOpen);
    }

    assert!(!refused(&plans));
    assert!(!refused(&plans));
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_gives_its_place_to_another_and_counts_no_more() {
    // R074
    let world = World::new();
    let plans = plans(&world);
    let layer = ServiceOptions::new().breaker(breaker().probe_timeout(secs(10)));
    world.registry.configure("plan_service", layer).unwrap();
    open(&plans);
    world.clock.advance(secs(30));
    let (sender, hung) = begun(&plans);

    world.clock.advance(ms(9_999));
    assert!(refused(&plans));
    world.clock.advance(ms(1));
    let (second_sender, second) = begun(&plans);
    sender.send(Err(Error::Down(0))).unwrap();
    assert_eq!(hung.await, Err(Error::Down(0)));

    assert_eq!(plans.service.state(), CircuitState::HalfOpen);
    assert!(refused(&plans));
    second_sender.send(Ok(1)).unwrap();
    assert_eq!(second.await, Ok(1));
    assert!(!refused(&plans));
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_a_little_behind_takes_no_place_from_a_probe() {
    // Two threads that read the clock one after the other may ask in the other order. R059
    let world = World::new();
    let plans = plans(&world);
    open(&plans);
    world.clock.advance(secs(31));
    let (_sender, probe) = begun(&plans);
    let probe = pin!(probe);

    world.clock.set(ms(30_999));

    assert!(refused(&plans));
    assert!(probe.now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_retrying_call_recovers_the_circuit_by_itself() {
    // R103
    let world = World::new();
    let plans = plans(&world);
    open(&plans);
    world.clock.advance(secs(30));

    assert_eq!(plans.fetch(fine).await, Ok(3));
    assert_eq!(plans.fetch(fine).await, Ok(4));

    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[test]
fn a_call_by_hand_that_asks_again_after_a_dropped_attempt_loses_no_place() {
    static FETCH: Operation = Operation::idempotent("plan_service", "fetch");
    let world = World::new();
    let plans = plans(&world);
    open(&plans);
    world.clock.advance(secs(30));

    let mut call = FETCH.begin_in(world.registry);
    for _ in 0..5 {
        call.admit().unwrap();
        drop(call.attempt(std::future::pending::<Result<u32, Error>>()));
    }
    call.admit().unwrap();
    let outcome = call.attempt_blocking(|| Ok::<_, Error>(1));
    assert!(matches!(call.settle(outcome), Next::Return(Ok(1))));

    assert!(!refused(&plans));
}

//! What the presets do, by their numbers.

use resilience_core::{
    Backoff, BreakerPolicy, BudgetPolicy, CircuitState, Jitter, Reason, RetryOptions, RetryPolicy, Service,
    ServiceOptions, classify, policy::presets, retry_service,
};
use resilience_tests::{Error, Plans, World, down, ms, secs};
use std::{cell::Cell, time::Duration};

/// The sleeps of a call that keeps failing, with nothing in the way.
async fn sleeps(layer: ServiceOptions, draw: f64) -> Vec<Duration> {
    let world = World::drawing(draw);
    let layer = layer
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(BudgetPolicy::builder().enabled(false));
    let plans = world.plans("plan_service", layer);
    let result = plans.fetch(down).await;
    assert_eq!(result, Err(Error::Down(plans.runs())));
    world.clock.slept()
}

fn millis(sleeps: &[u64]) -> Vec<Duration> {
    sleeps.iter().copied().map(ms).collect()
}

fn retry(layer: RetryOptions) -> ServiceOptions {
    ServiceOptions::new().retry(layer)
}

#[tokio::test(start_paused = true)]
async fn the_recommended_profiles_wait_within_their_bounds() {
    // R043: 2 attempts within 0.5–5 s, 5 within 2–30 s, 10 within 5–60 s; the lowest and the highest draw.
    let table: [(ServiceOptions, &[u64], &[u64]); 3] = [
        (ServiceOptions::high_traffic(), &[500], &[1_000]),
        (
            ServiceOptions::critical(),
            &[2_000, 4_000, 8_000, 15_000],
            &[4_000, 8_000, 16_000, 30_000],
        ),
        (
            ServiceOptions::background(),
            &[5_000, 10_000, 20_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000],
            &[10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000],
        ),
    ];
    for (layer, shortest, longest) in table {
        assert_eq!(sleeps(layer, 0.0).await, millis(shortest), "{layer:?}");
        assert_eq!(sleeps(layer, 1.0).await, millis(longest), "{layer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_recommended_profiles_save_up_so_many_retries_and_no_more() {
    for (layer, saved) in [
        (ServiceOptions::high_traffic(), 50),
        (ServiceOptions::critical(), 100),
        (ServiceOptions::background(), 20),
    ] {
        // Time that passes would bring more.
        let still = BudgetPolicy::builder().min_per_second(0.0);
        let world = World::new();
        let plans = world.plans("plan_service", layer.breaker(BreakerPolicy::builder().enabled(false)));
        assert!((plans.service.retry_tokens() - f64::from(saved)).abs() < 1e-9);
        world
            .registry
            .configure("plan_service", ServiceOptions::new().budget(still))
            .unwrap();

        for _ in 0..200 {
            let _ = plans.fetch(down).await;
        }

        assert_eq!(plans.runs(), 200 + saved, "{layer:?}");
    }
}

#[test]
fn in_high_traffic_a_streak_of_failures_opens_nothing_and_a_rate_does() {
    let world = World::drawing(0.0);
    let plans = world.plans("plan_service", ServiceOptions::high_traffic());
    let call = |ok: bool| {
        let _ = plans.count_blocking(|run| if ok { Ok(run) } else { Err(Error::Down(run)) });
    };

    (0..80).for_each(|_| call(true));
    (0..49).for_each(|_| call(false));
    assert_eq!(plans.service.state(), CircuitState::Closed);
    call(false);
    assert_eq!(plans.service.state(), CircuitState::Open);

    world.clock.advance(secs(5));
    (0..5).for_each(|_| call(true));
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[test]
fn the_others_ask_a_service_in_trouble_again_as_soon_as_their_callers_can_wait() {
    for (layer, recovery) in [
        (ServiceOptions::critical(), 10_000),
        (ServiceOptions::background(), 60_000),
    ] {
        let world = World::drawing(0.0);
        let plans = world.plans("plan_service", layer);
        for _ in 0..5 {
            let _ = plans.count_blocking(|run| Err(Error::Down(run)));
        }
        assert_eq!(plans.service.state(), CircuitState::Closed, "it may be chance");
        world.clock.advance(ms(500));
        let _ = plans.count_blocking(|run| Err(Error::Down(run)));
        assert_eq!(plans.service.state(), CircuitState::Open);

        world.clock.advance(ms(recovery - 1));
        assert_eq!(plans.service.state(), CircuitState::Open);
        world.clock.advance(ms(1));
        assert_eq!(plans.service.state(), CircuitState::HalfOpen);
    }
}

#[tokio::test(start_paused = true)]
async fn the_source_systems_wait_as_they_did() {
    let table: [(ServiceOptions, f64, &[u64]); 14] = [
        (presets::alexai(), 0.5, &[1_000, 2_000]),              // R017
        (presets::khive(), 0.5, &[1_000, 2_000, 4_000]),        // R018
        (presets::khive(), 0.75, &[1_100, 2_200, 4_400]),       // R019
        (presets::khive(), 0.0, &[800, 1_600, 3_200]),          // R018
        (presets::molecule(), 0.5, &[1_000, 2_000, 4_000]),     // R020
        (presets::batch(), 0.0, &[500, 1_000, 2_000]),          // R021
        (presets::batch(), 1.0, &[1_500, 3_000, 6_000]),        // R021
        (retry(presets::immediate()), 0.5, &[]),                // R007
        (retry(presets::fixed(ms(0))), 0.5, &[100, 100]),       // R008
        (retry(presets::fixed(ms(500))), 0.5, &[500, 500]),     // R008
        (retry(presets::exponential(ms(0))), 0.5, &[100, 200]), // R011
        (retry(presets::jitter(ms(0))), 0.0, &[100, 100]),      // R013
        (retry(presets::jitter(ms(0))), 1.0, &[100, 200]),      // R013
        (retry(presets::jitter(ms(250))), 0.0, &[250, 250]),    // R013
    ];
    for (layer, draw, expected) in table {
        assert_eq!(sleeps(layer, draw).await, millis(expected), "{layer:?} at {draw}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_source_systems_wait_as_they_did_for_as_many_attempts_as_they_like() {
    let table: [(RetryOptions, u32, f64, &[u64]); 5] = [
        // R017: both clamps.
        (
            exponential(1).min_delay(secs(1)).max_delay(secs(10)),
            7,
            0.5,
            &[1_000, 2_000, 4_000, 8_000, 10_000, 10_000],
        ),
        (
            exponential(1).min_delay(secs(5)).max_delay(secs(10)),
            6,
            0.5,
            &[5_000, 5_000, 5_000, 8_000, 10_000],
        ),
        (exponential(1), 6, 0.5, &[1_000, 2_000, 4_000, 8_000, 16_000]), // R020
        // R015, R021: cut after the jitter.
        (
            exponential(1).jitter(Jitter::Proportional(0.5)),
            8,
            1.0,
            &[1_500, 3_000, 6_000, 12_000, 24_000, 48_000, 60_000],
        ),
        (
            presets::exponential(ms(0)).max_delay(secs(60)),
            4,
            0.5,
            &[100, 200, 400],
        ), // R011
    ];
    for (layer, attempts, draw, expected) in table {
        let layer = retry(layer.max_attempts(attempts));
        assert_eq!(sleeps(layer, draw).await, millis(expected), "{layer:?} at {draw}");
    }
}

fn exponential(base: u64) -> RetryOptions {
    RetryOptions::new()
        .backoff(Backoff::Exponential)
        .base_delay(secs(base))
        .max_delay(secs(60))
        .jitter(Jitter::None)
}

#[tokio::test(start_paused = true)]
async fn a_thousand_draws_of_the_jitter_strategy_stay_between_floor_and_cap() {
    // R013
    for draw in 0..1_000_u32 {
        let slept = sleeps(
            retry(presets::jitter(ms(0)).max_delay(ms(150))),
            f64::from(draw) / 1_000.0,
        )
        .await;
        for delay in slept {
            assert!((ms(100)..=ms(150)).contains(&delay), "{delay:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn which_errors_are_worth_a_retry_is_said_beside_the_preset() {
    // R034: with khive every error, with alexai what may pass.
    let khive = World::new().plans("khive", presets::khive());
    let runs = Cell::new(0);
    #[retry_service(service = service, idempotent, classify = classify::always_transient)]
    async fn ask(service: &'static Service, runs: &Cell<u32>) -> anyhow::Result<()> {
        runs.set(runs.get() + 1);
        Err(anyhow::anyhow!("of no particular kind, at attempt {}", runs.get()))
    }
    let error = ask(khive.service, &runs).await.unwrap_err();
    assert_eq!(error.to_string(), "of no particular kind, at attempt 4");

    let alexai = World::new().plans("alexai", presets::alexai());
    assert_eq!(alexai.fetch(down).await, Err(Error::Down(3)));
    assert_eq!(
        alexai.fetch(|_| async { Err(Error::Missing) }).await,
        Err(Error::Missing)
    );
    assert_eq!(alexai.runs(), 4);
}

#[test]
fn a_permanent_failure_leaves_the_breaker_of_the_observer_as_it_is() {
    // R070: neither while it is closed, nor as a probe.
    let world = World::new();
    let layer = presets::alexai().retry(RetryPolicy::builder().max_attempts(1));
    let plans = world.plans("plan_service", layer);
    let fail = || assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
    let miss = || assert_eq!(plans.count_blocking(|_| Err(Error::Missing)), Err(Error::Missing));
    for _ in 0..4 {
        fail();
    }
    miss();
    assert_eq!(plans.service.snapshot().failures, 4);
    fail();
    world.clock.advance(secs(60));

    for _ in 0..10 {
        miss();
    }

    assert_eq!(plans.service.state(), CircuitState::HalfOpen);
    assert_eq!(plans.count_blocking(Ok), Ok(plans.runs()));
    assert_eq!(plans.count_blocking(Ok), Ok(plans.runs()));
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[test]
fn the_breakers_of_the_sources_open_close_and_probe_as_theirs_did() {
    // R049, R050, R063
    for (layer, recovery, probes, successes) in [(presets::khive(), 30, 1, 1), (presets::alexai(), 60, 2, 2)] {
        let world = World::new();
        let plans = world.plans("plan_service", layer.retry(RetryPolicy::builder().max_attempts(1)));
        for _ in 0..5 {
            assert_eq!(plans.service.state(), CircuitState::Closed);
            assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
        }
        assert_eq!(plans.service.state(), CircuitState::Open);
        world.clock.advance(ms(recovery * 1_000 - 1));
        assert_eq!(plans.service.state(), CircuitState::Open);
        world.clock.advance(ms(1));

        // As many probes at a time as are allowed, and no more.
        fn probe(plans: &Plans, left: u32) -> Result<u32, Error> {
            plans.count_blocking(|run| if left == 0 { Ok(run) } else { probe(plans, left - 1) })
        }
        assert_eq!(probe(&plans, probes).unwrap_err().reason(), Some(Reason::ProbesBusy));
        plans.service.reset_breaker();
        for _ in 0..5 {
            assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
        }
        world.clock.advance(secs(recovery));
        for _ in 0..successes {
            assert_eq!(plans.service.state(), CircuitState::HalfOpen);
            assert!(plans.count_blocking(Ok).is_ok());
        }
        assert_eq!(plans.service.state(), CircuitState::Closed);
    }
}

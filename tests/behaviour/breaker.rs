//! When the circuit opens, and what its callers get.

use futures::future::join_all;
use resilience_core::{CircuitState, Kind, Reason, ServiceOptions};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, secs};
use tokio::{sync::oneshot, time::sleep};

fn layer(threshold: u32) -> ServiceOptions {
    ServiceOptions::new()
        .retry(immediate(1))
        .breaker(exact().failure_threshold(threshold).recovery_timeout(secs(30)))
}

fn fail(plans: &Plans) {
    assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
}

#[test]
fn starts_closed_with_nothing_counted() {
    // R048, R099
    let plans = World::new().plans("plan_service", layer(2));

    assert_eq!(plans.service.state(), CircuitState::Closed);
    assert_eq!(plans.service.statistics(), resilience_core::Statistics::default());
    assert!(plans.service.operations().is_empty());
}

#[test]
fn opens_at_the_threshold() {
    // R053
    for threshold in [1, 2, 5] {
        let plans = World::new().plans("plan_service", layer(threshold));
        for _ in 1..threshold {
            fail(&plans);
            assert_eq!(plans.service.state(), CircuitState::Closed);
        }
        fail(&plans);
        assert_eq!(plans.service.state(), CircuitState::Open);
    }
}

#[test]
fn opens_at_the_threshold_after_any_number_of_successes() {
    let plans = World::new().plans("plan_service", layer(5));
    for _ in 0..100_000 {
        assert!(plans.count_blocking(Ok).is_ok());
    }

    (0..4).for_each(|_| fail(&plans));
    assert_eq!(plans.service.state(), CircuitState::Closed);
    fail(&plans);
    assert_eq!(plans.service.state(), CircuitState::Open);
}

#[test]
fn only_failures_in_a_row_count() {
    // R075
    let plans = World::new().plans("plan_service", layer(3));
    for ok in [false, false, true, false, false, true, false, false] {
        let _ = plans.count_blocking(|run| if ok { Ok(run) } else { Err(Error::Down(run)) });
        assert_eq!(plans.service.state(), CircuitState::Closed);
    }
    fail(&plans);
    assert_eq!(plans.service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn failures_that_are_not_consecutive_do_not_open() {
    // Calls that began before the first failure count like all others, in the order in which they end.
    let plans = World::new().plans("plan_service", layer(5));
    let (ends, mut calls): (Vec<_>, Vec<_>) = (0..10)
        .map(|_| {
            let (end, ended) = oneshot::channel();
            (end, Box::pin(plans.count(async move |_| ended.await.unwrap())))
        })
        .unzip();
    for call in &mut calls {
        assert!(futures::poll!(call).is_pending());
    }

    for (number, (end, call)) in (0..).zip(ends.into_iter().zip(calls)) {
        let outcome = if number % 2 == 0 {
            Err(Error::Down(number))
        } else {
            Ok(number)
        };
        end.send(outcome).unwrap();
        assert_eq!(call.await, outcome);
        assert_eq!(plans.service.state(), CircuitState::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn two_percent_failures_under_steady_concurrency_do_not_open() {
    // A call every 2 ms, each takes a second: five hundred at a time, and ten of those fail.
    let plans = Plans::new(resilience_core::Registry::new(), "plan_service", ServiceOptions::new());

    join_all((0..2_000).map(async |number| {
        sleep(ms(2 * number)).await;
        let call = plans.count(async |run| {
            sleep(secs(1)).await;
            if number % 50 == 49 {
                Err(Error::Down(run))
            } else {
                Ok(run)
            }
        });
        let _ = call.await;
    }))
    .await;

    let statistics = plans.service.statistics();
    assert_eq!(
        (statistics.succeeded, statistics.failed, statistics.rejected),
        (1_960, 40, 0)
    );
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[test]
fn a_day_of_recovery_holds_for_a_thread_whose_clock_is_a_little_behind() {
    let world = World::new();
    world.clock.advance(secs(1_000));
    let day = exact().failure_threshold(1).recovery_timeout(secs(24 * 60 * 60));
    let plans = world.plans("plan_service", ServiceOptions::new().breaker(day));
    fail(&plans);

    // Read by another thread before the circuit opened.
    world.clock.set(ms(999_999));

    assert_eq!(plans.service.state(), CircuitState::Open);
    assert_eq!(
        plans.count_blocking(Ok).unwrap_err().reason(),
        Some(Reason::CircuitOpen)
    );
}

#[tokio::test(start_paused = true)]
async fn while_open_no_body_runs_whatever_the_kind_of_the_operation() {
    // R054, R077, R078, R103, R169
    let world = World::new();
    let plans = world.plans("plan_service", layer(1));
    fail(&plans);
    world.clock.advance(ms(17_500));

    let results = [
        plans.fetch(fine).await,
        plans.fetch_blocking(Ok),
        plans.count(fine).await,
        plans.count_blocking(Ok),
        plans.write(fine).await,
        plans.write_blocking(Ok),
    ];

    for result in results {
        let interruption = result.unwrap_err().interruption().unwrap();
        assert_eq!(interruption.reason(), Reason::CircuitOpen);
        assert_eq!(interruption.service(), "plan_service");
        assert_eq!(interruption.retry_after(), Some(ms(12_500)));
        assert_eq!(interruption.attempts(), 0);
        assert!(!interruption.may_have_run());
        assert!(interruption.is_rejection());
        assert_eq!(
            interruption.to_string(),
            "call to `plan_service` rejected: its circuit is open, retry in 12.50 s"
        );
    }
    assert_eq!(plans.runs(), 1);
    assert_eq!(world.clock.slept(), []);
    let kinds: Vec<_> = plans
        .service
        .operations()
        .iter()
        .map(|report| (report.kind, report.statistics.rejected))
        .collect();
    assert_eq!(kinds.iter().filter(|(_, rejected)| *rejected == 1).count(), 6);
    assert_eq!(kinds.iter().filter(|(kind, _)| *kind == Kind::Apply).count(), 2);
}

#[test]
fn errors_that_say_nothing_against_the_service_do_not_count() {
    // R070, R071, R096
    for error in [Error::Missing, Error::Cancelled] {
        let plans = World::new().plans("plan_service", layer(2));
        fail(&plans);
        for _ in 0..5 {
            assert_eq!(plans.count_blocking(|_| Err(error)), Err(error));
        }
        assert_eq!(plans.service.state(), CircuitState::Closed);
        // They are no successes either: the first failure is still remembered.
        fail(&plans);
        assert_eq!(plans.service.state(), CircuitState::Open, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_counts() {
    // R207, R209
    let table = [(3, CircuitState::Open), (4, CircuitState::Closed)];
    for (threshold, expected) in table {
        let plans = World::new().plans("plan_service", layer(threshold).retry(immediate(3)));
        assert_eq!(plans.fetch(down).await, Err(Error::Down(3)));
        assert_eq!(plans.service.state(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_opens_during_a_call_ends_it_with_its_last_outcome() {
    // R044, R045
    let plans = World::new().plans("plan_service", layer(2).retry(immediate(5)));
    assert_eq!(plans.fetch(down).await, Err(Error::Down(2)));
    assert_eq!(plans.runs(), 2);

    let plans = World::new().plans("plan_service", layer(2).retry(immediate(5)));
    assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(2)));
    assert_eq!(plans.runs(), 2);
    assert_eq!(plans.service.statistics().rejected, 0);
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_opens_during_the_sleep_interrupts_the_call() {
    let retry = resilience_core::RetryPolicy::builder()
        .backoff(resilience_core::Backoff::Fixed)
        .jitter(resilience_core::Jitter::None)
        .base_delay(secs(1));
    let registry = resilience_core::Registry::new();
    let plans = Plans::new(registry, "plan_service", layer(3).retry(retry));

    let (result, ()) = tokio::join!(plans.fetch(down), async {
        sleep(ms(400)).await;
        fail(&plans);
        fail(&plans);
    });

    let interruption = result.unwrap_err().interruption().unwrap();
    assert_eq!(interruption.reason(), Reason::CircuitOpen);
    assert_eq!(interruption.attempts(), 1);
    assert!(interruption.may_have_run());
    assert_eq!(interruption.retry_after(), Some(ms(29_400)));
    assert_eq!(plans.runs(), 3);
    // The retry was not made, so it costs nothing.
    assert!((plans.service.retry_tokens() - 100.0).abs() < 1e-9);
}

#[test]
fn services_are_independent() {
    // R087
    let world = World::new();
    let (claude, agent) = (world.plans("claude_api", layer(1)), world.plans("agent_http", layer(1)));

    fail(&claude);

    assert_eq!(claude.service.state(), CircuitState::Open);
    assert_eq!(agent.service.state(), CircuitState::Closed);
    assert_eq!(agent.count_blocking(Ok), Ok(1));
}

#[test]
fn reading_creates_nothing_and_changes_nothing() {
    // R097, R098, R099
    let world = World::new();
    assert!(world.registry.find("nobody").is_none());
    assert!(world.registry.services().is_empty());

    let plans = world.plans("plan_service", layer(1));
    fail(&plans);
    world.clock.advance(secs(30));
    for _ in 0..3 {
        // Reported, not performed: the clock put back, it is open again.
        assert_eq!(plans.service.state(), CircuitState::HalfOpen);
        let _ = (
            plans.service.statistics(),
            plans.service.operations(),
            plans.service.retry_tokens(),
        );
    }
    world.clock.set(ms(29_999));
    assert_eq!(plans.service.state(), CircuitState::Open);
}

#[test]
fn new_settings_apply_in_place_and_keep_what_has_happened() {
    // R041, R051
    let world = World::new();
    let plans = world.plans("plan_service", layer(5));
    (0..3).for_each(|_| fail(&plans));

    world.registry.configure("plan_service", layer(4)).unwrap();
    assert_eq!(plans.service.state(), CircuitState::Closed);
    assert_eq!(plans.service.statistics().failed, 3);
    fail(&plans);

    assert_eq!(plans.service.state(), CircuitState::Open);
    assert_eq!(plans.service.statistics().failed, 4);
}

#[test]
fn a_body_may_ask_the_breaker_that_guards_it() {
    // R079, R080
    let plans = World::new().plans("plan_service", layer(1).retry(immediate(2)));

    let result = plans.fetch_blocking(|run| {
        assert_eq!(plans.service.state(), CircuitState::Closed);
        assert_eq!(plans.service.statistics().calls, 0);
        assert_eq!(
            format!("{:?}", plans.service),
            r#"Service { name: "plan_service", circuit: Closed, .. }"#
        );
        plans.service.registry().configure("plan_service", layer(7)).unwrap();
        Ok(run)
    });

    assert_eq!(result, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn slow_calls_overlap() {
    // R079
    let plans = Plans::new(resilience_core::Registry::new(), "plan_service", layer(1));
    let slow = || {
        plans.fetch(async |run| {
            sleep(secs(1)).await;
            Ok(run)
        })
    };
    let start = tokio::time::Instant::now();

    let results = tokio::join!(slow(), slow());

    assert_eq!(results, (Ok(1), Ok(2)));
    assert_eq!(start.elapsed(), secs(1));
}

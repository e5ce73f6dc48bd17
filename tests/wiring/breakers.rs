//! One breaker for each service, made and kept by the layer: threshold 5, recovery 60 s, cooldown 30 s, two probes.

use crate::system::{Backend, Wiring};
use futures::{FutureExt, poll};
use resilience_core::{CircuitState, Reason};
use resilience_tests::{Error, secs};
use serde_json::json;
use std::{
    cell::RefCell,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
};
use tokio::sync::oneshot;

const PLANS: &str = "plan_service";

fn state(wiring: &Wiring) -> CircuitState {
    wiring.registry.service(PLANS).state()
}

fn fail(wiring: &Wiring) -> Result<u32, Error> {
    wiring.once(PLANS, || Backend::default().fail())
}

fn succeed(wiring: &Wiring) -> Result<u32, Error> {
    wiring.once(PLANS, || Ok(1))
}

/// Its circuit has just opened.
fn opened() -> Wiring {
    let wiring = Wiring::new();
    open(&wiring);
    wiring
}

fn open(wiring: &Wiring) {
    while state(wiring) == CircuitState::Closed {
        assert_eq!(fail(wiring), Err(Error::Down(1)));
    }
}

fn is_refused(outcome: Result<u32, Error>) -> bool {
    let reasons = [Some(Reason::CircuitOpen), Some(Reason::ProbesBusy)];
    outcome.is_err_and(|error| reasons.contains(&error.reason()))
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_refuses_at_once_on_every_entry_and_leaves_other_services_alone() {
    // R054, R087, R088
    let wiring = opened();
    let backend = Backend::default();

    let outcomes = [
        wiring.execute(PLANS, || backend.fail()),
        wiring.execute_async(PLANS, || backend.fail_later()).await,
        wiring.once(PLANS, || backend.fail()),
        wiring.once_async(PLANS, || backend.fail_later()).await,
        wiring.apply(PLANS, || backend.fail()),
        wiring.apply_async(PLANS, || backend.fail_later()).await,
    ];

    for outcome in outcomes {
        let interruption = outcome.unwrap_err().interruption().unwrap();
        assert_eq!(
            (interruption.service(), interruption.reason()),
            (PLANS, Reason::CircuitOpen)
        );
        assert_eq!(interruption.retry_after(), Some(secs(60)));
    }
    assert_eq!((backend.runs(), wiring.clock.slept().len()), (0, 0));
    assert_eq!(wiring.execute("tool_service", || Ok(7)), Ok(7));
}

#[tokio::test(start_paused = true)]
async fn errors_of_every_type_open_the_circuit_and_so_do_panics() {
    // R069; what the callee itself gave up is no failure of it.
    for (error, opens) in [
        (Error::Down(1), true),
        (Error::Busy(None), true),
        (Error::Missing, true),
        (Error::Cancelled, false),
    ] {
        let wiring = Wiring::new();
        for _ in 0..5 {
            assert_eq!(
                wiring.once_async(PLANS, async || Err::<u32, _>(error)).await,
                Err(error)
            );
        }
        assert_eq!(state(&wiring) == CircuitState::Open, opens, "{error:?}");
    }
    let wiring = Wiring::new();
    for _ in 0..5 {
        let call = AssertUnwindSafe(|| wiring.once(PLANS, || -> Result<u32, Error> { panic!("a bug") }));
        assert!(catch_unwind(call).is_err());
    }
    assert_eq!(state(&wiring), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn half_open_admits_two_probes_at_a_time_and_closes_after_two_successes() {
    // R052, R059, R060, R062
    let wiring = opened();
    wiring.clock.advance(secs(60));
    let (first, first_answer) = oneshot::channel();
    let (second, second_answer) = oneshot::channel();
    let mut first_probe = pin!(wiring.once_async(PLANS, || first_answer.map(|answer| Ok(answer.unwrap()))));
    let mut second_probe = pin!(wiring.once_async(PLANS, || second_answer.map(|answer| Ok(answer.unwrap()))));

    assert!(poll!(&mut first_probe).is_pending());
    assert!(poll!(&mut second_probe).is_pending());
    assert!(is_refused(succeed(&wiring)));

    first.send(1).unwrap();
    assert_eq!((first_probe.await, state(&wiring)), (Ok(1), CircuitState::HalfOpen));
    second.send(2).unwrap();
    assert_eq!((second_probe.await, state(&wiring)), (Ok(2), CircuitState::Closed));
}

#[test]
fn the_number_of_probes_and_of_successes_can_be_said() {
    // R051, R060
    let wiring = Wiring::overridden(&json!({
        PLANS: { "circuit_breaker": { "half_open_max_calls": 1, "success_threshold": 3, "failure_threshold": 2 } },
    }));
    open(&wiring);
    wiring.clock.advance(secs(60));

    let inner = RefCell::new(None);
    let outer = wiring.once(PLANS, || {
        *inner.borrow_mut() = Some(succeed(&wiring));
        Ok(1)
    });

    assert_eq!(outer, Ok(1));
    assert!(is_refused(inner.take().unwrap()));
    assert_eq!((succeed(&wiring), state(&wiring)), (Ok(1), CircuitState::HalfOpen));
    assert_eq!((succeed(&wiring), state(&wiring)), (Ok(1), CircuitState::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_opens_the_circuit_anew_and_the_time_starts_again() {
    // R055, R056, R064
    for later in [false, true] {
        let wiring = opened();
        wiring.clock.advance(secs(59));
        assert!(is_refused(succeed(&wiring)));
        wiring.clock.advance(secs(1));

        let probe = if later {
            wiring
                .once_async(PLANS, || async { Err::<u32, _>(Error::Down(9)) })
                .await
        } else {
            wiring.once(PLANS, || Err(Error::Down(9)))
        };

        assert_eq!((probe, state(&wiring)), (Err(Error::Down(9)), CircuitState::Open));
        wiring.clock.advance(secs(59));
        assert!(is_refused(succeed(&wiring)));
        wiring.clock.advance(secs(1));
        assert_eq!(succeed(&wiring), Ok(1));
    }
}

#[test]
fn two_half_open_periods_are_at_least_the_cooldown_apart() {
    // R051, R065
    for (cooldown, probe_after) in [("0s", 5), ("30s", 30), ("2m", 120)] {
        let wiring = Wiring::overridden(&json!({
            PLANS: { "circuit_breaker": { "recovery_timeout": "5s", "cooldown": cooldown } },
        }));
        open(&wiring);
        wiring.clock.advance(secs(5));
        assert_eq!(fail(&wiring), Err(Error::Down(1)), "the first period needs no gap");

        wiring.clock.advance(secs(probe_after - 1));
        assert!(is_refused(succeed(&wiring)), "{cooldown}");
        wiring.clock.advance(secs(1));
        assert_eq!(succeed(&wiring), Ok(1), "{cooldown}");
    }
}

#[test]
fn the_failures_before_half_open_are_forgotten_with_it() {
    // R057, R058
    let wiring = opened();
    wiring.clock.advance(secs(60));
    assert_eq!((succeed(&wiring), succeed(&wiring)), (Ok(1), Ok(1)));

    for failures in 1..=4 {
        assert_eq!(fail(&wiring), Err(Error::Down(1)));
        let breaker = wiring.registry.service(PLANS).snapshot();
        assert_eq!((breaker.state, breaker.failures), (CircuitState::Closed, failures));
    }
    assert_eq!(
        (fail(&wiring), state(&wiring)),
        (Err(Error::Down(1)), CircuitState::Open)
    );
}

#[tokio::test(start_paused = true)]
async fn a_late_success_of_a_call_from_before_changes_nothing() {
    // R066, R067
    let wiring = Wiring::new();
    let (answer, answered) = oneshot::channel();
    let mut early = pin!(wiring.once_async(PLANS, || answered.map(|answer| Ok::<u32, Error>(answer.unwrap()))));
    assert!(poll!(&mut early).is_pending());
    open(&wiring);

    answer.send(7).unwrap();

    assert_eq!((early.await, state(&wiring)), (Ok(7), CircuitState::Open));
    assert!(is_refused(succeed(&wiring)));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_given_up_gives_its_place_back() {
    // R073, R074
    let wiring = opened();
    wiring.clock.advance(secs(60));
    for _ in 0..5 {
        let probe = wiring.once_async(PLANS, pending::<Result<u32, Error>>);
        assert!(probe.now_or_never().is_none());
    }

    assert_eq!((succeed(&wiring), succeed(&wiring)), (Ok(1), Ok(1)));
    assert_eq!(state(&wiring), CircuitState::Closed);
}

#[test]
fn a_reset_forgets_the_opening_and_the_half_open_period() {
    // R084, R085
    let wiring = Wiring::overridden(&json!({
        PLANS: { "circuit_breaker": { "recovery_timeout": "5s", "cooldown": "10m" } },
    }));
    open(&wiring);
    wiring.clock.advance(secs(5));
    assert_eq!(fail(&wiring), Err(Error::Down(1)));

    wiring.registry.service(PLANS).reset_breaker();

    assert_eq!((state(&wiring), succeed(&wiring)), (CircuitState::Closed, Ok(1)));
    // Neither the old opening nor the old half-open period counts.
    open(&wiring);
    wiring.clock.advance(secs(5));
    assert_eq!((succeed(&wiring), succeed(&wiring)), (Ok(1), Ok(1)));
    assert_eq!(state(&wiring), CircuitState::Closed);
}

#[test]
fn the_breaker_may_be_asked_from_within_the_call() {
    // R079
    let wiring = Wiring::new();

    let seen = wiring.once(PLANS, || {
        wiring.registry.service(PLANS).reset_breaker();
        Ok(state(&wiring))
    });

    assert_eq!(seen.ok(), Some(CircuitState::Closed));
}

#[test]
fn a_circuit_that_opens_during_a_call_ends_it_with_the_last_error_of_the_work() {
    // R044, R045
    let wiring = Wiring::overridden(&json!({ PLANS: { "circuit_breaker": { "failure_threshold": 2 } } }));
    let backend = Backend::default();

    assert_eq!(wiring.execute(PLANS, || backend.fail()), Err(Error::Down(2)));
    assert!(is_refused(wiring.execute(PLANS, || backend.fail())));

    assert_eq!(backend.runs(), 2);
}

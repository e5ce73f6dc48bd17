//! Operators and settings against calls that end.

use super::*;
use crate::policy::Window;

fn strict() -> BreakerOptions {
    BreakerPolicy::builder()
        .failure_threshold(1)
        .half_open_max_calls(1)
        .success_threshold(1)
}

fn with_window() -> BreakerOptions {
    strict()
        .failure_threshold(5)
        .failure_rate(1.0)
        .window(Window::Calls(2))
        .minimum_calls(2)
}

#[test]
fn a_reset_beside_a_failure_leaves_a_closed_circuit() {
    for layer in [strict(), with_window().failure_threshold(1)] {
        let policy = policy(layer);
        let seen = outcomes(move || {
            let breaker = closed(&policy);
            let permit = breaker.admit(at(0), &policy).0.unwrap();
            let resets = spawn(&breaker, move |breaker| breaker.reset(at(0), &policy));
            let fails = spawn(&breaker, move |breaker| {
                breaker.failure(permit, at(0), &policy).is_some()
            });
            assert_eq!(resets.join().unwrap(), Some(Transition::Reset));
            let opened = fails.join().unwrap();
            let statistics = breaker.snapshot(at(0), None, &policy).statistics;
            assert_eq!(breaker.state(at(0)), CircuitState::Closed);
            assert_eq!(statistics.changes, if opened { 2 } else { 0 });
            assert_eq!(counted(&breaker, at(0), &policy), [0, 0, u64::from(!opened)]);
            assert_eq!(is_recorded(&breaker), policy.has_window());
            opened
        });
        assert_eq!(seen, BTreeSet::from([false, true]));
    }
}

#[test]
fn a_reset_beside_the_success_of_a_probe_closes_once() {
    let policy = policy(strict());
    let seen = outcomes(move || {
        let (breaker, probe, _) = probing(&policy);
        let resets = spawn(&breaker, move |breaker| breaker.reset(at(30), &policy));
        let closes = spawn(&breaker, move |breaker| {
            breaker.success(probe, at(30), &policy).is_some()
        });
        assert_eq!(resets.join().unwrap(), Some(Transition::Reset));
        let closed = closes.join().unwrap();
        let statistics = breaker.snapshot(at(30), None, &policy).statistics;
        assert!(breaker.word().is_healthy());
        assert_eq!((statistics.changes, statistics.late), (3, u64::from(!closed)));
        closed
    });
    assert_eq!(seen, BTreeSet::from([false, true]));
}

#[test]
fn a_breaker_held_open_beside_a_failure_is_held_open() {
    let policy = policy(strict());
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permit = breaker.admit(at(0), &policy).0.unwrap();
        let mode = BreakerMode::ForcedOpen;
        let holds = spawn(&breaker, move |breaker| breaker.set_mode(mode, at(0), &policy));
        let fails = spawn(&breaker, move |breaker| {
            breaker.failure(permit, at(0), &policy).is_some()
        });
        assert_eq!(holds.join().unwrap(), Some(Transition::Held(mode)));
        let opened = fails.join().unwrap();
        assert_eq!(breaker.mode(), mode);
        // Open is open, whoever says so first.
        let changes = breaker.snapshot(at(0), None, &policy).statistics.latest_changes;
        let causes: Vec<_> = changes.iter().map(|change| change.cause).collect();
        let first = if opened {
            CircuitCause::Failures
        } else {
            CircuitCause::Manual
        };
        assert_eq!(causes, [first]);
        opened
    });
    assert_eq!(seen, BTreeSet::from([false, true]));
}

#[test]
fn a_breaker_given_back_beside_a_late_failure_is_closed() {
    let policy = policy(strict());
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permit = breaker.admit(at(0), &policy).0.unwrap();
        breaker.set_mode(BreakerMode::ForcedOpen, at(0), &policy);
        let gives = spawn(&breaker, move |breaker| {
            breaker.set_mode(BreakerMode::Automatic, at(0), &policy).is_some()
        });
        let asks = spawn(&breaker, move |breaker| breaker.admit(at(0), &policy).0.is_ok());
        let fails = spawn(&breaker, move |breaker| {
            breaker.failure(permit, at(0), &policy).is_some()
        });
        assert_eq!((gives.join().unwrap(), fails.join().unwrap()), (true, false));
        assert!(breaker.word().is_healthy());
        asks.join().unwrap()
    });
    assert_eq!(seen, BTreeSet::from([false, true]));
}

#[test]
fn a_window_adopted_beside_a_failure_is_asked_for() {
    let (old, new) = (policy(strict().failure_threshold(5)), policy(with_window()));
    let seen = outcomes(move || {
        let breaker = closed(&old);
        let permit = breaker.admit(at(0), &old).0.unwrap();
        let adopts = spawn(&breaker, move |breaker| breaker.adopt(&new));
        let fails = spawn(&breaker, move |breaker| breaker.failure(permit, at(0), &old));
        adopts.join().unwrap();
        assert_eq!(fails.join().unwrap(), None);
        let snapshot = breaker.snapshot(at(0), None, &new);
        assert_eq!(snapshot.failures, 1);
        assert!(is_recorded(&breaker), "the window is not full of successes");
        snapshot.calls_in_window
    });
    assert_eq!(seen, BTreeSet::from([0]), "a window counts from its adoption on");
}

#[test]
fn a_window_given_up_beside_a_failure_is_asked_for_no_more() {
    let (old, new) = (policy(with_window()), policy(strict().failure_threshold(5)));
    let seen = outcomes(move || {
        let breaker = closed(&old);
        let permit = breaker.admit(at(0), &old).0.unwrap();
        let adopts = spawn(&breaker, move |breaker| breaker.adopt(&new));
        let fails = spawn(&breaker, move |breaker| breaker.failure(permit, at(0), &old));
        adopts.join().unwrap();
        assert_eq!(fails.join().unwrap(), None);
        assert_eq!(breaker.snapshot(at(0), None, &new).failures, 1);
        assert!(!is_recorded(&breaker));
    });
    assert_eq!(seen.len(), 1);
}

#[test]
fn a_window_adopted_beside_a_closing_probe_is_asked_for() {
    let (old, new) = (policy(strict()), policy(with_window()));
    let seen = outcomes(move || {
        let (breaker, probe, _) = probing(&old);
        let adopts = spawn(&breaker, move |breaker| {
            let before = breaker.state(at(30));
            breaker.adopt(&new);
            before as u8
        });
        let closes = spawn(&breaker, move |breaker| breaker.success(probe, at(30), &old));
        let before = adopts.join().unwrap();
        assert_eq!(closes.join().unwrap(), Some(Transition::Closed));
        assert!(is_recorded(&breaker), "the window is not full of successes");
        before
    });
    assert_eq!(
        seen,
        BTreeSet::from([CircuitState::Closed as u8, CircuitState::HalfOpen as u8])
    );
}

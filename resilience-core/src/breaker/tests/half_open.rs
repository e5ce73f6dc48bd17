//! Recovery: open, half-open, probes.

use super::*;
use crate::breaker::probes::Probes;

#[test]
fn rejects_until_the_recovery_time_is_over_and_probes_at_that_instant() {
    // R054, R055, R056
    let policy = standard();
    let breaker = open(&policy);

    assert_eq!(refused(&breaker, at(0), &policy), Duration::from_secs(10));
    assert_eq!(refused(&breaker, Tick(9_999), &policy), Duration::from_millis(1));
    let (admission, transition) = breaker.admit(at(10), &policy);
    assert!(admission.is_ok());
    assert_eq!(transition, Some(Transition::HalfOpened));
}

#[test]
fn half_open_admits_no_more_probes_than_allowed_and_closes_after_enough_successes() {
    // R059, R062, R078
    let policy = standard();
    let breaker = open(&policy);

    let first = granted(&breaker, at(10), &policy);
    assert_eq!(refused(&breaker, at(10), &policy), Duration::ZERO);
    assert_eq!(breaker.success(first, at(0), &policy), None);
    assert_eq!(breaker.state(at(10)), CircuitState::HalfOpen);
    let second = granted(&breaker, at(10), &policy);
    assert_eq!(breaker.success(second, at(0), &policy), Some(Transition::Closed));

    assert!(breaker.word().is_healthy());
}

#[test]
fn a_failed_probe_reopens_and_the_recovery_time_starts_anew() {
    // R064
    let policy = standard();
    let breaker = open(&policy);
    let probe = granted(&breaker, at(12), &policy);

    let transition = breaker.failure(probe, at(15), &policy);

    assert_eq!(
        transition,
        Some(Transition::Reopened {
            recovery: Duration::from_secs(10)
        })
    );
    assert_eq!(refused(&breaker, at(24), &policy), Duration::from_secs(1));
    granted(&breaker, at(25), &policy);
}

#[test]
fn the_cooldown_keeps_half_open_periods_apart() {
    // R065
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .recovery_timeout(Duration::from_secs(10))
            .cooldown(Duration::from_secs(25)),
    );
    let breaker = open(&policy);
    let probe = granted(&breaker, at(10), &policy);

    breaker.failure(probe, at(11), &policy);

    assert_eq!(refused(&breaker, at(34), &policy), Duration::from_secs(1));
    granted(&breaker, at(35), &policy);
}

#[test]
fn the_cooldown_holds_though_the_circuit_was_closed_in_between() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .success_threshold(1)
            .recovery_timeout(Duration::from_secs(10))
            .cooldown(Duration::from_secs(25)),
    );
    let breaker = open(&policy);
    let probe = granted(&breaker, at(10), &policy);
    assert_eq!(breaker.success(probe, at(0), &policy), Some(Transition::Closed));

    let permit = granted(&breaker, at(11), &policy);
    breaker.failure(permit, at(11), &policy);

    assert_eq!(refused(&breaker, at(34), &policy), Duration::from_secs(1));
    granted(&breaker, at(35), &policy);
}

#[test]
fn the_open_time_grows_with_each_failed_probe_and_is_forgotten_on_closing() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .success_threshold(1)
            .recovery_timeout(Duration::from_secs(10))
            .recovery_factor(2.0)
            .max_recovery_timeout(Duration::from_secs(30)),
    );
    let breaker = open(&policy);
    let mut now = 10;
    for expected in [20, 30, 30] {
        let probe = granted(&breaker, at(now), &policy);
        breaker.failure(probe, at(now), &policy);
        assert_eq!(refused(&breaker, at(now), &policy), Duration::from_secs(expected));
        now += expected;
    }
    let probe = granted(&breaker, at(now), &policy);
    breaker.success(probe, at(0), &policy);
    let permit = granted(&breaker, at(now), &policy);
    breaker.failure(permit, at(now), &policy);

    assert_eq!(refused(&breaker, at(now), &policy), Duration::from_secs(10));
}

#[test]
fn a_probe_without_evidence_gives_its_place_back() {
    // R072, R073
    let policy = standard();
    let breaker = open(&policy);
    for _ in 0..20 {
        let probe = granted(&breaker, at(10), &policy);
        breaker.release(probe, at(0), &policy);
    }
    granted(&breaker, at(10), &policy);
}

#[test]
fn a_probe_that_hangs_gives_its_place_to_another_and_counts_no_more() {
    // R074
    let policy = standard();
    let breaker = open(&policy);
    let hung = granted(&breaker, at(10), &policy);
    assert_eq!(refused(&breaker, Tick(69_999), &policy), Duration::ZERO);

    let other = granted(&breaker, at(70), &policy);
    assert_eq!(breaker.failure(hung, at(70), &policy), None);

    assert_eq!(breaker.success(other, at(0), &policy), None);
    assert_eq!(breaker.state(at(70)), CircuitState::HalfOpen);
}

#[test]
fn a_claim_in_the_name_of_an_old_generation_takes_no_place_of_the_present_one() {
    let (policy, probes) = (standard(), Probes::default());
    let held = probes.claim(7, at(40), &policy).unwrap();

    assert_eq!(probes.claim(5, at(30), &policy), None);
    // The other way round the old one's place is free; generations wrap.
    assert!(probes.release(held));
    let old = probes.claim((1 << Word::GENERATION_BITS) - 1, at(40), &policy).unwrap();
    assert!(probes.claim(1, at(40), &policy).is_some());
    assert!(!probes.release(old));
}

#[test]
fn reading_the_state_changes_nothing() {
    // R098
    let policy = standard();
    let breaker = open(&policy);
    let before = breaker.word();

    assert_eq!(breaker.state(at(10)), CircuitState::HalfOpen);

    assert_eq!(breaker.word(), before);
}

//! `ramp`: after closing, the share of admitted calls grows. ◆ Breaker 14.

use super::*;

/// Closed by a probe at second 30, with a ramp of so many milliseconds.
fn closed_with(millis: u64) -> (Breaker, BreakerPolicy) {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .success_threshold(1)
            .ramp(Duration::from_millis(millis)),
    );
    let breaker = open(&policy);
    assert_eq!(run(&breaker, &policy, at(30), &[true]), Some(Transition::Closed));
    (breaker, policy)
}

fn admitted(breaker: &Breaker, millis: u64, draw: f64, policy: &BreakerPolicy) -> bool {
    let (admission, transition) = breaker.admit_by(Tick(30_000 + millis), || draw, policy);
    assert_eq!(transition, None);
    admission.is_ok()
}

#[test]
fn the_share_grows_from_a_tenth_to_all() {
    let (breaker, policy) = closed_with(10_000);
    // When, the highest draw that is admitted, and the lowest that is not.
    for (millis, inside, outside) in [
        (0, 0.099, 0.1),
        (999, 0.099, 0.1),
        (2_500, 0.249, 0.25),
        (5_000, 0.499, 0.5),
        (9_999, 0.999, 0.9999),
    ] {
        assert!(admitted(&breaker, millis, inside, &policy), "{millis}");
        assert!(!admitted(&breaker, millis, outside, &policy), "{millis}");
    }
    assert!(admitted(&breaker, 10_000, 0.999_999, &policy));
    assert!(breaker.word().is_healthy(), "and from then on nothing is asked");
}

#[test]
fn whoever_is_turned_away_may_soon_come_again_but_not_at_the_end_with_all_others() {
    let (breaker, policy) = closed_with(10_000);
    for (millis, wait) in [(0, 1_000), (8_999, 1_000), (9_400, 600), (9_999, 1)] {
        let (admission, _) = breaker.admit_by(Tick(30_000 + millis), || 0.999_999, &policy);
        assert_eq!(
            admission.unwrap_err().wait(),
            Some(Duration::from_millis(wait)),
            "{millis}"
        );
    }
    assert_eq!(breaker.snapshot(at(30), None, &policy).statistics.rejected, 4);
    assert_eq!(breaker.state(at(30)), CircuitState::Closed);
}

#[test]
fn without_a_ramp_chance_is_not_asked() {
    let (breaker, policy) = closed_with(0);

    assert!(breaker.word().is_healthy());
    let (admission, _) = breaker.admit_by(at(30), || unreachable!("all are admitted"), &policy);
    assert!(admission.is_ok());
}

#[test]
fn chance_is_asked_once_by_each_call() {
    let (breaker, policy) = closed_with(10_000);
    let drawn = std::cell::Cell::new(0);
    let draw = || {
        drawn.set(drawn.get() + 1);
        0.0
    };

    for _ in 0..5 {
        assert!(breaker.admit_by(at(31), draw, &policy).0.is_ok());
    }

    assert_eq!(drawn.get(), 5);
}

#[test]
fn outcomes_count_while_the_share_grows() {
    let (breaker, policy) = closed_with(10_000);

    assert_eq!(run(&breaker, &policy, at(31), &[true, true]), None);
    assert!(!breaker.word().is_healthy(), "a success does not end it");
    assert_eq!(
        cause(run(&breaker, &policy, at(31), &[false])),
        Some((CircuitCause::Failures, 1))
    );
    assert_eq!(refused(&breaker, at(31), &policy), Duration::from_secs(30));
}

#[test]
fn a_success_takes_no_lock_while_the_share_grows() {
    let (breaker, policy) = closed_with(10_000);
    let permit = granted(&breaker, at(31), &policy);

    assert!(breaker.success_in_passing(permit, || unreachable!("nothing depends on the time")));
}

#[test]
fn what_an_operator_closes_is_closed_for_all() {
    let (breaker, policy) = closed_with(10_000);
    breaker.reset(at(30), &policy);
    assert!(breaker.word().is_healthy());

    let (breaker, policy) = closed_with(10_000);
    breaker.set_mode(BreakerMode::ForcedOpen, at(30), &policy);
    breaker.set_mode(BreakerMode::Automatic, at(30), &policy);
    assert!(breaker.word().is_healthy());
}

#[test]
fn a_policy_without_a_ramp_ends_it_and_one_with_another_does_not() {
    let (breaker, policy) = closed_with(10_000);

    breaker.adopt(&super::policy(BreakerPolicy::builder().ramp(Duration::from_secs(60))));
    assert!(!admitted(&breaker, 0, 0.5, &policy));
    breaker.adopt(&super::policy(BreakerPolicy::builder()));
    assert!(breaker.word().is_healthy());
}

#[test]
fn a_clock_that_is_put_back_does_not_keep_the_share_small() {
    // R102
    let (breaker, policy) = closed_with(10_000);
    let (admission, _) = breaker.admit_by(Tick(20_000), || 0.999, &policy);
    assert!(admission.is_err(), "a little behind");

    let (admission, _) = breaker.admit_by(Tick(19_999), || 0.999, &policy);
    assert!(admission.is_ok(), "put back by more than the ramp");
}

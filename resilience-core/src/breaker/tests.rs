use super::{probes::Probes, word::Closed, *};
use crate::policy::BreakerLayer;

fn policy(layer: BreakerLayer) -> BreakerPolicy {
    layer.build().unwrap()
}

fn standard() -> BreakerPolicy {
    policy(
        BreakerPolicy::builder()
            .failure_threshold(2)
            .recovery_timeout(Duration::from_secs(10))
            .half_open_max_calls(1)
            .success_threshold(2)
            .probe_timeout(Duration::from_secs(60)),
    )
}

const fn at(seconds: u64) -> Tick {
    Tick(seconds * 1_000)
}

fn granted(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> Permit {
    breaker.admit(now, policy).0.expect("admitted")
}

fn refused(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> Duration {
    breaker.admit(now, policy).0.expect_err("refused").wait.unwrap()
}

/// A breaker that was opened at second 0.
fn open(policy: &BreakerPolicy) -> Breaker {
    let breaker = Breaker::new(policy);
    for _ in 0..policy.failure_threshold() {
        let permit = granted(&breaker, at(0), policy);
        breaker.failure(permit, at(0), policy);
    }
    assert_eq!(breaker.state(at(0)), CircuitState::Open);
    breaker
}

#[test]
fn a_success_on_a_healthy_breaker_stores_nothing() {
    let breaker = Breaker::new(&standard());
    let word = breaker.word();
    assert!(word.is_healthy());

    assert_eq!(breaker.success(Permit::of_healthy(word), at(0), &standard()), None);

    assert_eq!(breaker.word(), Word(0));
}

#[test]
fn opens_at_the_threshold_and_says_so_once() {
    // R053, R083
    let policy = standard();
    let breaker = Breaker::new(&policy);
    let permits = [0; 3].map(|_| granted(&breaker, at(0), &policy));

    assert_eq!(breaker.failure(permits[0], at(0), &policy), None);
    assert_eq!(breaker.state(at(0)), CircuitState::Closed);
    assert_eq!(
        breaker.failure(permits[1], at(0), &policy),
        Some(Transition::Opened {
            cause: CircuitCause::Failures,
            failures: 2,
            recovery: Duration::from_secs(10)
        })
    );
    assert_eq!(breaker.failure(permits[2], at(0), &policy), None);
}

#[test]
fn a_success_that_began_after_failures_clears_them() {
    // R075
    let policy = policy(BreakerPolicy::builder().failure_threshold(3));
    let breaker = Breaker::new(&policy);
    for outcome in [false, false, true, false, false] {
        let permit = granted(&breaker, at(0), &policy);
        if outcome {
            breaker.success(permit, at(0), &policy);
        } else {
            breaker.failure(permit, at(0), &policy);
        }
    }
    assert_eq!(breaker.state(at(0)), CircuitState::Closed);
}

#[test]
fn a_success_between_failures_clears_them_though_it_began_before_the_first() {
    // R075: in the order in which they end, no two failures are consecutive.
    let policy = standard();
    let breaker = Breaker::new(&policy);
    let running = [0; 6].map(|_| granted(&breaker, at(0), &policy));

    for (index, permit) in running.into_iter().enumerate() {
        if index % 2 == 0 {
            breaker.failure(permit, at(0), &policy);
        } else {
            breaker.success(permit, at(0), &policy);
        }
    }

    assert!(breaker.word().is_healthy());
}

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
fn reading_the_state_changes_nothing() {
    // R098
    let policy = standard();
    let breaker = open(&policy);
    let before = breaker.word();

    assert_eq!(breaker.state(at(10)), CircuitState::HalfOpen);

    assert_eq!(breaker.word(), before);
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
fn a_day_of_recovery_holds_for_a_thread_whose_clock_is_a_little_behind() {
    let day = Duration::from_secs(24 * 60 * 60);
    let policy = policy(BreakerPolicy::builder().failure_threshold(1).recovery_timeout(day));
    let breaker = Breaker::new(&policy);
    let permit = granted(&breaker, at(100), &policy);
    breaker.failure(permit, at(100), &policy);

    assert_eq!(refused(&breaker, Tick(99_999), &policy), day + Duration::from_millis(1));
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
fn results_of_an_earlier_generation_change_nothing() {
    // R066, R067, R068
    let policy = standard();
    let breaker = Breaker::new(&policy);
    let late = [0; 4].map(|_| granted(&breaker, at(0), &policy));
    for permit in &late[..2] {
        breaker.failure(*permit, at(0), &policy);
    }

    // While open.
    breaker.success(late[2], at(0), &policy);
    breaker.failure(late[3], at(5), &policy);
    assert_eq!(refused(&breaker, at(9), &policy), Duration::from_secs(1));

    // While half-open.
    let probe = granted(&breaker, at(10), &policy);
    breaker.success(late[2], at(0), &policy);
    breaker.success(late[2], at(0), &policy);
    breaker.failure(late[3], at(10), &policy);
    assert_eq!(breaker.state(at(10)), CircuitState::HalfOpen);

    // After recovery.
    breaker.success(probe, at(0), &policy);
    let probe = granted(&breaker, at(10), &policy);
    breaker.success(probe, at(0), &policy);
    for _ in 0..200 {
        breaker.failure(late[3], at(10), &policy);
    }
    assert!(breaker.word().is_healthy());
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
fn an_open_circuit_is_found_over_after_any_idle_time() {
    let policy = standard();
    for years in [1_u64, 2, 30, 100] {
        let breaker = open(&policy);
        granted(&breaker, at(years * 366 * 24 * 60 * 60), &policy);
    }
}

#[test]
fn a_clock_put_back_by_days_does_not_keep_the_circuit_open() {
    // R102
    let policy = standard();
    let breaker = Breaker::new(&policy);
    let days = at(30 * 24 * 60 * 60);
    for _ in 0..2 {
        let permit = granted(&breaker, days, &policy);
        breaker.failure(permit, days, &policy);
    }
    granted(&breaker, at(0), &policy);
}

#[test]
fn the_generation_wraps_without_touching_the_state() {
    let mut word = Word(0);
    for _ in 0..(1 << 22) {
        word = word.turned(State::Closed(Closed::default()));
        assert!(word.is_healthy());
    }
    assert_eq!(word, Word(0));
}

#[test]
fn failures_are_counted_without_end() {
    let policy = policy(BreakerPolicy::builder().failure_threshold(1_000_000));
    let breaker = Breaker::new(&policy);
    for _ in 1..1_000_000 {
        let permit = granted(&breaker, at(0), &policy);
        assert_eq!(breaker.failure(permit, at(0), &policy), None);
    }
    let permit = granted(&breaker, at(0), &policy);
    assert!(matches!(
        breaker.failure(permit, at(0), &policy),
        Some(Transition::Opened {
            failures: 1_000_000,
            ..
        })
    ));
}

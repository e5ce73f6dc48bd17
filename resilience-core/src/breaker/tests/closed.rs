//! A closed breaker that counts failures.

use super::*;
use crate::breaker::word::Closed;

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

#[test]
fn failures_that_no_threshold_can_reach_stop_at_the_highest_number() {
    let mut closed = Closed::default();
    for (failures, kept) in [
        ((1 << 20) - 1, (1 << 20) - 1),
        (1 << 20, (1 << 20) - 1),
        (u32::MAX, (1 << 20) - 1),
    ] {
        closed.failures = failures;
        let word = Word(0).with(State::Closed(closed));
        assert_eq!(
            word.state(),
            State::Closed(Closed {
                failures: kept,
                ..closed
            })
        );
        assert_eq!(word.generation(), 0);
    }
}

#[test]
fn a_success_that_no_rule_asks_for_the_time_of_reads_no_clock() {
    let table = [
        BreakerPolicy::builder(),
        BreakerPolicy::builder().on_abandon(crate::policy::OnAbandon::FailAfter(Duration::from_secs(1))),
    ];
    for policy in table.map(policy) {
        let breaker = Breaker::new(&policy);
        let permit = granted(&breaker, at(0), &policy);

        assert!(breaker.success_in_passing(permit, || unreachable!("nothing depends on the time")));
        breaker.failure(permit, at(0), &policy);
        assert_eq!(breaker.end(permit, Ending::Success, || at(0), &policy), None);
        assert!(breaker.success_in_passing(permit, || unreachable!("nothing depends on the time")));
    }
}

#[test]
fn attempts_on_a_window_of_time_do_not_ask_for_the_time_at_which_they_begin() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_rate(1.0)
            .window(crate::policy::Window::Time(Duration::from_secs(60))),
    );
    let breaker = Breaker::new(&policy);

    let permit = breaker.admit_in_passing(|| unreachable!("nothing depends on it"));

    breaker.success(permit.unwrap(), at(1), &policy);
    assert_eq!(window(&breaker, at(1), &policy), [1, 0, 0]);
}

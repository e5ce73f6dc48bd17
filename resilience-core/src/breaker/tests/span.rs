//! `failure_span`: how long failures in a row must last before they open the circuit. ◆ Breaker 2a.

use super::*;
use std::cell::Cell;

fn spanning(failures: u32, millis: u64) -> BreakerPolicy {
    policy(
        BreakerPolicy::builder()
            .failure_threshold(failures)
            .failure_span(Duration::from_millis(millis)),
    )
}

/// The first of so many failures, at these ticks, that opens the circuit.
fn opens_at(policy: &BreakerPolicy, failures: impl IntoIterator<Item = u64>) -> Option<u64> {
    let breaker = Breaker::new(policy);
    failures
        .into_iter()
        .find(|tick| run(&breaker, policy, Tick(*tick), &[false]).is_some())
}

#[test]
fn opens_at_the_first_failure_that_makes_the_threshold_and_the_span() {
    let table: [(_, Vec<u64>, _); 7] = [
        // From the second failure on.
        (spanning(3, 500), vec![0, 100, 599, 600], Some(600)),
        (spanning(3, 500), vec![0, 100, 600], Some(600)),
        (spanning(3, 500), (0..=600).collect(), Some(501)),
        // The span is over before the threshold is reached.
        (spanning(4, 500), vec![0, 10, 5_000, 5_001], Some(5_001)),
        // Two failures have no length yet.
        (spanning(2, 1), vec![0, 10_000, 10_000, 10_001], Some(10_001)),
        // Part of a tick is rounded up.
        (
            policy(
                BreakerPolicy::builder()
                    .failure_threshold(2)
                    .failure_span(Duration::from_micros(1_500)),
            ),
            vec![0, 0, 1, 2],
            Some(2),
        ),
        // Without a span the threshold is all there is.
        (spanning(3, 0), vec![0, 0, 0], Some(0)),
    ];
    for (policy, failures, expected) in table {
        assert_eq!(opens_at(&policy, failures.iter().copied()), expected, "{failures:?}");
    }
}

#[test]
fn opening_counts_every_failure_of_the_run() {
    let policy = spanning(3, 500);
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, Tick(0), &[false; 10]);

    assert_eq!(
        cause(run(&breaker, &policy, Tick(500), &[false])),
        Some((CircuitCause::Failures, 11))
    );
}

#[test]
fn a_threshold_of_one_ignores_the_span() {
    assert_eq!(opens_at(&spanning(1, 500), [7]), Some(7));
}

#[test]
fn a_success_ends_the_run_and_what_follows_is_another_one() {
    let policy = spanning(2, 500);
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, Tick(0), &[false, false]);
    run(&breaker, &policy, Tick(499), &[true]);

    assert_eq!(run(&breaker, &policy, Tick(500), &[false, false]), None);
    assert_eq!(run(&breaker, &policy, Tick(999), &[false]), None);
    assert!(run(&breaker, &policy, Tick(1_000), &[false]).is_some());
}

#[test]
fn a_circuit_that_was_open_begins_a_run_of_its_own() {
    let policy = spanning(2, 500);
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, Tick(0), &[false, false]);
    assert!(run(&breaker, &policy, Tick(500), &[false]).is_some());
    assert_eq!(run(&breaker, &policy, Tick(30_500), &[true]), None);
    assert_eq!(run(&breaker, &policy, Tick(30_500), &[true]), Some(Transition::Closed));

    assert_eq!(run(&breaker, &policy, Tick(31_000), &[false; 5]), None);
}

#[test]
fn a_single_failure_reads_no_clock_and_neither_does_the_plain_rule() {
    let reads = Cell::new(0);
    let read = || {
        reads.set(reads.get() + 1);
        at(0)
    };
    // Failures, and how often they read the clock in all: a run at its second, and once more at each that makes the threshold.
    for (policy, expected) in [
        (spanning(4, 500), [0, 1, 1, 2, 3]),
        (spanning(9, 500), [0, 1, 1, 1, 1]),
        (spanning(9, 0), [0, 0, 0, 0, 0]),
    ] {
        let breaker = Breaker::new(&policy);
        reads.set(0);
        let seen = [0; 5].map(|_: u32| {
            let permit = granted(&breaker, at(0), &policy);
            assert_eq!(breaker.end(permit, Ending::Failure, read, &policy), None);
            reads.get()
        });
        assert_eq!(seen, expected);
    }
}

#[test]
fn a_clock_that_is_put_back_makes_a_run_begin_then() {
    // R102
    let policy = spanning(3, 500);
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, at(24 * 60 * 60), &[false, false]);

    assert_eq!(run(&breaker, &policy, Tick(0), &[false]), None);
    assert_eq!(run(&breaker, &policy, Tick(499), &[false]), None);
    assert!(run(&breaker, &policy, Tick(500), &[false]).is_some());
}

#[test]
fn a_run_is_timed_over_any_number_of_ticks() {
    // The second failure at each of the numbers at which a field that holds ticks may wrap.
    for wrap in [0, 1 << 17, 1 << 20, 1 << 32, 1 << 34, 1 << 35, 1 << 44] {
        let policy = spanning(3, 500);
        assert_eq!(
            opens_at(&policy, [wrap, wrap, wrap + (1 << 17) + 499]),
            Some(wrap + (1 << 17) + 499)
        );
        assert_eq!(opens_at(&policy, [wrap, wrap, wrap + 499]), None);
    }
}

#[test]
fn a_span_that_is_adopted_counts_from_the_next_failure() {
    let (old, new) = (spanning(9, 0), spanning(3, 500));
    let breaker = Breaker::new(&old);
    run(&breaker, &old, Tick(0), &[false; 5]);

    breaker.adopt(&new);

    assert_eq!(run(&breaker, &new, Tick(10_000), &[false]), None);
    assert_eq!(run(&breaker, &new, Tick(10_499), &[false]), None);
    assert!(run(&breaker, &new, Tick(10_500), &[false]).is_some());
}

#[test]
fn a_span_that_is_given_up_lets_the_next_failure_open() {
    let (old, new) = (spanning(3, 500), spanning(3, 0));
    let breaker = Breaker::new(&old);
    run(&breaker, &old, Tick(0), &[false; 5]);

    breaker.adopt(&new);

    assert!(run(&breaker, &new, Tick(0), &[false]).is_some());
}

#[test]
fn a_rate_opens_whatever_the_span() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(3)
            .failure_span(Duration::from_secs(60))
            .failure_rate(0.5)
            .minimum_calls(8),
    );
    let breaker = Breaker::new(&policy);

    assert_eq!(run(&breaker, &policy, at(0), &[false; 7]), None);
    assert_eq!(
        cause(run(&breaker, &policy, at(0), &[false])),
        Some((CircuitCause::FailureRate, 8))
    );
}

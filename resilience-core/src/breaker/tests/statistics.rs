//! What is counted, and what is kept of changes.

use super::*;
use crate::policy::Window;

fn statistics(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> BreakerStatistics {
    breaker.snapshot(now, Some(at(0)), policy).statistics
}

/// Opens at once, and closes after one success ten seconds later.
fn quick() -> BreakerPolicy {
    policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .recovery_timeout(Duration::from_secs(10))
            .half_open_max_calls(1)
            .success_threshold(1),
    )
}

#[test]
fn a_breaker_that_has_done_nothing_has_nothing_to_tell() {
    // R048
    let breaker = Breaker::new(&quick());
    let snapshot = breaker.snapshot(at(7), Some(at(3)), &quick());

    assert_eq!(
        (snapshot.state, snapshot.mode),
        (CircuitState::Closed, BreakerMode::Automatic)
    );
    assert_eq!((snapshot.retry_after, snapshot.failures), (None, 0));
    let expected = BreakerStatistics {
        closed_for: Duration::from_secs(4),
        ..BreakerStatistics::default()
    };
    assert_eq!(snapshot.statistics, expected);
}

#[test]
fn every_call_that_is_not_judged_is_counted_once_for_what_it_is() {
    let policy = quick();
    let breaker = Breaker::new(&policy);
    let [late, forgotten, ignored, dropped] = [(); 4].map(|()| granted(&breaker, at(0), &policy));
    breaker.end(ignored, Ending::Ignored, || at(0), &policy);
    breaker.release(dropped, at(0), &policy);
    run(&breaker, &policy, at(0), &[false]);
    for _ in 0..3 {
        refused(&breaker, at(1), &policy);
    }
    breaker.success(late, at(1), &policy);
    breaker.end(forgotten, Ending::Ignored, || at(1), &policy);
    let probe = granted(&breaker, at(10), &policy);
    refused(&breaker, at(10), &policy);
    breaker.end(probe, Ending::Ignored, || at(10), &policy);
    let probe = granted(&breaker, at(10), &policy);
    breaker.release(probe, at(10), &policy);

    let counted = statistics(&breaker, at(10), &policy);

    let counts = (counted.rejected, counted.ignored, counted.late, counted.abandoned);
    assert_eq!(counts, (4, 2, 2, 2));
}

#[test]
fn each_change_is_kept_with_its_time_and_cause() {
    // R100
    use CircuitCause::{Failures, Manual, ProbeFailed, ProbesSucceeded, RecoveryOver};
    use CircuitState::{Closed, HalfOpen, Open};
    let policy = quick();
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, at(1), &[false]);
    run(&breaker, &policy, at(12), &[false]);
    run(&breaker, &policy, at(23), &[true]);
    breaker.set_mode(BreakerMode::ForcedOpen, at(30), &policy);
    breaker.set_mode(BreakerMode::ForcedOpen, at(31), &policy);
    breaker.set_mode(BreakerMode::Automatic, at(32), &policy);
    // Closed to closed: nothing to keep.
    breaker.set_mode(BreakerMode::ForcedClosed, at(33), &policy);
    breaker.set_mode(BreakerMode::Automatic, at(34), &policy);
    breaker.reset(at(35), &policy);

    let kept = statistics(&breaker, at(40), &policy);

    let changes: Vec<_> = kept
        .latest_changes
        .iter()
        .map(|change| (change.at.as_secs(), change.from, change.to, change.cause))
        .collect();
    assert_eq!(
        changes,
        [
            (1, Closed, Open, Failures),
            (12, Open, HalfOpen, RecoveryOver),
            (12, HalfOpen, Open, ProbeFailed),
            (23, Open, HalfOpen, RecoveryOver),
            (23, HalfOpen, Closed, ProbesSucceeded),
            (30, Closed, Open, Manual),
            (32, Open, Closed, Manual),
        ]
    );
    assert_eq!(kept.changes, 7);
    let times = [kept.closed_for, kept.open_for, kept.half_open_for].map(|time| time.as_secs());
    assert_eq!(times, [1 + 7 + 8, 11 + 11 + 2, 0]);
}

#[test]
fn the_latest_changes_are_kept_and_all_are_counted() {
    let policy = quick();
    let breaker = Breaker::new(&policy);
    for round in 0..1_000 {
        run(&breaker, &policy, at(20 * round), &[false]);
        run(&breaker, &policy, at(20 * round + 15), &[true]);
    }

    let kept = statistics(&breaker, at(20_000), &policy);

    assert_eq!(kept.changes, 3_000);
    assert_eq!(kept.latest_changes.len(), BreakerStatistics::CHANGES_KEPT);
    assert_eq!(BreakerStatistics::CHANGES_KEPT, 32);
    let (first, last) = (kept.latest_changes[0], kept.latest_changes[31]);
    assert_eq!(
        (first.at, first.to),
        (Duration::from_secs(19_795), CircuitState::HalfOpen)
    );
    assert_eq!((last.at, last.to), (Duration::from_secs(19_995), CircuitState::Closed));
    assert_eq!((kept.closed_for.as_secs(), kept.open_for.as_secs()), (5_000, 15_000));
}

#[test]
fn the_time_in_each_state_is_exact_and_adds_up() {
    let policy = quick();
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, Tick(1_001), &[false]);
    let probe = granted(&breaker, Tick(11_003), &policy);
    breaker.success(probe, Tick(11_010), &policy);

    let spent = statistics(&breaker, Tick(11_110), &policy);

    let times = [spent.closed_for, spent.open_for, spent.half_open_for].map(|time| time.as_millis());
    assert_eq!(times, [1_001 + 100, 10_002, 7]);
    // A breaker that does not know when it was made begins with its first change.
    let unborn = breaker.snapshot(Tick(11_110), None, &policy).statistics;
    assert_eq!(unborn.closed_for, Duration::from_millis(100));
}

#[test]
fn windows_that_start_anew_are_told_apart() {
    for kept in [Window::Calls(10), Window::Time(Duration::from_secs(10))] {
        let policy = policy(
            BreakerPolicy::builder()
                .failure_threshold(0)
                .failure_rate(1.0)
                .window(kept)
                .minimum_calls(2),
        );
        let breaker = Breaker::new(&policy);
        let passes = || breaker.success_in_passing(granted(&breaker, at(0), &policy), || at(0));
        for _ in 0..3 {
            run(&breaker, &policy, at(0), &[false, true, true]);
            assert!(passes(), "{kept:?}");
            assert_eq!(window(&breaker, at(0), &policy), [4, 1, 0]);

            breaker.reset(at(0), &policy);

            assert_eq!(window(&breaker, at(0), &policy), [0; 3], "{kept:?}");
        }
    }
}

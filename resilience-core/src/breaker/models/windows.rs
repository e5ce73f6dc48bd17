//! What is judged with a window, under the lock.

use super::*;
use crate::policy::Window;

fn rate(rate: f64, window: Window) -> BreakerOptions {
    BreakerPolicy::builder()
        .failure_threshold(0)
        .failure_rate(rate)
        .window(window)
        .minimum_calls(1)
        .success_threshold(1)
        .half_open_max_calls(1)
}

/// Ends a call as calls do: a success may have nothing to do.
fn succeed(breaker: &Breaker, permit: Permit, now: Tick, policy: &BreakerPolicy) -> bool {
    let is_short = breaker.is_still(permit) || breaker.success_in_passing(permit, || now);
    if !is_short {
        assert_eq!(breaker.success(permit, now, policy), None);
    }
    is_short
}

#[test]
fn two_failures_open_a_window_of_calls_once() {
    let policy = policy(rate(0.5, Window::Calls(4)).minimum_calls(4));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permits = [0; 4].map(|_| breaker.admit(at(0), &policy).0.unwrap());
        for permit in &permits[..2] {
            breaker.success(*permit, at(0), &policy);
        }
        let threads = [2, 3].map(|n| {
            let permit = permits[n];
            spawn(&breaker, move |breaker| {
                breaker.failure(permit, at(0), &policy).is_some()
            })
        });
        let opened = threads.map(|thread| thread.join().unwrap());
        assert_eq!(breaker.state(at(0)), CircuitState::Open);
        assert_eq!(breaker.snapshot(at(0), None, &policy).statistics.changes, 1);
        opened
    });
    assert_eq!(seen, BTreeSet::from([[true, false], [false, true]]));
}

#[test]
fn three_failures_against_two_allowed_leave_one_late() {
    let policy = policy(rate(1.0, Window::Calls(2)).minimum_calls(2));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permits = [0; 3].map(|_| breaker.admit(at(0), &policy).0.unwrap());
        let threads = permits.map(|permit| {
            spawn(&breaker, move |breaker| {
                breaker.failure(permit, at(0), &policy).is_some()
            })
        });
        let opened = threads.map(|thread| thread.join().unwrap());
        assert_eq!(opened.iter().filter(|opened| **opened).count(), 1);
        assert_eq!(counted(&breaker, at(0), &policy), [2, 2, 1]);
        opened
    });
    assert_eq!(seen.len(), 3);
}

#[test]
fn no_outcome_of_a_window_is_lost() {
    let policy = policy(rate(1.0, Window::Calls(3)).minimum_calls(3));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permits = [0; 2].map(|_| breaker.admit(at(0), &policy).0.unwrap());
        let fails = spawn(&breaker, move |breaker| breaker.failure(permits[0], at(0), &policy));
        let succeeds = spawn(&breaker, move |breaker| succeed(breaker, permits[1], at(0), &policy));
        assert_eq!((fails.join().unwrap(), succeeds.join().unwrap()), (None, false));
        assert_eq!(counted(&breaker, at(0), &policy), [2, 1, 0]);
        assert!(is_recorded(&breaker));
    });
    assert_eq!(seen.len(), 1);
}

#[test]
fn the_word_says_whether_the_window_is_clean() {
    // A window of one call, with a failure in it: whichever call is the last is all that counts.
    let policy = policy(rate(0.0, Window::Calls(1)).slow_call_rate(1.0).minimum_calls(1));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permits = [0; 3].map(|_| breaker.admit(at(0), &policy).0.unwrap());
        breaker.failure(permits[2], at(0), &policy);
        let fails = spawn(&breaker, move |breaker| breaker.failure(permits[0], at(0), &policy));
        let succeeds = spawn(&breaker, move |breaker| succeed(breaker, permits[1], at(0), &policy));
        assert_eq!((fails.join().unwrap(), succeeds.join().unwrap()), (None, false));
        let [calls, failed, late] = counted(&breaker, at(0), &policy);
        assert_eq!((calls, late, failed == 1), (1, 0, is_recorded(&breaker)));
        failed
    });
    assert_eq!(seen, BTreeSet::from([0, 1]));
}

#[test]
fn a_success_beside_a_failure_on_a_healthy_window_is_in_it_or_was_before() {
    let policy = policy(rate(1.0, Window::Calls(2)).minimum_calls(2));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let fill = [0; 2].map(|_| breaker.admit(at(0), &policy).0.unwrap());
        for permit in fill {
            breaker.success(permit, at(0), &policy);
        }
        let healthy = Permit::of_healthy(breaker.word());
        assert!(breaker.word().is_healthy());
        let fails = spawn(&breaker, move |breaker| breaker.failure(healthy, at(0), &policy));
        let succeeds = spawn(&breaker, move |breaker| succeed(breaker, healthy, at(0), &policy));
        assert_eq!(fails.join().unwrap(), None);
        succeeds.join().unwrap();
        assert_eq!(counted(&breaker, at(0), &policy), [2, 1, 0]);
        assert!(is_recorded(&breaker));
        // The next one drives the failure out of the window if the first came after it.
        succeed(&breaker, healthy, at(0), &policy);
        let [calls, failed, late] = counted(&breaker, at(0), &policy);
        assert_eq!((calls, late, failed == 1), (2, 0, is_recorded(&breaker)));
        failed
    });
    assert_eq!(seen, BTreeSet::from([0, 1]));
}

#[test]
fn a_success_right_after_closing_is_in_the_new_window_of_time() {
    let policy = policy(rate(1.0, Window::Time(Duration::from_secs(60))));
    let seen = outcomes(move || {
        let (breaker, probe, _) = probing(&policy);
        let closes = spawn(&breaker, move |breaker| breaker.success(probe, at(30), &policy));
        let next = spawn(&breaker, move |breaker| {
            let word = breaker.word();
            word.has_no_failures().then(|| {
                succeed(
                    breaker,
                    Permit::closed(word.generation(), Some(at(30))),
                    at(30),
                    &policy,
                )
            })
        });
        assert_eq!(closes.join().unwrap(), Some(Transition::Closed));
        let next = next.join().unwrap();
        assert_eq!(counted(&breaker, at(30), &policy), [u64::from(next.is_some()), 0, 0]);
        next
    });
    assert_eq!(seen, BTreeSet::from([None, Some(true)]));
}

#[test]
fn a_success_beside_a_reset_is_counted_once_or_forgotten() {
    let policy = policy(rate(1.0, Window::Time(Duration::from_secs(60))));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permit = breaker.admit(at(30), &policy).0.unwrap();
        let resets = spawn(&breaker, move |breaker| breaker.reset(at(30), &policy));
        let succeeds = spawn(&breaker, move |breaker| succeed(breaker, permit, at(30), &policy));
        assert_eq!(resets.join().unwrap(), Some(Transition::Reset));
        (succeeds.join().unwrap(), counted(&breaker, at(30), &policy))
    });
    // Before, after, and in between: see `Passing::period`.
    let expected = [(true, [0, 0, 0]), (false, [0, 0, 1]), (true, [1, 0, 0])];
    assert_eq!(seen, BTreeSet::from(expected));
}

#[test]
fn a_success_that_is_only_counted_is_in_the_window_of_its_generation() {
    let policy = policy(rate(1.0, Window::Calls(2)).minimum_calls(2));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permits = [0; 5].map(|_| breaker.admit(at(0), &policy).0.unwrap());
        breaker.success(permits[0], at(0), &policy);
        breaker.success(permits[1], at(0), &policy);
        breaker.failure(permits[2], at(0), &policy);
        let succeeds = spawn(&breaker, move |breaker| succeed(breaker, permits[3], at(0), &policy));
        let fails = spawn(&breaker, move |breaker| {
            let opened = breaker.failure(permits[4], at(0), &policy).is_some();
            if opened {
                let probe = breaker.admit(at(30), &policy).0.unwrap();
                assert_eq!(breaker.success(probe, at(30), &policy), Some(Transition::Closed));
            }
            opened
        });
        let (is_short, opened) = (succeeds.join().unwrap(), fails.join().unwrap());
        let [calls, failed, late] = counted(&breaker, at(30), &policy);
        // With it in the window the failure is the only one; or else it is of another generation.
        let expected = if opened { [0, 0] } else { [2, 1] };
        assert_eq!([calls, failed], expected);
        assert_eq!(late, u64::from(opened && !is_short));
        (is_short, opened)
    });
    let necessary = BTreeSet::from([(true, false), (true, true), (false, true)]);
    assert!(seen.is_superset(&necessary), "{seen:?}");
}

#[test]
fn a_success_that_makes_the_minimum_is_judged() {
    let policy = policy(rate(0.5, Window::Calls(4)).minimum_calls(3));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let permits = [0; 3].map(|_| breaker.admit(at(0), &policy).0.unwrap());
        breaker.failure(permits[0], at(0), &policy);
        let fails = spawn(&breaker, move |breaker| {
            breaker.failure(permits[1], at(0), &policy).is_some()
        });
        let succeeds = spawn(&breaker, move |breaker| {
            let is_short = breaker.success_in_passing(permits[2], || at(0));
            (is_short, breaker.success(permits[2], at(0), &policy).is_some())
        });
        let (failed, (is_short, succeeded)) = (fails.join().unwrap(), succeeds.join().unwrap());
        assert!(!is_short);
        assert_eq!(breaker.state(at(0)), CircuitState::Open);
        (failed, succeeded)
    });
    assert_eq!(seen, BTreeSet::from([(true, false), (false, true)]));
}

#[test]
fn a_late_failure_is_in_no_window() {
    let policy = policy(rate(1.0, Window::Calls(1)));
    let seen = outcomes(move || {
        let (breaker, late) = opened(&policy);
        let stale = spawn(&breaker, move |breaker| breaker.failure(late, at(30), &policy));
        let probe = spawn(&breaker, move |breaker| {
            let (permit, turned) = breaker.admit(at(30), &policy);
            (turned, breaker.success(permit.unwrap(), at(30), &policy))
        });
        assert_eq!(stale.join().unwrap(), None);
        let turned = probe.join().unwrap();
        assert_eq!(turned, (Some(Transition::HalfOpened), Some(Transition::Closed)));
        assert_eq!(counted(&breaker, at(30), &policy), [0, 0, 1]);
        assert!(is_recorded(&breaker));
    });
    assert_eq!(seen.len(), 1);
}

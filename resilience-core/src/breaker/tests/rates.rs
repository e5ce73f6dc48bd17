//! Rates over windows, at their very edges.

use super::*;
use crate::{
    breaker::window::{Rates, Tally},
    policy::Window,
};

fn rate(rate: f64, window: Window) -> BreakerOptions {
    BreakerPolicy::builder()
        .failure_threshold(0)
        .failure_rate(rate)
        .window(window)
}

#[test]
fn opens_at_the_rate_and_not_below_it() {
    // R053. Seven of a hundred are 0.07, though no float is.
    for (share, failures, calls) in [
        (0.07, 7, 100),
        (0.29, 29, 100),
        (0.57, 57, 100),
        (0.5, 1, 2),
        (1.0, 3, 3),
    ] {
        let policy = policy(rate(share, Window::Calls(calls)).minimum_calls(calls));
        let opened = |failures: u32| {
            let breaker = Breaker::new(&policy);
            // The failures first: each success makes the share smaller, and none is judged before the window is full.
            let outcomes: Vec<bool> = (0..calls).map(|call| call >= failures).collect();
            cause(run(&breaker, &policy, at(0), &outcomes))
        };
        assert_eq!(
            opened(failures),
            Some((CircuitCause::FailureRate, failures.into())),
            "{share}"
        );
        assert_eq!(opened(failures - 1), None, "{share}");
    }
}

#[test]
fn a_share_of_calls_opens_at_itself_and_not_at_one_call_less() {
    // R053
    for calls in 1..=1_000_u32 {
        for part in 1..=calls {
            let share = f64::from(part) / f64::from(calls);
            let rates = Rates::of(&policy(rate(share, Window::Calls(calls)).slow_call_rate(share)));
            let met = |failed: u32, slow: u32| {
                rates.met(Tally {
                    calls: calls.into(),
                    failed: failed.into(),
                    slow: slow.into(),
                })
            };

            assert_eq!(met(part, 0), Some(CircuitCause::FailureRate), "{part} of {calls}");
            assert_eq!(met(0, part), Some(CircuitCause::SlowCallRate), "{part} of {calls}");
            assert_eq!(met(part - 1, part - 1), None, "{part} of {calls}");
        }
    }
}

#[test]
fn a_breaker_opens_at_every_share_of_a_small_window() {
    // R053
    const SLOW: Duration = Duration::from_secs(1);
    for calls in 1..=40_u32 {
        for part in 1..=calls {
            let share = f64::from(part) / f64::from(calls);
            let window = rate(0.0, Window::Calls(calls)).minimum_calls(calls);
            for (rule, cause_of_rule) in [
                (window.failure_rate(share), CircuitCause::FailureRate),
                (
                    window.slow_call_rate(share).slow_call_duration(SLOW),
                    CircuitCause::SlowCallRate,
                ),
            ] {
                let policy = policy(rule);
                let opened = |bad: u32| {
                    let (breaker, mut now) = (Breaker::new(&policy), at(0));
                    let calls = (0..calls).map(|call| call < bad);
                    let turns = calls.filter_map(|is_bad| {
                        let millis = if is_bad { 1_000 } else { 0 };
                        lasting(&breaker, &policy, &mut now, millis, !is_bad)
                    });
                    cause(turns.last())
                };

                assert_eq!(opened(part), Some((cause_of_rule, part.into())), "{part} of {calls}");
                assert_eq!(opened(part - 1), None, "{part} of {calls}");
            }
        }
    }
}

#[test]
fn two_failures_of_three_calls_are_two_thirds() {
    let policy = policy(rate(2.0 / 3.0, Window::Calls(3)).minimum_calls(3));

    let transition = run(&Breaker::new(&policy), &policy, at(0), &[false, true, false]);

    assert_eq!(cause(transition), Some((CircuitCause::FailureRate, 2)));
}

#[test]
fn a_success_can_be_the_call_that_makes_the_minimum() {
    for kept in [Window::Calls(50), Window::Time(Duration::from_secs(10))] {
        let policy = policy(rate(0.5, kept).minimum_calls(4));
        let breaker = Breaker::new(&policy);
        assert_eq!(run(&breaker, &policy, at(0), &[false, true, false]), None);

        let transition = run(&breaker, &policy, at(0), &[true]);

        assert_eq!(cause(transition), Some((CircuitCause::FailureRate, 2)), "{kept:?}");
    }
}

#[test]
fn a_window_of_fewer_calls_than_the_minimum_is_judged_once_it_is_full() {
    let policy = policy(rate(1.0, Window::Calls(3)).minimum_calls(20));
    let breaker = Breaker::new(&policy);

    assert_eq!(run(&breaker, &policy, at(0), &[false, false]), None);
    assert_eq!(
        cause(run(&breaker, &policy, at(0), &[false])),
        Some((CircuitCause::FailureRate, 3))
    );
}

#[test]
fn a_window_of_calls_slides() {
    // Rows of the ring are 32 calls long: sizes on both sides of that.
    for size in [1, 2, 31, 32, 33, 64, 65, 100] {
        let policy = policy(rate(1.0, Window::Calls(size)).failure_rate(1.0).minimum_calls(size));
        let breaker = Breaker::new(&policy);
        for _ in 0..3 {
            run(&breaker, &policy, at(0), &vec![true; 100_000 / 3]);
            assert_eq!(window(&breaker, at(0), &policy), [size.into(), 0, 0]);
            assert!(breaker.word().is_healthy(), "full of successes");
            for failed in 1..size {
                assert_eq!(run(&breaker, &policy, at(0), &[false]), None);
                assert_eq!(window(&breaker, at(0), &policy), [size.into(), failed.into(), 0]);
            }
        }
        assert_eq!(
            cause(run(&breaker, &policy, at(0), &[false])),
            Some((CircuitCause::FailureRate, size.into()))
        );
    }
}

#[test]
fn a_window_of_time_holds_the_present_tenth_and_the_nine_before_it() {
    let policy = policy(rate(1.0, Window::Time(Duration::from_secs(10))).minimum_calls(1_000));
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, Tick(5_999), &[false, true]);
    run(&breaker, &policy, Tick(6_000), &[true, true]);

    for (now, held) in [
        (5_999, [4, 1, 0]),
        (14_999, [4, 1, 0]),
        (15_000, [2, 0, 0]),
        (16_000, [0, 0, 0]),
    ] {
        assert_eq!(window(&breaker, Tick(now), &policy), held, "{now}");
    }
    // The first success after the failure has left makes it healthy again.
    assert!(breaker.word().is_recorded());
    run(&breaker, &policy, Tick(15_000), &[true]);
    assert!(!breaker.word().is_recorded());
}

#[test]
fn a_window_of_time_counts_the_successes_that_took_the_short_way() {
    let policy = policy(rate(0.5, Window::Time(Duration::from_secs(10))).minimum_calls(1));
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, at(0), &[true]);
    for second in 0..5 {
        let permit = granted(&breaker, at(second), &policy);
        assert!(breaker.success_in_passing(permit, || at(second)));
    }

    assert_eq!(run(&breaker, &policy, at(5), &[false; 5]), None);
    assert_eq!(window(&breaker, at(5), &policy), [11, 5, 0]);
    assert_eq!(
        cause(run(&breaker, &policy, at(5), &[false])),
        Some((CircuitCause::FailureRate, 6))
    );
}

/// A success, as calls end: it may have nothing to do but count. Whether that is so.
fn succeed(breaker: &Breaker, policy: &BreakerPolicy, now: Tick) -> bool {
    let permit = granted(breaker, now, policy);
    let passes = breaker.success_in_passing(permit, || now);
    if !passes {
        breaker.success(permit, now, policy);
    }
    passes
}

#[test]
fn successes_after_a_failure_are_only_counted_and_the_last_that_fills_the_window_makes_it_healthy() {
    for size in [1, 2, 10, 33, 100, 1_000] {
        let policy = policy(rate(1.0, Window::Calls(size)).slow_call_rate(0.0).minimum_calls(2));
        let breaker = Breaker::new(&policy);
        run(&breaker, &policy, at(0), &vec![true; size as usize]);
        assert!(breaker.word().is_healthy());
        if size > 1 {
            run(&breaker, &policy, at(0), &[false]);
        }

        let passed = (1..size).filter(|_| succeed(&breaker, &policy, at(0))).count();

        let taken = size as usize - 1 - passed;
        assert!(taken <= size as usize / 256, "{taken} of {size} took the lock");
        assert_eq!(breaker.word().is_healthy(), size == 1);
        succeed(&breaker, &policy, at(0));
        assert!(breaker.word().is_healthy(), "{size}");
        assert_eq!(window(&breaker, at(0), &policy), [size.into(), 0, 0]);
    }
}

#[test]
fn a_success_finds_that_good_calls_have_left_the_window_of_time() {
    let policy = policy(rate(0.5, Window::Time(Duration::from_secs(10))).minimum_calls(2));
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, at(0), &[true; 3]);
    run(&breaker, &policy, at(5), &[false; 2]);
    assert!(succeed(&breaker, &policy, at(5)), "three of six would have to fail");
    assert_eq!(breaker.state(at(9)), CircuitState::Closed);
    assert_eq!(window(&breaker, at(9), &policy), [6, 2, 0]);

    // Three of the good ones are gone: two of four have failed, with this one.
    assert!(!succeed(&breaker, &policy, at(10)));

    assert_eq!(breaker.state(at(10)), CircuitState::Open);
}

#[test]
fn a_failure_that_comes_a_little_late_is_judged_with_the_successes_since() {
    // A thread reads the clock, and gets the lock only after others have counted in the next tenth.
    let policy = policy(rate(0.5, Window::Time(Duration::from_secs(10))).minimum_calls(10));
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, Tick(6_000), &[true]);
    let permits = [(); 20].map(|()| granted(&breaker, Tick(6_000), &policy));
    for permit in permits {
        assert!(breaker.success_in_passing(permit, || Tick(6_000)));
    }
    assert_eq!(run(&breaker, &policy, Tick(6_000), &[false; 9]), None);

    assert_eq!(run(&breaker, &policy, Tick(5_999), &[false]), None, "10 of 31");

    assert_eq!(window(&breaker, Tick(5_999), &policy), [31, 10, 0]);
}

#[test]
fn a_failure_in_a_tenth_that_nobody_has_counted_in_is_judged_with_those_that_others_have() {
    // The same thread, but nothing had failed: the window has been told of no success, and the tenth before is forgotten.
    let policy = policy(rate(1.0, Window::Time(Duration::from_secs(10))).minimum_calls(1));
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, at(0), &[true]);
    for now in [at(1), at(11)] {
        assert!(succeed(&breaker, &policy, now));
    }

    assert_eq!(run(&breaker, &policy, Tick(10_999), &[false]), None, "one of two");

    assert_eq!(window(&breaker, at(11), &policy), [2, 1, 0]);
}

#[test]
fn failures_are_judged_with_the_successes_between_them() {
    for kept in [Window::Calls(100), Window::Time(Duration::from_secs(10))] {
        let policy = policy(rate(0.5, kept).minimum_calls(5));
        let breaker = Breaker::new(&policy);
        run(&breaker, &policy, at(0), &[true, true, true, false, false]);
        for _ in 0..10 {
            assert!(succeed(&breaker, &policy, at(0)), "{kept:?}");
        }

        assert_eq!(run(&breaker, &policy, at(0), &[false; 10]), None, "12 of 25: {kept:?}");

        assert_eq!(
            cause(run(&breaker, &policy, at(0), &[false])),
            Some((CircuitCause::FailureRate, 13)),
            "{kept:?}"
        );
    }
}

#[test]
fn a_window_that_grows_has_not_kept_what_successes_drove_out() {
    let sized = |size| policy(rate(1.0, Window::Calls(size)).minimum_calls(2));
    let breaker = Breaker::new(&sized(4));
    run(&breaker, &sized(4), at(0), &[true, false, true, true]);
    // Nobody has looked at them since.
    assert!(succeed(&breaker, &sized(4), at(0)));
    breaker.adopt(&sized(10));

    assert_eq!(window(&breaker, at(0), &sized(10)), [4, 1, 0]);
}

#[test]
fn a_window_resized_keeps_the_latest_outcomes() {
    let sized = |size| policy(rate(1.0, Window::Calls(size)).minimum_calls(1_000_000));
    for (old, new, ok, failed) in [
        (10, 4, 1, 3),
        (10, 10, 7, 3),
        (10, 40, 7, 3),
        (40, 3, 0, 3),
        (64, 33, 30, 3),
    ] {
        let breaker = Breaker::new(&sized(old));
        // Twenty failures that have left or are about to, seven or more successes, three failures.
        run(&breaker, &sized(old), at(0), &[vec![true; 70], vec![false; 3]].concat());
        assert_eq!(window(&breaker, at(0), &sized(old)), [old.into(), 3, 0]);

        breaker.adopt(&sized(new));

        assert_eq!(
            window(&breaker, at(0), &sized(new)),
            [ok + failed, failed, 0],
            "{old} to {new}"
        );
        run(&breaker, &sized(new), at(0), &vec![true; new as usize]);
        assert_eq!(window(&breaker, at(0), &sized(new)), [new.into(), 0, 0]);
        assert!(breaker.word().is_healthy());
    }
}

#[test]
fn a_window_that_grows_has_room_again_and_is_recorded() {
    let sized = |size| policy(rate(0.5, Window::Calls(size)).minimum_calls(20));
    let breaker = Breaker::new(&sized(2));
    run(&breaker, &sized(2), at(0), &[true, true]);
    assert!(breaker.word().is_healthy());

    breaker.adopt(&sized(20));

    assert!(!breaker.word().is_healthy());
    assert_eq!(
        cause(run(&breaker, &sized(20), at(0), &[false; 18])),
        Some((CircuitCause::FailureRate, 18))
    );
}

#[test]
fn a_window_starts_anew_when_the_circuit_closes_when_it_is_reset_and_when_it_is_another() {
    let calls = policy(rate(1.0, Window::Calls(10)).minimum_calls(3).success_threshold(1));
    let time = policy(
        rate(1.0, Window::Time(Duration::from_secs(60)))
            .minimum_calls(3)
            .success_threshold(1),
    );
    for (policy, other) in [(&calls, &time), (&time, &calls)] {
        let breaker = Breaker::new(policy);
        run(&breaker, policy, at(0), &[false, false]);
        breaker.reset(at(0), policy);
        assert_eq!(window(&breaker, at(0), policy), [0, 0, 0]);

        assert!(run(&breaker, policy, at(0), &[false; 3]).is_some());
        let probe = granted(&breaker, at(30), policy);
        assert_eq!(breaker.success(probe, at(30), policy), Some(Transition::Closed));
        assert_eq!(window(&breaker, at(30), policy), [0, 0, 0]);

        run(&breaker, policy, at(30), &[false, false]);
        breaker.adopt(other);
        assert_eq!(window(&breaker, at(30), other), [0, 0, 0]);
        assert_eq!(run(&breaker, other, at(30), &[false]), None);
    }
}

#[test]
fn a_call_is_slow_from_the_duration_on_whether_it_fails_or_not() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(0)
            .slow_call_rate(1.0)
            .slow_call_duration(Duration::from_millis(500))
            .window(Window::Calls(10))
            .minimum_calls(10),
    );
    let (breaker, mut now) = (Breaker::new(&policy), at(0));

    for (millis, ok, slow) in [(499, true, 0), (500, true, 1), (499, false, 1), (501, false, 2)] {
        lasting(&breaker, &policy, &mut now, millis, ok);
        assert_eq!(window(&breaker, now, &policy)[2], slow, "{millis} ms");
    }
    for _ in 0..10 {
        assert_eq!(cause(lasting(&breaker, &policy, &mut now, 10, true)), None);
    }
    // Ten more, and all are slow.
    for _ in 0..9 {
        assert_eq!(lasting(&breaker, &policy, &mut now, 500, true), None);
    }
    assert_eq!(
        cause(lasting(&breaker, &policy, &mut now, 500, true)),
        Some((CircuitCause::SlowCallRate, 10))
    );
}

#[test]
fn a_slow_probe_says_that_it_is_not_over() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .slow_call_rate(0.5)
            .slow_call_duration(Duration::from_millis(500))
            .success_threshold(1),
    );
    for (millis, state) in [(499, CircuitState::Closed), (500, CircuitState::Open)] {
        let breaker = open(&policy);
        let mut now = at(30);
        lasting(&breaker, &policy, &mut now, millis, true);
        assert_eq!(breaker.state(now), state, "{millis} ms");
    }
}

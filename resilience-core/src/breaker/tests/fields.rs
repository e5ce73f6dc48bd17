//! Each field of the policy that the breaker itself reads, by what it changes. R051, R090.
//!
//! `per` and the `count_` fields are read by calls: their tests are among the behaviour tests.

use super::*;
use crate::policy::{FailureCount, OnAbandon, Window};

/// Opened at second 0 by one failure.
fn opened(layer: BreakerOptions) -> (Breaker, BreakerPolicy) {
    let policy = policy(layer.failure_threshold(1));
    (open(&policy), policy)
}

#[test]
fn enabled() {
    let off = policy(BreakerPolicy::builder().failure_threshold(1).enabled(false));
    let breaker = Breaker::new(&off);

    assert_eq!(run(&breaker, &off, at(0), &[false; 100]), None);
    assert_eq!(breaker.word(), Word(0));
}

#[test]
fn failure_threshold() {
    for threshold in [1, 2, 7] {
        let policy = policy(BreakerPolicy::builder().failure_threshold(threshold));
        let breaker = Breaker::new(&policy);
        assert_eq!(
            run(&breaker, &policy, at(0), &vec![false; threshold as usize - 1]),
            None
        );
        assert_eq!(
            cause(run(&breaker, &policy, at(0), &[false])),
            Some((CircuitCause::Failures, threshold.into()))
        );
    }
}

#[test]
fn failure_threshold_of_zero_counts_nothing() {
    for count in [FailureCount::Consecutive, FailureCount::Cumulative] {
        let policy = policy(
            BreakerPolicy::builder()
                .failure_threshold(0)
                .failure_count(count)
                .failure_rate(1.0)
                .window(Window::Calls(2)),
        );
        let breaker = Breaker::new(&policy);
        run(&breaker, &policy, at(0), &[true, false]);
        assert_eq!(breaker.snapshot(at(0), None, &policy).failures, 0);
        // The short way is open again once the failure has left the window.
        run(&breaker, &policy, at(0), &[true, true]);
        assert!(breaker.word().is_healthy(), "{count:?}");
    }
}

#[test]
fn failure_count() {
    // R075, R076
    let outcomes = [false, true, false];
    for (count, opens) in [(FailureCount::Consecutive, false), (FailureCount::Cumulative, true)] {
        let policy = policy(BreakerPolicy::builder().failure_threshold(2).failure_count(count));
        assert_eq!(
            run(&Breaker::new(&policy), &policy, at(0), &outcomes).is_some(),
            opens,
            "{count:?}"
        );
    }
}

#[test]
fn cumulative_failures_are_those_in_the_window() {
    // R076. Five failures in five days, among 5,000 successes.
    for window in [Window::Calls(100), Window::Time(Duration::from_secs(60 * 60))] {
        let policy = policy(
            BreakerPolicy::builder()
                .failure_threshold(5)
                .failure_count(FailureCount::Cumulative)
                .window(window),
        );
        let breaker = Breaker::new(&policy);
        for hour in 0..5 * 24 {
            let fails = hour % 24 == 0;
            let opened = run(&breaker, &policy, at(hour * 3_600), &[!fails]);
            assert_eq!(opened, None, "{window:?}");
            run(&breaker, &policy, at(hour * 3_600), &[true; 41]);
        }
        // And as many within the window, with successes between them.
        let now = at(5 * 24 * 3_600 + 3_600);
        let last = [true, false, true, false, true, false, true, false, true];
        assert_eq!(run(&breaker, &policy, now, &last), None, "{window:?}");
        assert_eq!(breaker.snapshot(now, None, &policy).failures, 4, "{window:?}");
        assert_eq!(
            cause(run(&breaker, &policy, now, &[false])),
            Some((CircuitCause::Failures, 5)),
            "{window:?}"
        );
    }
}

#[test]
fn failure_rate() {
    for (rate, opens) in [(0.5, true), (0.51, false), (0.0, false)] {
        let policy = policy(
            BreakerPolicy::builder()
                .failure_threshold(9)
                .failure_rate(rate)
                .minimum_calls(2),
        );
        let transition = run(&Breaker::new(&policy), &policy, at(0), &[true, false]);
        assert_eq!(cause(transition).is_some(), opens, "{rate}");
    }
}

#[test]
fn slow_call_rate() {
    for (rate, opens) in [(0.5, true), (0.51, false), (0.0, false)] {
        let policy = policy(
            BreakerPolicy::builder()
                .slow_call_rate(rate)
                .slow_call_duration(Duration::from_millis(1))
                .minimum_calls(2),
        );
        let (breaker, mut now) = (Breaker::new(&policy), at(0));
        lasting(&breaker, &policy, &mut now, 0, true);
        assert_eq!(lasting(&breaker, &policy, &mut now, 1, true).is_some(), opens, "{rate}");
    }
}

#[test]
fn slow_call_duration() {
    for (millis, opens) in [(100, true), (101, false)] {
        let policy = policy(
            BreakerPolicy::builder()
                .slow_call_rate(1.0)
                .slow_call_duration(Duration::from_millis(millis))
                .minimum_calls(1),
        );
        let (breaker, mut now) = (Breaker::new(&policy), at(0));
        assert_eq!(
            lasting(&breaker, &policy, &mut now, 100, true).is_some(),
            opens,
            "{millis}"
        );
    }
}

#[test]
fn window() {
    let seconds = |seconds| Window::Time(Duration::from_secs(seconds));
    for (kept, opens) in [
        (Window::Calls(4), true),
        (Window::Calls(3), false),
        (seconds(10), true),
        (seconds(3), false),
    ] {
        let policy = policy(
            BreakerPolicy::builder()
                .failure_threshold(0)
                .failure_rate(0.5)
                .window(kept)
                .minimum_calls(3),
        );
        let breaker = Breaker::new(&policy);
        // Two seconds apart: half of the four have failed, and a third of the latest three.
        let opened = (0..)
            .zip([false, true, true, false])
            .map(|(number, ok)| run(&breaker, &policy, at(2 * number), &[ok]).is_some());
        assert_eq!(opened.collect::<Vec<_>>(), [false, false, false, opens], "{kept:?}");
    }
}

#[test]
fn minimum_calls() {
    for (minimum, opens) in [(3, true), (4, false)] {
        let policy = policy(
            BreakerPolicy::builder()
                .failure_threshold(0)
                .failure_rate(0.1)
                .minimum_calls(minimum),
        );
        let transition = run(&Breaker::new(&policy), &policy, at(0), &[false; 3]);
        assert_eq!(transition.is_some(), opens, "{minimum}");
    }
}

#[test]
fn on_abandon() {
    for (rule, opens) in [
        (OnAbandon::Ignore, false),
        (OnAbandon::FailAfter(Duration::from_secs(10)), true),
        (OnAbandon::FailAfter(Duration::from_millis(10_001)), false),
    ] {
        let policy = policy(BreakerPolicy::builder().failure_threshold(1).on_abandon(rule));
        let breaker = Breaker::new(&policy);
        let permit = granted(&breaker, at(0), &policy);
        assert_eq!(breaker.release(permit, at(10), &policy).is_some(), opens, "{rule:?}");
        assert_eq!(breaker.snapshot(at(10), None, &policy).statistics.abandoned, 1);

        // A probe that is abandoned is judged by the same rule.
        let (breaker, _) = opened(BreakerPolicy::builder().on_abandon(rule));
        let probe = granted(&breaker, at(30), &policy);
        let transition = breaker.release(probe, at(40), &policy);
        assert_eq!(
            matches!(transition, Some(Transition::Reopened { .. })),
            opens,
            "{rule:?}"
        );
    }
}

#[test]
fn recovery_timeout() {
    for seconds in [1, 10, 24 * 60 * 60] {
        let (breaker, policy) = opened(BreakerPolicy::builder().recovery_timeout(Duration::from_secs(seconds)));
        assert_eq!(
            refused(&breaker, Tick(seconds * 1_000 - 1), &policy),
            Duration::from_millis(1)
        );
        granted(&breaker, at(seconds), &policy);
    }
}

#[test]
fn recovery_timeout_of_less_than_a_tick_more_is_rounded_up() {
    let (breaker, policy) = opened(BreakerPolicy::builder().recovery_timeout(Duration::from_nanos(1_000_001)));
    assert_eq!(refused(&breaker, Tick(1), &policy), Duration::from_millis(1));
    granted(&breaker, Tick(2), &policy);
}

#[test]
fn recovery_factor() {
    for (factor, second) in [(1.0, 10), (1.5, 15), (100.0, 1_000)] {
        let recovery = Duration::from_secs(10);
        let (breaker, policy) = opened(
            BreakerPolicy::builder()
                .recovery_timeout(recovery)
                .recovery_factor(factor),
        );
        let probe = granted(&breaker, at(10), &policy);
        assert_eq!(
            breaker.failure(probe, at(10), &policy),
            Some(Transition::Reopened {
                recovery: Duration::from_secs(second)
            })
        );
    }
}

#[test]
fn max_recovery_timeout() {
    let layer = BreakerPolicy::builder()
        .recovery_timeout(Duration::from_secs(10))
        .recovery_factor(100.0)
        .max_recovery_timeout(Duration::from_secs(12));
    let (breaker, policy) = opened(layer);
    let probe = granted(&breaker, at(10), &policy);
    breaker.failure(probe, at(10), &policy);
    assert_eq!(refused(&breaker, at(10), &policy), Duration::from_secs(12));
}

#[test]
fn reopenings_are_counted_up_to_a_number_that_no_cap_needs() {
    // 1.1^31 is nineteen-fold; from there on the open time stays what it is.
    let layer = BreakerPolicy::builder()
        .recovery_timeout(Duration::from_secs(10))
        .recovery_factor(1.1);
    let (breaker, policy) = opened(layer);
    let mut now = at(10);
    let mut last = Duration::ZERO;
    for reopening in 1..100_u32 {
        let probe = granted(&breaker, now, &policy);
        breaker.failure(probe, now, &policy);
        let wait = refused(&breaker, now, &policy);
        assert_eq!(wait > last, reopening <= Word::MAX_REOPENINGS, "{reopening}");
        (now, last) = (now.after(wait), wait);
    }
    assert_eq!(last.as_secs(), 191);
}

#[test]
fn cooldown() {
    for (cooldown, wait) in [(0, 10), (25, 24), (10, 10)] {
        let layer = BreakerPolicy::builder()
            .recovery_timeout(Duration::from_secs(10))
            .cooldown(Duration::from_secs(cooldown));
        let (breaker, policy) = opened(layer);
        let probe = granted(&breaker, at(10), &policy);
        breaker.failure(probe, at(11), &policy);
        assert_eq!(
            refused(&breaker, at(11), &policy),
            Duration::from_secs(wait),
            "{cooldown}"
        );
    }
}

#[test]
fn half_open_max_calls() {
    // R051, R060
    for places in [1, 2, 64] {
        let (breaker, policy) = opened(BreakerPolicy::builder().half_open_max_calls(places));
        for _ in 0..places {
            granted(&breaker, at(30), &policy);
        }
        assert_eq!(refused(&breaker, at(30), &policy), Duration::ZERO, "{places}");
    }
}

#[test]
fn success_threshold() {
    // R052, R062, R063
    for successes in [1_u8, 2, 255] {
        let (breaker, policy) = opened(BreakerPolicy::builder().success_threshold(successes));
        assert_eq!(
            run(&breaker, &policy, at(30), &vec![true; usize::from(successes) - 1]),
            None
        );
        assert_eq!(breaker.state(at(30)), CircuitState::HalfOpen);
        assert_eq!(run(&breaker, &policy, at(30), &[true]), Some(Transition::Closed));
    }
    assert_eq!(BreakerPolicy::DEFAULT.success_threshold(), 2);
}

#[test]
fn probe_timeout() {
    let (breaker, policy) = opened(
        BreakerPolicy::builder()
            .half_open_max_calls(1)
            .probe_timeout(Duration::from_millis(300)),
    );
    let _hung = granted(&breaker, at(30), &policy);
    assert_eq!(refused(&breaker, Tick(30_299), &policy), Duration::ZERO);
    granted(&breaker, Tick(30_300), &policy);
}

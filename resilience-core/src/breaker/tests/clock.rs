//! Times of every kind: long ones, wrapped ones, a clock put back.

use super::*;

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

const DAY: u64 = 24 * 60 * 60;

#[test]
fn a_lost_probe_gives_its_place_back_after_any_idle_time() {
    // R074
    let policy = standard();
    for days in [1, 98, 99, 100, 150, 197, 200, 300, 365, 3_650] {
        let breaker = open(&policy);
        let _lost = granted(&breaker, at(10), &policy);
        granted(&breaker, at(10 + days * DAY), &policy);
    }
}

#[test]
fn a_clock_put_back_by_days_keeps_no_lost_probe_in_its_place() {
    // R074, R102
    let policy = standard();
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, at(30 * DAY), &[false, false]);
    let _lost = granted(&breaker, at(30 * DAY + 10), &policy);

    granted(&breaker, at(28 * DAY), &policy);
}

#[test]
fn a_clock_a_little_behind_makes_no_call_slow_and_no_probe_hung() {
    // R102
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .half_open_max_calls(1)
            .slow_call_rate(0.01)
            .slow_call_duration(Duration::from_secs(1))
            .minimum_calls(1),
    );
    let breaker = Breaker::new(&policy);
    for back in [1, 60_000, 3_600_000] {
        let permit = granted(&breaker, at(DAY), &policy);
        assert_eq!(breaker.success(permit, Tick(DAY * 1_000 - back), &policy), None);
        assert_eq!(window(&breaker, at(DAY), &policy)[2], 0);
    }
    run(&breaker, &policy, at(DAY), &[false]);
    let _probe = granted(&breaker, at(DAY + 30), &policy);
    assert_eq!(
        refused(&breaker, at(DAY + 29), &policy),
        Duration::from_secs(1).saturating_sub(Duration::from_secs(1))
    );
}

#[test]
fn every_field_that_holds_a_time_may_wrap() {
    // 2^34 ms in permits, 2^35 ms in words.
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .recovery_timeout(Duration::from_secs(10))
            .half_open_max_calls(1)
            .success_threshold(1)
            .probe_timeout(Duration::from_secs(5))
            .slow_call_rate(1.0)
            .slow_call_duration(Duration::from_secs(4))
            .minimum_calls(100),
    );
    for wrap in [1_u64 << 34, 1 << 35, 3 << 34, 1 << 40, 1 << 44] {
        let breaker = Breaker::new(&policy);
        let mut now = Tick(wrap - 2_000);
        lasting(&breaker, &policy, &mut now, 3_999, true);
        assert_eq!(window(&breaker, now, &policy), [1, 0, 0]);
        now = Tick(wrap - 2_000);
        lasting(&breaker, &policy, &mut now, 4_000, true);
        assert_eq!(window(&breaker, now, &policy), [2, 0, 1]);

        let failed = Tick(wrap - 5_000);
        run(&breaker, &policy, failed, &[false]);
        assert_eq!(refused(&breaker, Tick(wrap - 1), &policy), Duration::from_millis(5_001));
        assert_eq!(refused(&breaker, Tick(wrap + 4_999), &policy), Duration::from_millis(1));
        granted(&breaker, Tick(wrap + 5_000), &policy);

        let breaker = Breaker::new(&policy);
        run(&breaker, &policy, Tick(wrap - 12_000), &[false]);
        let _hung = granted(&breaker, Tick(wrap - 2_000), &policy);
        assert_eq!(refused(&breaker, Tick(wrap + 2_999), &policy), Duration::ZERO);
        granted(&breaker, Tick(wrap + 3_000), &policy);
    }
}

/// Opens when all calls of 10 s have failed, at least three.
fn all_of_three() -> BreakerPolicy {
    policy(
        BreakerPolicy::builder()
            .failure_threshold(0)
            .failure_rate(1.0)
            .window(crate::policy::Window::Time(Duration::from_secs(10)))
            .minimum_calls(3),
    )
}

#[test]
fn a_window_of_time_begins_anew_when_the_clock_is_put_back_by_far() {
    // R102
    let policy = all_of_three();
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, at(DAY), &[false, false]);

    assert_eq!(run(&breaker, &policy, at(0), &[false, false]), None);
    assert_eq!(window(&breaker, at(0), &policy), [2, 2, 0]);
    assert!(run(&breaker, &policy, at(0), &[false]).is_some());
}

#[test]
fn successes_are_only_counted_again_after_the_clock_was_put_back_by_far() {
    // R102
    let policy = all_of_three();
    let breaker = Breaker::new(&policy);
    run(&breaker, &policy, at(DAY), &[true]);
    for now in [at(DAY), at(0)] {
        for _ in 0..2 {
            let permit = granted(&breaker, now, &policy);
            assert!(breaker.success_in_passing(permit, || now), "{now:?}");
        }
    }

    assert_eq!(run(&breaker, &policy, at(0), &[false]), None);
    assert_eq!(window(&breaker, at(0), &policy), [3, 1, 0]);
}

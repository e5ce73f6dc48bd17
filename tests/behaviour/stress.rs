//! Breakers under many threads. What is asserted holds at rest, in whatever order the threads ran.

use resilience_core::{
    BreakerOptions, BreakerSnapshot, CircuitBreaker, CircuitState, Window,
    time::{Clock, ManualClock},
};
use resilience_tests::{Error, alone, exact, ms, secs};
use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// More threads at a time than have counters of their own.
const CROWD: u64 = 160;

type Breaker = CircuitBreaker<ManualClock>;

/// Never opens.
fn patient() -> BreakerOptions {
    exact()
        .failure_threshold(1_000_000)
        .minimum_calls(1_000_000)
        .failure_rate(1.0)
}

fn call(breaker: &Breaker, fails: bool) {
    let outcome = breaker.call(|| if fails { Err(Error::Down(0)) } else { Ok(()) });
    assert!(outcome.is_ok(), "refused");
}

/// Twice a crowd of threads that run at the same time, each of which makes `each` calls.
fn crowds(each: u64, run: impl Fn(u64) + Sync) {
    for _ in 0..2 {
        let together = Barrier::new(CROWD.try_into().unwrap());
        thread::scope(|threads| {
            for _ in 0..CROWD {
                threads.spawn(|| {
                    together.wait();
                    (0..each).for_each(&run);
                });
            }
        });
    }
}

/// What holds of any history.
fn is_consistent(snapshot: &BreakerSnapshot, now: Duration) {
    let statistics = &snapshot.statistics;
    let changes = &statistics.latest_changes;
    assert_eq!(changes.len() as u64, statistics.changes.min(32));
    for pair in changes.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "{changes:?}");
        assert!(pair[0].at <= pair[1].at, "{changes:?}");
    }
    if let Some(last) = changes.last() {
        assert!(last.to == snapshot.state || (last.to == CircuitState::Open && snapshot.retry_after.is_none()));
    }
    assert!(statistics.closed_for + statistics.open_for + statistics.half_open_for <= now);
}

#[test]
fn totals_are_exact_however_many_threads_come_and_go() {
    let rules = [
        ("consecutive", patient().failure_rate(0.0)),
        ("window of calls", patient().window(Window::Calls(1_000_000))),
        ("window of time", patient().window(Window::Time(secs(60)))),
    ];
    for (rule, layer) in rules {
        let (breaker, _) = alone(layer);
        crowds(40, |round| match round % 8 {
            0 => breaker.acquire().unwrap().failure(),
            1 => breaker.acquire().unwrap().ignore(),
            2 => drop(breaker.acquire().unwrap()),
            _ => call(&breaker, false),
        });

        let snapshot = breaker.snapshot();
        let each = 2 * CROWD * 5;
        assert_eq!(
            (snapshot.statistics.ignored, snapshot.statistics.abandoned),
            (each, each),
            "{rule}"
        );
        assert_eq!(
            (snapshot.statistics.late, snapshot.statistics.changes),
            (0, 0),
            "{rule}"
        );
        if rule != "consecutive" {
            assert_eq!(
                (snapshot.calls_in_window, snapshot.failed_in_window),
                (6 * each, each),
                "{rule}"
            );
        }
    }
}

#[test]
fn rejections_and_late_results_are_counted_to_the_last() {
    let (breaker, _) = alone(exact().failure_threshold(1));
    let together = Barrier::new(CROWD.try_into().unwrap());
    thread::scope(|threads| {
        for _ in 0..CROWD {
            threads.spawn(|| {
                let permit = breaker.acquire().unwrap();
                together.wait();
                permit.failure();
                for _ in 0..100 {
                    assert!(breaker.acquire().is_err());
                }
            });
        }
    });

    let statistics = breaker.snapshot().statistics;
    assert_eq!(
        (statistics.changes, statistics.late, statistics.rejected),
        (1, CROWD - 1, 100 * CROWD)
    );
}

#[test]
fn a_window_of_calls_holds_the_latest_outcomes_of_all_threads() {
    for size in [1_u32, 31, 64, 1_000] {
        // A rate of slow calls, so that no number of failures opens it.
        let (breaker, _) = alone(
            patient()
                .failure_rate(0.0)
                .slow_call_rate(1.0)
                .window(Window::Calls(size)),
        );
        let whole = u64::from(size);
        crowds(50, |round| call(&breaker, round % 3 == 0));
        let snapshot = breaker.snapshot();
        assert_eq!(snapshot.calls_in_window, whole);
        assert!(snapshot.failed_in_window <= whole);

        // From here on the order is known: the window must forget exactly what it held.
        for left in (0..size).rev() {
            call(&breaker, left % 2 == 0);
        }
        assert_eq!(breaker.snapshot().failed_in_window, whole.div_ceil(2));
        (0..size).for_each(|_| call(&breaker, false));
        assert_eq!(breaker.snapshot().failed_in_window, 0);
    }
}

#[test]
fn a_window_of_time_holds_the_calls_of_its_tenths_by_all_threads() {
    let (breaker, clock) = alone(patient().window(Window::Time(secs(10))));
    let each = 2 * CROWD;
    for tenth in 0..25_u64 {
        clock.set(secs(tenth));
        // The first tenths have no failures: their successes go the short way.
        crowds(3, |round| call(&breaker, tenth >= 12 && round == 2));

        let present = (tenth.saturating_sub(9)..=tenth).count() as u64;
        let failing = (tenth.saturating_sub(9).max(12)..=tenth).count() as u64;
        let snapshot = breaker.snapshot();
        assert_eq!(
            (snapshot.calls_in_window, snapshot.failed_in_window),
            (3 * each * present, each * failing),
            "{tenth}"
        );
    }
    // And what was counted leaves as it came.
    for (second, calls) in [(33, 3 * each), (34, 0)] {
        clock.set(secs(second));
        assert_eq!(breaker.snapshot().calls_in_window, calls, "{second}");
    }
}

#[test]
fn no_more_probes_at_a_time_than_allowed_and_as_many_changes_as_told() {
    let base = exact()
        .recovery_timeout(ms(5))
        .half_open_max_calls(3)
        .success_threshold(4)
        .probe_timeout(secs(3_600));
    let rate = base.failure_threshold(0).failure_rate(0.5).minimum_calls(4);
    let rules = [
        ("consecutive", base.failure_threshold(2)),
        ("window of calls", rate.window(Window::Calls(10))),
        ("window of time", rate.window(Window::Time(ms(100)))),
    ];
    for (rule, layer) in rules {
        let (breaker, clock) = alone(layer);
        let (refused, admitted, most) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        // By half-open period, since probes of an earlier one may still run.
        let probes: Vec<AtomicU64> = (0..4_096).map(|_| AtomicU64::new(0)).collect();
        let work = |thread: u64| {
            for round in 0..4_000 {
                let before = breaker.snapshot().statistics;
                let Ok(permit) = breaker.acquire() else {
                    refused.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                admitted.fetch_add(1, Ordering::Relaxed);
                // Half-open before and after, and no change between: surely a probe of this period.
                let is_half_open = before
                    .latest_changes
                    .last()
                    .is_some_and(|last| last.to == CircuitState::HalfOpen);
                if is_half_open && breaker.snapshot().statistics.changes == before.changes {
                    let running = &probes[usize::try_from(before.changes % 4_096).unwrap()];
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                }
                match (round + thread) % 7 {
                    0 | 1 => permit.failure(),
                    2 => drop(permit),
                    3 => permit.ignore(),
                    _ => permit.success(),
                }
            }
        };
        let is_over = AtomicBool::new(false);
        thread::scope(|threads| {
            let callers: Vec<_> = (0..8)
                .map(|thread| {
                    threads.spawn({
                        let work = &work;
                        move || work(thread)
                    })
                })
                .collect();
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    clock.advance(ms(1));
                    thread::yield_now();
                }
            });
            let ended: Vec<_> = callers.into_iter().map(thread::ScopedJoinHandle::join).collect();
            is_over.store(true, Ordering::Relaxed);
            assert!(ended.iter().all(Result::is_ok), "{rule}");
        });

        let snapshot = breaker.snapshot();
        let (refused, admitted) = (refused.into_inner(), admitted.into_inner());
        assert!((1..=3).contains(&most.into_inner()), "{rule}");
        assert_eq!(
            (snapshot.statistics.rejected, admitted + refused),
            (refused, 32_000),
            "{rule}"
        );
        assert!(snapshot.statistics.changes > 3, "{rule}: {snapshot:?}");
        is_consistent(&snapshot, clock.now());
        // Nothing is left behind: it recovers, and the places are free.
        clock.advance(ms(5));
        if breaker.state() != CircuitState::Closed {
            (0..4).for_each(|_| call(&breaker, false));
        }
        assert_eq!(breaker.state(), CircuitState::Closed, "{rule}");
    }
}

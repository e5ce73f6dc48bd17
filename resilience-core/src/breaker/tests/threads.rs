//! A few threads on one breaker: small enough for miri, which tries another order with each seed.

use super::*;
use crate::policy::Window;
use std::thread;

#[test]
fn totals_are_exact_at_rest() {
    // More than have a slot at hand.
    const THREADS: u64 = 12;
    let windows = [Window::Calls(1_000), Window::Time(Duration::from_secs(10))];
    // Too few calls to be judged, so that each takes the lock; and enough after the first.
    let rules = [(1_000, 1_000), (0, 1)];
    for (kept, (threshold, minimum)) in windows.into_iter().flat_map(|kept| rules.map(|rule| (kept, rule))) {
        let policy = policy(
            BreakerPolicy::builder()
                .failure_threshold(threshold)
                .failure_rate(1.0)
                .window(kept)
                .minimum_calls(minimum),
        );
        let breaker = Breaker::new(&policy);
        thread::scope(|threads| {
            for _ in 0..THREADS {
                threads.spawn(|| {
                    for ok in [true, true, false, true, true] {
                        let permit = granted(&breaker, at(1), &policy);
                        if ok && breaker.success_in_passing(permit, || at(1)) {
                            continue;
                        }
                        let ending = if ok { Ending::Success } else { Ending::Failure };
                        breaker.end(permit, ending, || at(1), &policy);
                    }
                    breaker.release(granted(&breaker, at(1), &policy), at(1), &policy);
                });
            }
        });
        assert_eq!(
            window(&breaker, at(1), &policy),
            [5 * THREADS, THREADS, 0],
            "{policy:?}"
        );
        assert_eq!(breaker.snapshot(at(1), None, &policy).statistics.abandoned, THREADS);
    }
}

#[test]
fn of_many_threads_one_tells_of_a_change() {
    let policy = standard();
    let breaker = Breaker::new(&policy);
    let told = |run: &(dyn Fn() -> Option<Transition> + Sync)| {
        thread::scope(|threads| {
            let threads: Vec<_> = (0..3).map(|_| threads.spawn(run)).collect();
            threads
                .into_iter()
                .filter_map(|thread| thread.join().unwrap())
                .collect::<Vec<_>>()
        })
    };

    let permits = [0; 3].map(|_| granted(&breaker, at(0), &policy));
    let next = std::sync::atomic::AtomicUsize::new(0);
    let opened = told(&|| breaker.failure(permits[next.fetch_add(1, Ordering::Relaxed)], at(0), &policy));
    assert_eq!(opened.len(), 1);

    let turned = told(&|| {
        let (admission, transition) = breaker.admit(at(10), &policy);
        if let Ok(probe) = admission {
            breaker.release(probe, at(10), &policy);
        }
        transition
    });
    assert_eq!(turned, [Transition::HalfOpened]);
}

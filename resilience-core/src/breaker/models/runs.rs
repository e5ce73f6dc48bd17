//! How long failures last, which is known beside the word.

use super::*;

fn spanning(failures: u32) -> BreakerPolicy {
    policy(
        BreakerPolicy::builder()
            .failure_threshold(failures)
            .failure_span(Duration::from_secs(10)),
    )
}

fn fail(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> bool {
    breaker
        .admit(now, policy)
        .0
        .is_ok_and(|permit| breaker.failure(permit, now, policy).is_some())
}

/// The failures in a row that the closed word counts.
fn failures(breaker: &Breaker) -> u32 {
    match breaker.word().state() {
        State::Closed(closed) => closed.failures,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_that_follows_a_success_does_not_inherit_the_time_of_the_last_one() {
    let policy = spanning(4);
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        for _ in 0..2 {
            assert!(!fail(&breaker, at(0), &policy));
        }
        let permit = breaker.admit(at(0), &policy).0.unwrap();
        let succeeds = spawn(&breaker, move |breaker| breaker.success(permit, at(20), &policy));
        let fails = spawn(&breaker, move |breaker| {
            (fail(breaker, at(20), &policy), fail(breaker, at(20), &policy))
        });
        assert_eq!(succeeds.join().unwrap(), None);
        let opened = fails.join().unwrap();
        if opened.1 {
            // Four failures over twenty seconds, and the success came late.
            assert_eq!(breaker.state(at(20)), CircuitState::Open);
            return 4;
        }
        let left = failures(&breaker);
        // What is left began at second 20, or begins now.
        for _ in 0..6 {
            assert!(!fail(&breaker, at(29), &policy), "{left} failures were left");
        }
        left
    });
    assert_eq!(seen, BTreeSet::from([1, 2, 4]));
}

#[test]
fn a_run_that_two_threads_begin_is_timed_from_its_second_failure() {
    let policy = spanning(3);
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let threads = [10, 20].map(|second| spawn(&breaker, move |breaker| fail(breaker, at(second), &policy)));
        assert_eq!(threads.map(|thread| thread.join().unwrap()), [false, false]);
        assert_eq!(failures(&breaker), 2);
        // By then ten seconds have passed since the failure at second 10, but not since that at second 20.
        fail(&breaker, at(29), &policy)
    });
    assert_eq!(seen, BTreeSet::from([false, true]), "either thread may be the second");
}

#[test]
fn a_third_failure_never_goes_by_the_time_of_nobody() {
    let policy = spanning(3);
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        assert!(!fail(&breaker, at(100), &policy));
        let threads = [(); 2].map(|()| spawn(&breaker, move |breaker| fail(breaker, at(100), &policy)));
        // A run that seems to have begun with the clock would be a hundred seconds long.
        assert_eq!(threads.map(|thread| thread.join().unwrap()), [false, false]);
        failures(&breaker)
    });
    assert_eq!(seen, BTreeSet::from([3]));
}

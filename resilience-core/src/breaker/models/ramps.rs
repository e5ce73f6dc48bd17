//! The share that is admitted after closing, whose beginning is known beside the word.

use super::*;

#[test]
fn who_finds_the_circuit_closed_again_knows_its_ramp() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .half_open_max_calls(1)
            .success_threshold(1)
            .ramp(Duration::from_secs(10)),
    );
    let seen = outcomes(move || {
        let (breaker, probe, _) = probing(&policy);
        let closes = spawn(&breaker, move |breaker| breaker.success(probe, at(30), &policy));
        let asks = spawn(&breaker, move |breaker| {
            match breaker.admit_by(at(31), || 0.5, &policy).0 {
                // Half-open, in the place of the probe that has just succeeded.
                Ok(permit) => (permit.is_of_closed(), None),
                Err(refusal) => (false, refusal.wait()),
            }
        });
        assert_eq!(closes.join().unwrap(), Some(Transition::Closed));
        // Half-open and busy, or closed for a tenth of the calls: a ramp that nobody had heard of would be over.
        asks.join().unwrap()
    });
    assert_eq!(
        seen,
        BTreeSet::from([
            (false, None),
            (false, Some(Duration::ZERO)),
            (false, Some(Duration::from_secs(1))),
        ])
    );
}

#[test]
fn a_ramp_that_ends_beside_a_failure_loses_neither() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(5)
            .half_open_max_calls(1)
            .success_threshold(1)
            .ramp(Duration::from_secs(10)),
    );
    let seen = outcomes(move || {
        let (breaker, probe, _) = probing(&policy);
        breaker.success(probe, at(30), &policy);
        let permit = breaker.admit(at(30), &policy).0.unwrap();
        let fails = spawn(&breaker, move |breaker| breaker.failure(permit, at(40), &policy));
        let asks = spawn(&breaker, move |breaker| {
            breaker.admit_by(at(40), || 0.9, &policy).0.is_ok()
        });
        assert_eq!((fails.join().unwrap(), asks.join().unwrap()), (None, true));
        match breaker.word().state() {
            State::Closed(closed) => (closed.failures, closed.ramping),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(seen, BTreeSet::from([(1, false)]));
}

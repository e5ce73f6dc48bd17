//! Loom models of the breaker: the interleavings of two or three threads on the production code.
//!
//! Each model asserts that the interesting outcomes were seen, since a model that explores too little proves nothing. Each is
//! also run against seeded bugs (see `crate::sync`), which together they must catch.

mod control;
mod ramps;
mod runs;
mod windows;

use super::*;
use crate::policy::BreakerOptions;
use loom::{sync::Arc, thread};
use std::{
    collections::BTreeSet,
    sync::{Arc as StdArc, Mutex},
};

fn policy(layer: BreakerOptions) -> BreakerPolicy {
    layer.over(EXACT).build().unwrap()
}

/// Nothing is left to chance.
const EXACT: BreakerOptions = BreakerPolicy::builder()
    .failure_span(Duration::ZERO)
    .recovery_timeout(Duration::from_secs(30))
    .recovery_factor(1.0)
    .recovery_jitter(0.0);

const fn at(seconds: u64) -> Tick {
    Tick(seconds * 1_000)
}

/// Runs `body` through every interleaving of up to three preemptions and returns the distinct outcomes.
fn outcomes<T: Ord + Send + 'static>(body: impl Fn() -> T + Send + Sync + 'static) -> BTreeSet<T> {
    let seen = StdArc::new(Mutex::new((0_u64, BTreeSet::new())));
    let results = StdArc::clone(&seen);
    let mut model = loom::model::Builder::new();
    // Three threads and no bound are hours; nearly every known race needs two preemptions or less.
    model.preemption_bound = Some(3);
    model.check(move || {
        let outcome = body();
        let mut results = results.lock().unwrap();
        results.0 += 1;
        results.1.insert(outcome);
    });
    let (executions, outcomes) = StdArc::into_inner(seen).unwrap().into_inner().unwrap();
    let thread = std::thread::current();
    println!(
        "{executions:>7} executions, {} outcomes: {}",
        outcomes.len(),
        thread.name().unwrap_or_default()
    );
    outcomes
}

/// A closed breaker whose parts are made here, so that no thread of the model has to wait for another's.
fn closed(policy: &BreakerPolicy) -> Arc<Breaker> {
    let breaker = Arc::new(Breaker::new(policy));
    breaker.parts(policy);
    breaker
}

/// A probe is under way since second 30, and the permit of a call of the first generation, too.
fn probing(policy: &BreakerPolicy) -> (Arc<Breaker>, Permit, Permit) {
    let (breaker, late) = opened(policy);
    let probe = breaker.admit(at(30), policy).0.unwrap();
    (breaker, probe, late)
}

fn is_recorded(breaker: &Breaker) -> bool {
    matches!(breaker.word().state(), State::Closed(closed) if closed.recorded)
}

/// The calls in the window, the failed ones, and those that came late.
fn counted(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> [u64; 3] {
    let snapshot = breaker.snapshot(now, None, policy);
    [
        snapshot.calls_in_window,
        snapshot.failed_in_window,
        snapshot.statistics.late,
    ]
}

/// A breaker that was opened at second 0, and a permit of the closed generation that is still under way.
fn opened(policy: &BreakerPolicy) -> (Arc<Breaker>, Permit) {
    let breaker = closed(policy);
    let late = breaker.admit(at(0), policy).0.unwrap();
    while breaker.state(at(0)) == CircuitState::Closed {
        let permit = breaker.admit(at(0), policy).0.unwrap();
        breaker.failure(permit, at(0), policy);
    }
    (breaker, late)
}

fn spawn<T: 'static>(breaker: &Arc<Breaker>, run: impl FnOnce(&Breaker) -> T + 'static) -> thread::JoinHandle<T> {
    let breaker = Arc::clone(breaker);
    thread::spawn(move || run(&breaker))
}

#[test]
fn opens_exactly_once() {
    let policy = policy(BreakerPolicy::builder().failure_threshold(2));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let fail = move |breaker: &Breaker| match breaker.admit(at(0), &policy).0 {
            Ok(permit) => (true, breaker.failure(permit, at(0), &policy).is_some()),
            Err(_) => (false, false),
        };
        let threads = [spawn(&breaker, fail), spawn(&breaker, fail), spawn(&breaker, fail)];
        let results = threads.map(|thread| thread.join().unwrap());
        let admitted = results.iter().filter(|(admitted, _)| *admitted).count();
        let opened = results.iter().filter(|(_, opened)| *opened).count();
        assert_eq!(opened, 1);
        assert_eq!(breaker.state(at(0)), CircuitState::Open);
        admitted
    });
    assert_eq!(seen, BTreeSet::from([2, 3]));
}

#[test]
fn admits_no_more_probes_than_allowed() {
    let policy = policy(BreakerPolicy::builder().failure_threshold(1).half_open_max_calls(1));
    let seen = outcomes(move || {
        let (breaker, _) = opened(&policy);
        let ask = move |breaker: &Breaker| breaker.admit(at(30), &policy).0.is_ok();
        let threads = [spawn(&breaker, ask), spawn(&breaker, ask)];
        let admitted = threads.map(|thread| thread.join().unwrap());
        assert_eq!(admitted.iter().filter(|admitted| **admitted).count(), 1);
        admitted
    });
    assert_eq!(seen.len(), 2, "each thread was the probe in some execution");
}

#[test]
fn a_stale_failure_changes_nothing_at_any_point_of_recovery() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .half_open_max_calls(1)
            .success_threshold(1),
    );
    let seen = outcomes(move || {
        let (breaker, late) = opened(&policy);
        let stale = spawn(&breaker, move |breaker| breaker.failure(late, at(30), &policy));
        let probe = spawn(&breaker, move |breaker| {
            let (permit, turned) = breaker.admit(at(30), &policy);
            let closed = breaker.success(permit.unwrap(), at(0), &policy);
            (turned, closed)
        });
        assert_eq!(stale.join().unwrap(), None);
        assert_eq!(
            probe.join().unwrap(),
            (Some(Transition::HalfOpened), Some(Transition::Closed))
        );
        assert!(breaker.word().is_healthy());
    });
    assert_eq!(seen.len(), 1);
}

#[test]
fn a_place_given_back_is_never_lost() {
    let policy = policy(BreakerPolicy::builder().failure_threshold(1).half_open_max_calls(1));
    let seen = outcomes(move || {
        let (breaker, _) = opened(&policy);
        let cancel = move |breaker: &Breaker| match breaker.admit(at(30), &policy).0 {
            Ok(permit) => {
                breaker.release(permit, at(0), &policy);
                true
            }
            Err(_) => false,
        };
        let threads = [spawn(&breaker, cancel), spawn(&breaker, cancel)];
        let admitted = threads.map(|thread| thread.join().unwrap());
        assert!(breaker.admit(at(30), &policy).0.is_ok(), "the place is free again");
        admitted
    });
    assert!(seen.contains(&[true, true]));
    assert!(seen.contains(&[true, false]) || seen.contains(&[false, true]));
}

#[test]
fn a_hung_probe_and_its_successor_are_told_apart() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .half_open_max_calls(1)
            .success_threshold(2)
            .probe_timeout(Duration::from_secs(60)),
    );
    let seen = outcomes(move || {
        let (breaker, _) = opened(&policy);
        let hung = breaker.admit(at(30), &policy).0.unwrap();
        let late = spawn(&breaker, move |breaker| {
            breaker.failure(hung, at(90), &policy).is_some()
        });
        let next = spawn(&breaker, move |breaker| breaker.admit(at(90), &policy).0.is_ok());
        let (reopened, admitted) = (late.join().unwrap(), next.join().unwrap());
        let state = breaker.state(at(90));
        // Either the hung probe was in time and reopened the circuit, or it lost its place and changed nothing.
        assert_eq!(reopened, state == CircuitState::Open);
        (reopened, admitted)
    });
    assert!(seen.contains(&(true, false)));
    assert!(seen.contains(&(false, true)));
}

#[test]
fn no_failure_is_lost_beside_a_success() {
    let policy = policy(BreakerPolicy::builder().failure_threshold(3));
    let seen = outcomes(move || {
        let breaker = closed(&policy);
        let first = breaker.admit(at(0), &policy).0.unwrap();
        breaker.failure(first, at(0), &policy);
        let permits = [0; 2].map(|_| breaker.admit(at(0), &policy).0.unwrap());
        let fails = spawn(&breaker, move |breaker| breaker.failure(permits[0], at(0), &policy));
        let succeeds = spawn(&breaker, move |breaker| breaker.success(permits[1], at(0), &policy));
        assert_eq!((fails.join().unwrap(), succeeds.join().unwrap()), (None, None));
        match breaker.word().state() {
            State::Closed(closed) => closed.failures,
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(
        seen,
        BTreeSet::from([0, 1]),
        "the success came last, or the failure did"
    );
}

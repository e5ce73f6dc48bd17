//! The breaker, rule by rule. What follows from all of them together is in `reference`.

mod clock;
mod closed;
mod fields;
mod generations;
mod half_open;
mod jitter;
mod ramp;
mod rates;
mod span;
mod statistics;
mod threads;

use super::*;
use crate::policy::BreakerOptions;

/// What `layer` says, over a breaker that leaves nothing to chance and opens at the threshold, however soon.
fn policy(layer: BreakerOptions) -> BreakerPolicy {
    layer.over(EXACT).build().unwrap()
}

const EXACT: BreakerOptions = BreakerPolicy::builder()
    .failure_threshold(5)
    .failure_span(Duration::ZERO)
    .recovery_timeout(Duration::from_secs(30))
    .recovery_factor(1.0)
    .max_recovery_timeout(Duration::from_secs(24 * 60 * 60))
    .recovery_jitter(0.0);

fn standard() -> BreakerPolicy {
    policy(
        BreakerPolicy::builder()
            .failure_threshold(2)
            .recovery_timeout(Duration::from_secs(10))
            .half_open_max_calls(1)
            .success_threshold(2)
            .probe_timeout(Duration::from_secs(60)),
    )
}

const fn at(seconds: u64) -> Tick {
    Tick(seconds * 1_000)
}

fn granted(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> Permit {
    breaker.admit(now, policy).0.expect("admitted")
}

fn refused(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> Duration {
    breaker
        .admit(now, policy)
        .0
        .expect_err("rejected")
        .wait()
        .expect("not held open")
}

/// A breaker that was opened at second 0.
fn open(policy: &BreakerPolicy) -> Breaker {
    let breaker = Breaker::new(policy);
    for _ in 0..policy.failure_threshold() {
        let permit = granted(&breaker, at(0), policy);
        breaker.failure(permit, at(0), policy);
    }
    assert_eq!(breaker.state(at(0)), CircuitState::Open);
    breaker
}

/// So many calls, one after the other, which fail or succeed.
fn run(breaker: &Breaker, policy: &BreakerPolicy, now: Tick, outcomes: &[bool]) -> Option<Transition> {
    let mut transition = None;
    for ok in outcomes {
        let permit = granted(breaker, now, policy);
        let turned = if *ok {
            breaker.success(permit, now, policy)
        } else {
            breaker.failure(permit, now, policy)
        };
        transition = transition.or(turned);
    }
    transition
}

/// A call that takes so many milliseconds.
fn lasting(breaker: &Breaker, policy: &BreakerPolicy, now: &mut Tick, millis: u64, ok: bool) -> Option<Transition> {
    let permit = granted(breaker, *now, policy);
    now.0 += millis;
    if ok {
        breaker.success(permit, *now, policy)
    } else {
        breaker.failure(permit, *now, policy)
    }
}

fn cause(transition: Option<Transition>) -> Option<(CircuitCause, u64)> {
    match transition {
        Some(Transition::Opened { cause, failures, .. }) => Some((cause, failures)),
        _ => None,
    }
}

/// The calls in the window, the failed and the slow ones.
fn window(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> [u64; 3] {
    let snapshot = breaker.snapshot(now, None, policy);
    [
        snapshot.calls_in_window,
        snapshot.failed_in_window,
        snapshot.slow_in_window,
    ]
}

//! The rules of the breaker: pure functions from one word to the next.

use super::word::{Deadline, State, Tick, Word};
use crate::policy::BreakerPolicy;
use std::time::Duration;

/// A change of state, reported to whoever caused it, and to nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    Opened { failures: u64, recovery: Duration },
    Reopened { recovery: Duration },
    HalfOpened,
    Closed,
}

/// What the word alone says to somebody who wants to call.
pub(super) enum Admission {
    Granted,
    Refused(Duration),
    /// The open time is over: whoever installs this word has begun the half-open period.
    HalfOpen(Word),
    /// Half-open: a place among the probes decides.
    AskProbes,
}

pub(super) fn admit(word: Word, now: Tick) -> Admission {
    match word.state() {
        State::Closed { .. } => Admission::Granted,
        State::HalfOpen { .. } => Admission::AskProbes,
        State::Open { deadline, reopenings } => match deadline.wait(now) {
            Some(wait) => Admission::Refused(wait),
            None => Admission::HalfOpen(word.turned(State::HalfOpen {
                successes: 0,
                reopenings,
            })),
        },
    }
}

/// The word after a success; nothing where it changes nothing.
pub(super) fn success(word: Word, policy: &BreakerPolicy) -> Option<(Word, Option<Transition>)> {
    match word.state() {
        State::Closed { failures: 0 } | State::Open { .. } => None,
        State::Closed { .. } => Some((word.with(State::Closed { failures: 0 }), None)),
        State::HalfOpen { successes, reopenings } => {
            let successes = successes.saturating_add(1);
            Some(if successes >= policy.success_threshold() {
                (word.turned(State::Closed { failures: 0 }), Some(Transition::Closed))
            } else {
                (word.with(State::HalfOpen { successes, reopenings }), None)
            })
        }
    }
}

/// The word after a failure that counts.
pub(super) fn failure(
    word: Word,
    now: Tick,
    last_half_open: Option<Tick>,
    policy: &BreakerPolicy,
) -> (Word, Option<Transition>) {
    let reopenings = match word.state() {
        // Nothing is admitted while open, so a failure of this generation cannot come.
        State::Open { .. } => return (word, None),
        State::Closed { failures } => {
            let failures = failures.saturating_add(1);
            if failures < u64::from(policy.failure_threshold()) {
                return (word.with(State::Closed { failures }), None);
            }
            let (opened, recovery) = open(word, now, 0, last_half_open, policy);
            return (opened, Some(Transition::Opened { failures, recovery }));
        }
        State::HalfOpen { reopenings, .. } => reopenings.saturating_add(1),
    };
    let (reopened, recovery) = open(word, now, reopenings, last_half_open, policy);
    (reopened, Some(Transition::Reopened { recovery }))
}

/// The open word, and for how long it holds: the recovery time, and the cooldown since the last half-open period.
fn open(
    word: Word,
    now: Tick,
    reopenings: u32,
    last_half_open: Option<Tick>,
    policy: &BreakerPolicy,
) -> (Word, Duration) {
    let recovered = now.after(policy.recovery_after(reopenings));
    let cooled = last_half_open.map_or(recovered, |began| began.after(policy.cooldown()));
    let deadline = recovered.max(cooled);
    let opened = word.turned(State::Open {
        deadline: Deadline::at(deadline),
        reopenings,
    });
    (opened, Duration::from_millis(deadline.0 - now.0))
}

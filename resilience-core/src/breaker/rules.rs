//! The rules of the breaker: pure functions from one word to the next.

use super::word::{Deadline, Entered, State, Tick, Word};
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
                entered: Entered::at(now),
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
        State::HalfOpen {
            entered,
            successes,
            reopenings,
        } => {
            let successes = successes.saturating_add(1);
            Some(if successes >= policy.success_threshold() {
                (word.turned(State::Closed { failures: 0 }), Some(Transition::Closed))
            } else {
                (
                    word.with(State::HalfOpen {
                        entered,
                        successes,
                        reopenings,
                    }),
                    None,
                )
            })
        }
    }
}

/// The word after a failure that counts.
pub(super) fn failure(word: Word, now: Tick, policy: &BreakerPolicy) -> (Word, Option<Transition>) {
    match word.state() {
        // Nothing is admitted while open, so a failure of this generation cannot come.
        State::Open { .. } => (word, None),
        State::Closed { failures } => {
            let failures = failures.saturating_add(1);
            if failures < u64::from(policy.failure_threshold()) {
                return (word.with(State::Closed { failures }), None);
            }
            let recovery = policy.recovery_after(0);
            let opened = word.turned(State::Open {
                deadline: Deadline::at(now.after(recovery)),
                reopenings: 0,
            });
            (opened, Some(Transition::Opened { failures, recovery }))
        }
        State::HalfOpen {
            entered, reopenings, ..
        } => {
            let reopenings = reopenings.saturating_add(1);
            let recovered = now.after(policy.recovery_after(reopenings));
            let cooled = entered.tick(now).after(policy.cooldown());
            let deadline = recovered.max(cooled);
            let reopened = word.turned(State::Open {
                deadline: Deadline::at(deadline),
                reopenings,
            });
            let recovery = Duration::from_millis(deadline.0 - now.0);
            (reopened, Some(Transition::Reopened { recovery }))
        }
    }
}

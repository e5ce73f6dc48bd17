//! The rules of the breaker: pure functions from one word to the next.

use super::{
    Refusal,
    change::{CircuitCause, Transition},
    control::BreakerMode,
    word::{Closed, Deadline, State, Tick, Word},
};
use crate::policy::{BreakerPolicy, Brief};

/// What the word alone says to somebody who wants to call.
pub(super) enum Admission {
    Granted,
    /// Granted to a share of the calls.
    Ramping(Closed),
    /// Granted by a breaker that is held.
    Unjudged(BreakerMode),
    Rejected(Refusal),
    /// The open time is over: whoever installs this word has begun the half-open period.
    HalfOpen(Word),
    /// Half-open: a place among the probes decides.
    AskProbes,
}

pub(super) fn admit(word: Word, now: Tick) -> Admission {
    match word.state() {
        State::Closed(closed) if closed.ramping => Admission::Ramping(closed),
        State::Closed(_) => Admission::Granted,
        State::HalfOpen { .. } => Admission::AskProbes,
        State::Open { deadline, reopenings } => match deadline.left(now) {
            Some(wait) => Admission::Rejected(Refusal::Open(wait)),
            None => Admission::HalfOpen(word.turned(State::HalfOpen {
                successes: 0,
                reopenings,
            })),
        },
        State::Held(BreakerMode::ForcedOpen) => Admission::Rejected(Refusal::HeldOpen),
        State::Held(mode) => Admission::Unjudged(mode),
    }
}

/// A closed breaker that has recorded nothing yet.
pub(super) const fn fresh(policy: &BreakerPolicy) -> Closed {
    Closed {
        failures: 0,
        spanned: false,
        ramping: false,
        recorded: policy.has_window() && !policy.has_window_of_time(),
        timed: policy.is_timed(),
        dated: policy.has_window_of_time(),
    }
}

/// The failures in a row after an outcome: none where no rule asks for them.
pub(super) fn failures_after(failures: u32, failed: bool, policy: Brief) -> u32 {
    if failed && policy.failure_threshold() != 0 && !policy.is_cumulative() {
        failures.saturating_add(1)
    } else {
        0
    }
}

/// Whether so many failures are a run whose beginning has to be taken note of.
pub(super) fn begins_run(closed: Closed, failures: u32, policy: Brief) -> bool {
    policy.has_span() && failures > 1 && !closed.spanned
}

/// Whether so many failures open the circuit, if they have lasted for as long as they must.
pub(super) fn trips(failures: u32, policy: Brief) -> bool {
    policy.failure_threshold() != 0 && failures >= policy.failure_threshold()
}

/// What a user's code has been asked for: not under the lock.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) now: Tick,
    /// From 0 to 1.
    pub(super) draw: f64,
}

/// The open word, and what to tell of it. Open holds for the recovery time with its jitter, and for the cooldown since the last
/// half-open period.
pub(super) fn open(
    word: Word,
    Asked { now, draw }: Asked,
    reopenings: u32,
    last_half_open: Option<Tick>,
    policy: &BreakerPolicy,
    (cause, failures): (CircuitCause, u64),
) -> (Word, Transition) {
    let recovered = now.after(policy.open_time(reopenings, draw));
    let cooled = last_half_open.map_or(recovered, |began| began.after(policy.cooldown()));
    let deadline = recovered.max(cooled);
    let opened = word.turned(State::Open {
        deadline: Deadline::at(deadline),
        reopenings,
    });
    let recovery = deadline.since(now);
    let transition = match cause {
        CircuitCause::ProbeFailed => Transition::Reopened { recovery },
        cause => Transition::Opened {
            cause,
            failures,
            recovery,
        },
    };
    (opened, transition)
}

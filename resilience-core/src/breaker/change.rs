//! Changes of state: what is told of them, and what is kept.

use super::{
    control::BreakerMode,
    word::{State, Tick, Word},
};
use std::{collections::VecDeque, time::Duration};

/// What a breaker is doing; see [`Service::state`](crate::Service::state).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CircuitState {
    /// Calls are admitted.
    Closed,
    /// Calls are rejected until the recovery time is over.
    Open,
    /// A few calls are admitted as probes.
    HalfOpen,
}

impl CircuitState {
    /// The name in events: `closed`, `open` or `half_open`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }

    /// What the word says, without a clock.
    pub(super) fn of(word: Word) -> Self {
        match word.state() {
            State::Open { .. } | State::Held(BreakerMode::ForcedOpen) => Self::Open,
            State::HalfOpen { .. } => Self::HalfOpen,
            State::Closed(_) | State::Held(_) => Self::Closed,
        }
    }
}

/// Why a circuit changed its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CircuitCause {
    /// As many failures as `failure_threshold` allows for.
    Failures,
    /// The share of failures in the window reached `failure_rate`.
    FailureRate,
    /// The share of slow calls in the window reached `slow_call_rate`.
    SlowCallRate,
    /// A probe failed.
    ProbeFailed,
    /// The open time was over.
    RecoveryOver,
    /// As many probes succeeded as `success_threshold` asks for.
    ProbesSucceeded,
    /// Somebody said so.
    Manual,
}

impl CircuitCause {
    /// The name in events, such as `failure_rate`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failures => "failures",
            Self::FailureRate => "failure_rate",
            Self::SlowCallRate => "slow_call_rate",
            Self::ProbeFailed => "probe_failed",
            Self::RecoveryOver => "recovery_over",
            Self::ProbesSucceeded => "probes_succeeded",
            Self::Manual => "manual",
        }
    }
}

/// A change of state that has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CircuitChange {
    /// When, by the clock of the breaker.
    pub at: Duration,
    /// The state before.
    pub from: CircuitState,
    /// The state after.
    pub to: CircuitState,
    /// Why.
    pub cause: CircuitCause,
}

/// A change of state, reported to whoever caused it, and to nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    Opened {
        cause: CircuitCause,
        /// Counted by the rule that was met.
        failures: u64,
        recovery: Duration,
    },
    Reopened {
        recovery: Duration,
    },
    HalfOpened,
    Closed,
    Reset,
    Held(BreakerMode),
}

impl Transition {
    fn cause(self) -> CircuitCause {
        match self {
            Self::Opened { cause, .. } => cause,
            Self::Reopened { .. } => CircuitCause::ProbeFailed,
            Self::HalfOpened => CircuitCause::RecoveryOver,
            Self::Closed => CircuitCause::ProbesSucceeded,
            Self::Reset | Self::Held(_) => CircuitCause::Manual,
        }
    }
}

/// The changes so far: the latest ones, their number, and the time spent in each state.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    first: Option<Tick>,
    last: Option<Tick>,
    /// Without the present state.
    spent: [Duration; 3],
    total: u64,
    latest: VecDeque<CircuitChange>,
}

impl Ledger {
    /// How many changes are kept.
    pub(super) const KEPT: usize = 32;

    /// Enters the change from one word to the next. A change to the same state is none.
    pub(super) fn enter(&mut self, from: Word, to: Word, now: Tick, transition: Transition) {
        let (from, to) = (CircuitState::of(from), CircuitState::of(to));
        if from == to {
            return;
        }
        if let Some(last) = self.last {
            self.spent[from as usize] += now.since(last);
        }
        self.first = self.first.or(Some(now));
        self.last = Some(now);
        self.total = self.total.saturating_add(1);
        if self.latest.len() == Self::KEPT {
            self.latest.pop_front();
        }
        self.latest.push_back(CircuitChange {
            at: Duration::from_millis(now.0),
            from,
            to,
            cause: transition.cause(),
        });
    }

    /// When the present state began, unless it is the first.
    pub(super) fn last_change(&self) -> Option<Tick> {
        self.last
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The oldest first.
    pub(super) fn latest(&self) -> Vec<CircuitChange> {
        self.latest.iter().copied().collect()
    }

    /// The time spent closed, open and half-open until `now`, where the breaker is in `state` and was made at `born`.
    pub(super) fn spent(&self, state: CircuitState, born: Option<Tick>, now: Tick) -> [Duration; 3] {
        let mut spent = self.spent;
        if let Some(born) = born {
            // It was born closed.
            spent[CircuitState::Closed as usize] += self.first.unwrap_or(now).since(born);
        }
        if let Some(last) = self.last {
            spent[state as usize] += now.since(last);
        }
        spent
    }
}

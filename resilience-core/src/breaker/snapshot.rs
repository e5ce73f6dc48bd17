//! Reading a breaker: changes nothing.

use super::{
    Breaker, BreakerMode, CircuitChange, CircuitState,
    memory::Unjudged,
    word::{Closed, State, Tick},
};
use crate::policy::BreakerPolicy;
use std::time::Duration;

/// What a breaker is doing and has done, at one moment.
///
/// Reading changes nothing. State, changes and times are of one moment. The counts are exact at rest; while calls end, each is
/// exact up to some recent moment of each thread.
///
/// ```
/// use resilience_core::{CircuitState, Registry};
///
/// let plans = Registry::new().service("plan_service");
/// let breaker = plans.snapshot();
/// assert_eq!((breaker.state, breaker.failures), (CircuitState::Closed, 0));
/// assert_eq!(breaker.statistics.changes, 0);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BreakerSnapshot {
    /// What it is doing. An open circuit whose recovery time is over is half-open.
    pub state: CircuitState,
    /// Who decides.
    pub mode: BreakerMode,
    /// The time until a probe is admitted; none where the circuit is not open, or is held open.
    pub retry_after: Option<Duration>,
    /// Failures counted towards `failure_threshold`: those in a row, or those in the window where they are cumulative.
    pub failures: u32,
    /// Calls in the window; 0 where neither a rate nor cumulative failures are judged.
    pub calls_in_window: u64,
    /// Failed calls in the window.
    pub failed_in_window: u64,
    /// Slow calls in the window.
    pub slow_in_window: u64,
    /// What it has done so far.
    pub statistics: BreakerStatistics,
}

/// What a breaker has done so far. The counts only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BreakerStatistics {
    /// Calls that it refused.
    pub rejected: u64,
    /// Outcomes that said nothing about the service: ignored ones, failures that do not count, refusals further in.
    pub ignored: u64,
    /// Outcomes of an earlier state, or of a probe that had lost its place: they change nothing.
    pub late: u64,
    /// Attempts that were dropped without an outcome.
    pub abandoned: u64,
    /// Changes of state.
    pub changes: u64,
    /// The latest changes, the oldest first: up to [`BreakerStatistics::CHANGES_KEPT`].
    pub latest_changes: Vec<CircuitChange>,
    /// The time spent closed. A [`CircuitBreaker`](crate::CircuitBreaker) does not know when it was made: its time begins with
    /// the first change.
    pub closed_for: Duration,
    /// The time spent open, until the call that found the recovery time over.
    pub open_for: Duration,
    /// The time spent half-open.
    pub half_open_for: Duration,
}

impl BreakerStatistics {
    /// How many changes are kept.
    pub const CHANGES_KEPT: usize = super::change::Ledger::KEPT;
}

impl Breaker {
    /// Reads everything; `born` is when the breaker was made, where that is known. A breaker that is switched off is closed to
    /// whoever asks.
    pub(crate) fn snapshot(&self, now: Tick, born: Option<Tick>, policy: &BreakerPolicy) -> BreakerSnapshot {
        let mut snapshot = self.snapshot_of_enabled(now, born, policy);
        if !policy.enabled() {
            snapshot.state = CircuitState::Closed;
            snapshot.retry_after = None;
        }
        snapshot
    }

    fn snapshot_of_enabled(&self, now: Tick, born: Option<Tick>, policy: &BreakerPolicy) -> BreakerSnapshot {
        let Some(parts) = self.parts.get() else {
            return BreakerSnapshot {
                state: self.state(now),
                mode: self.mode(),
                retry_after: None,
                failures: self.failures(),
                calls_in_window: 0,
                failed_in_window: 0,
                slow_in_window: 0,
                statistics: BreakerStatistics {
                    closed_for: born.map_or(Duration::ZERO, |born| now.since(born)),
                    ..BreakerStatistics::default()
                },
            };
        };
        let mut memory = parts.memory();
        let [calls_in_window, failed_in_window, slow_in_window] = if policy.has_window() {
            memory.window(now)
        } else {
            [0; 3]
        };
        let ledger = memory.ledger();
        let [closed_for, open_for, half_open_for] = ledger.spent(CircuitState::of(self.word()), born, now);
        BreakerSnapshot {
            state: self.state(now),
            mode: self.mode(),
            retry_after: self.wait(now),
            failures: if policy.counts_in_window() && self.word().closed().is_some() {
                u32::try_from(failed_in_window).unwrap_or(u32::MAX)
            } else {
                self.failures()
            },
            calls_in_window,
            failed_in_window,
            slow_in_window,
            statistics: BreakerStatistics {
                rejected: parts.counted(Unjudged::Rejected),
                ignored: parts.counted(Unjudged::Ignored),
                late: parts.counted(Unjudged::Late),
                abandoned: parts.counted(Unjudged::Abandoned),
                changes: ledger.total(),
                latest_changes: ledger.latest(),
                closed_for,
                open_for,
                half_open_for,
            },
        }
    }

    fn failures(&self) -> u32 {
        match self.word().state() {
            State::Closed(Closed { failures, .. }) => failures,
            _ => 0,
        }
    }
}

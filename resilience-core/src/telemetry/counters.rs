//! The live counters of an operation.

use super::{
    statistics::{Failures, Rejections, Statistics, Suppressions},
    stripes::{self, Stripes},
};
use crate::{classify::FailureKind, interruption::Reason};
use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// What is counted. One count per event; [`Statistics`] adds up what belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// A call that succeeded at its first attempt: the only count on the happy path.
    CleanSuccess,
    Attempt,
    Retry,
    Success,
    SuccessAfterRetry,
    Transient,
    Permanent,
    TimedOut,
    CircuitOpen,
    ProbesBusy,
    HeldOpen,
    Cancellation,
    Panic,
    AttemptTimeout,
    Exhaustion,
    /// In microseconds.
    Waited,
    // What few operations ever count: see `Counters::rare`.
    Throttled,
    Ignored,
    Pending,
    Unknown,
    Fallback,
    DeadlinePassed,
    ApplyInRetry,
    Superseded,
    ReadOnlyPlan,
    SuppressedByFence,
    SuppressedByRejection,
    SuppressedByNesting,
    SuppressedByCircuit,
    SuppressedByHint,
    SuppressedByDeadline,
    SuppressedByBudget,
    SuppressedByShutdown,
    Overrun,
    ShutDown,
}

/// The counts at hand: as many as fill a place of [`Stripes`].
const COMMON: usize = Count::Throttled as usize;
const RARE: usize = Count::ShutDown as usize + 1 - COMMON;

impl Count {
    /// A call that ended with this failure.
    pub(crate) const fn of_failure(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Transient => Self::Transient,
            FailureKind::Throttled { .. } => Self::Throttled,
            FailureKind::Permanent => Self::Permanent,
            FailureKind::Ignored => Self::Ignored,
            FailureKind::Pending => Self::Pending,
            FailureKind::Unknown => Self::Unknown,
        }
    }

    /// A call that was interrupted for this reason.
    pub(crate) const fn of_interruption(reason: Reason) -> Self {
        match reason {
            Reason::CircuitOpen => Self::CircuitOpen,
            Reason::ProbesBusy => Self::ProbesBusy,
            Reason::HeldOpen => Self::HeldOpen,
            Reason::DeadlinePassed => Self::DeadlinePassed,
            Reason::ApplyInRetry => Self::ApplyInRetry,
            Reason::Superseded => Self::Superseded,
            Reason::ReadOnlyPlan => Self::ReadOnlyPlan,
            Reason::Shutdown => Self::ShutDown,
            Reason::AttemptTimeout => Self::TimedOut,
        }
    }
}

/// The counters of one operation.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    common: Stripes<[AtomicU64; COMMON]>,
    /// Made when first needed, so that operations in good health take no room for it.
    rare: OnceLock<Box<Stripes<[AtomicU64; RARE]>>>,
}

impl Counters {
    #[inline]
    pub(crate) fn add(&self, count: Count) {
        self.add_many(count, 1);
    }

    #[inline]
    fn add_many(&self, count: Count, amount: u64) {
        if (count as usize) < COMMON {
            stripes::add(&self.common, amount, |counts| &counts[count as usize]);
        } else {
            self.add_rare(count, amount);
        }
    }

    #[cold]
    fn add_rare(&self, count: Count, amount: u64) {
        let rare = self.rare.get_or_init(Box::default);
        stripes::add(rare, amount, |counts| &counts[count as usize - COMMON]);
    }

    /// Counts the delay before a retry.
    pub(crate) fn add_wait(&self, delay: Duration) {
        self.add_many(Count::Waited, u64::try_from(delay.as_micros()).unwrap_or(u64::MAX));
    }

    /// Counts one if that takes no more than a store; `false` where it is not counted.
    #[inline]
    pub(crate) fn add_clean_success_at_hand(&self) -> bool {
        stripes::add_at_hand(&self.common, 1, |counts| &counts[Count::CleanSuccess as usize])
    }

    pub(crate) fn snapshot(&self) -> Statistics {
        let sum = |count: Count| {
            let index = count as usize;
            if index < COMMON {
                return stripes::total(&self.common, |counts| counts[index].load(Ordering::Relaxed));
            }
            self.rare.get().map_or(0, |rare| {
                stripes::total(rare, |counts| counts[index - COMMON].load(Ordering::Relaxed))
            })
        };
        let clean = sum(Count::CleanSuccess);
        let failures = Failures {
            transient: sum(Count::Transient),
            throttled: sum(Count::Throttled),
            permanent: sum(Count::Permanent),
            ignored: sum(Count::Ignored),
            pending: sum(Count::Pending),
            unknown: sum(Count::Unknown),
            attempt_timeout: sum(Count::TimedOut),
        };
        let rejections = Rejections {
            circuit_open: sum(Count::CircuitOpen),
            probes_busy: sum(Count::ProbesBusy),
            held_open: sum(Count::HeldOpen),
            deadline_passed: sum(Count::DeadlinePassed),
            apply_in_retry: sum(Count::ApplyInRetry),
            superseded: sum(Count::Superseded),
            read_only_plan: sum(Count::ReadOnlyPlan),
            shutdown: sum(Count::ShutDown),
        };
        let suppressions = Suppressions {
            apply_fence: sum(Count::SuppressedByFence),
            inner_rejection: sum(Count::SuppressedByRejection),
            nested: sum(Count::SuppressedByNesting),
            circuit_open: sum(Count::SuppressedByCircuit),
            retry_after_too_long: sum(Count::SuppressedByHint),
            deadline: sum(Count::SuppressedByDeadline),
            budget: sum(Count::SuppressedByBudget),
            shutdown: sum(Count::SuppressedByShutdown),
        };
        let succeeded_after_retry = sum(Count::SuccessAfterRetry);
        let succeeded = total([clean, sum(Count::Success), succeeded_after_retry]);
        let (failed, rejected) = (failures.total(), rejections.total());
        let [cancelled, panicked] = [Count::Cancellation, Count::Panic].map(sum);
        Statistics {
            calls: total([succeeded, failed, rejected, cancelled, panicked]),
            attempts: clean.wrapping_add(sum(Count::Attempt)),
            retries: sum(Count::Retry),
            succeeded,
            succeeded_after_retry,
            failed,
            failures,
            rejected,
            rejections,
            cancelled,
            panicked,
            attempt_timeouts: sum(Count::AttemptTimeout),
            overruns: sum(Count::Overrun),
            suppressed: suppressions.total(),
            suppressions,
            exhausted: sum(Count::Exhaustion),
            fallbacks: sum(Count::Fallback),
            waited: Duration::from_micros(sum(Count::Waited)),
        }
    }
}

fn total<const N: usize>(parts: [u64; N]) -> u64 {
    parts.into_iter().fold(0, u64::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn totals_are_exact_at_rest_though_threads_come_and_go() {
        let counters = Counters::default();

        // More threads at a time than there are slots, twice over, so that slots are shared and handed on.
        for _ in 0..2 {
            thread::scope(|scope| {
                for _ in 0..200 {
                    scope.spawn(|| {
                        for _ in 0..100 {
                            counters.add(Count::CleanSuccess);
                            counters.add(Count::CircuitOpen);
                            counters.add(Count::Superseded);
                        }
                    });
                }
            });
        }

        let statistics = counters.snapshot();
        assert_eq!(statistics.calls, 120_000);
        assert_eq!(statistics.attempts, 40_000);
        assert_eq!(statistics.succeeded, 40_000);
        assert_eq!(statistics.rejected, 80_000);
        assert_eq!(statistics.rejections.circuit_open, 40_000);
        assert_eq!(statistics.rejections.superseded, 40_000);
    }

    #[test]
    fn an_operation_in_good_health_has_no_room_for_rare_counts() {
        let counters = Counters::default();
        counters.add(Count::CleanSuccess);
        counters.add(Count::Transient);
        assert!(counters.rare.get().is_none());

        counters.add(Count::Unknown);
        assert!(counters.rare.get().is_some());
        assert_eq!(counters.snapshot().failures.unknown, 1);
    }
}

use super::stripes::{self, Stripes};
use std::{
    iter::Sum,
    ops::Add,
    sync::atomic::{AtomicU64, Ordering},
};

/// What an operation has done so far, or a service with all its operations.
///
/// Read at any time; reading changes nothing. Exact once no call is under way; while calls are, each number is exact up to
/// some recent moment of each thread, and the numbers need not be of the same moment. They only grow, and they wrap after
/// 2^64.
///
/// `calls` = `succeeded` + `failed` + `rejected` + `cancelled` + `panicked`: a call counts when it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Calls that ended, however they did.
    pub calls: u64,
    /// Attempts whose body ran; each counts when it ends.
    pub attempts: u64,
    /// Attempts after the first of their call.
    pub retries: u64,
    /// Calls that returned a success.
    pub succeeded: u64,
    /// Calls that returned a failure of their body, or an attempt timeout.
    pub failed: u64,
    /// Calls that ended with a rejection: the attempt that they asked for did not run.
    pub rejected: u64,
    /// Calls that were dropped before they ended.
    pub cancelled: u64,
    /// Calls that ended with a panic of their body.
    pub panicked: u64,
    /// Attempts that were cut by `attempt_timeout`.
    pub attempt_timeouts: u64,
    /// Attempts that took longer than `attempt_timeout` and were not cut, since their body never yielded or is synchronous.
    pub overruns: u64,
    /// Failures worth a retry that were not retried though attempts were left: nesting, fence, budget, deadline, open circuit.
    pub suppressed: u64,
    /// Calls whose last allowed attempt failed.
    pub exhausted: u64,
    /// Calls that answered with their fallback. They count as `failed` or `rejected` all the same, whatever it said.
    pub fallbacks: u64,
}

impl Add for Statistics {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            calls: self.calls.wrapping_add(other.calls),
            attempts: self.attempts.wrapping_add(other.attempts),
            retries: self.retries.wrapping_add(other.retries),
            succeeded: self.succeeded.wrapping_add(other.succeeded),
            failed: self.failed.wrapping_add(other.failed),
            rejected: self.rejected.wrapping_add(other.rejected),
            cancelled: self.cancelled.wrapping_add(other.cancelled),
            panicked: self.panicked.wrapping_add(other.panicked),
            attempt_timeouts: self.attempt_timeouts.wrapping_add(other.attempt_timeouts),
            overruns: self.overruns.wrapping_add(other.overruns),
            suppressed: self.suppressed.wrapping_add(other.suppressed),
            exhausted: self.exhausted.wrapping_add(other.exhausted),
            fallbacks: self.fallbacks.wrapping_add(other.fallbacks),
        }
    }
}

impl Sum for Statistics {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

/// What is counted. One count per event; [`Statistics`] adds up what belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// A call that succeeded at its first attempt: the only count on the happy path.
    CleanSuccess,
    Attempt,
    Retry,
    Success,
    Failure,
    Rejection,
    Cancellation,
    Panic,
    AttemptTimeout,
    Overrun,
    Suppression,
    Exhaustion,
    Fallback,
}

const COUNTS: usize = 13;

/// The counters of one operation.
#[derive(Debug, Default)]
pub(crate) struct Counters(Stripes<[AtomicU64; COUNTS]>);

impl Counters {
    #[inline]
    pub(crate) fn add(&self, count: Count) {
        stripes::count(&self.0, |counts| &counts[count as usize]);
    }

    /// Counts one if that takes no more than a store; `false` where it is not counted.
    #[inline]
    pub(crate) fn add_at_hand(&self, count: Count) -> bool {
        stripes::count_at_hand(&self.0, |counts| &counts[count as usize])
    }

    pub(crate) fn snapshot(&self) -> Statistics {
        let sum = |count: Count| stripes::total(&self.0, |counts| counts[count as usize].load(Ordering::Relaxed));
        let clean = sum(Count::CleanSuccess);
        let succeeded = clean.wrapping_add(sum(Count::Success));
        let [failed, rejected, cancelled, panicked] =
            [Count::Failure, Count::Rejection, Count::Cancellation, Count::Panic].map(sum);
        Statistics {
            calls: [succeeded, failed, rejected, cancelled, panicked]
                .into_iter()
                .fold(0, u64::wrapping_add),
            attempts: clean.wrapping_add(sum(Count::Attempt)),
            retries: sum(Count::Retry),
            succeeded,
            failed,
            rejected,
            cancelled,
            panicked,
            attempt_timeouts: sum(Count::AttemptTimeout),
            overruns: sum(Count::Overrun),
            suppressed: sum(Count::Suppression),
            exhausted: sum(Count::Exhaustion),
            fallbacks: sum(Count::Fallback),
        }
    }
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
                            counters.add(Count::Rejection);
                        }
                    });
                }
            });
        }

        let statistics = counters.snapshot();
        assert_eq!(statistics.calls, 80_000);
        assert_eq!(statistics.attempts, 40_000);
        assert_eq!(statistics.succeeded, 40_000);
        assert_eq!(statistics.rejected, 40_000);
    }
}

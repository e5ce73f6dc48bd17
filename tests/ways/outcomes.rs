//! What a call has left behind, and what it should have.

use resilience_core::{Reason, Service, Statistics};
use resilience_tests::Error;

/// What one call has returned and added to the counts of its service.
#[derive(Debug, PartialEq)]
pub(crate) struct Expected {
    /// None where it panicked or was dropped.
    returned: Option<Result<u32, Error>>,
    rejected_for: Option<Reason>,
    /// Calls, attempts, retries.
    made: [u64; 3],
    /// Succeeded, failed, rejected, cancelled, panicked, exhausted.
    ended: [u64; 6],
    /// Failures in a row, as the breaker counts them.
    failures: u32,
}

/// The same, as it was seen.
pub(crate) type Seen = Expected;

impl Expected {
    fn of(returned: Option<Result<u32, Error>>, ended: [u64; 6]) -> Self {
        Self {
            returned,
            rejected_for: None,
            made: [1, 1, 0],
            ended,
            failures: 0,
        }
    }

    pub(crate) fn success(value: u32) -> Self {
        Self::of(Some(Ok(value)), [1, 0, 0, 0, 0, 0])
    }

    pub(crate) fn retried_success(value: u32) -> Self {
        Self {
            made: [1, 2, 1],
            ..Self::success(value)
        }
    }

    pub(crate) fn failure(error: Error, failures: u32) -> Self {
        Self {
            failures,
            ..Self::of(Some(Err(error)), [0, 1, 0, 0, 0, 0])
        }
    }

    pub(crate) fn exhausted(error: Error, attempts: u32) -> Self {
        Self {
            made: [1, attempts.into(), u64::from(attempts) - 1],
            ended: [0, 1, 0, 0, 0, 1],
            ..Self::failure(error, attempts)
        }
    }

    pub(crate) fn panic() -> Self {
        Self {
            failures: 1,
            ..Self::of(None, [0, 0, 0, 0, 1, 0])
        }
    }

    pub(crate) fn cancelled() -> Self {
        Self::of(None, [0, 0, 0, 1, 0, 0])
    }

    pub(crate) fn rejected(reason: Reason) -> Self {
        Self {
            rejected_for: Some(reason),
            made: [1, 0, 0],
            ..Self::of(None, [0, 0, 1, 0, 0, 0])
        }
    }

    /// What `call` does to `service`.
    pub(crate) fn during(service: &Service, call: impl FnOnce() -> Option<Result<u32, Error>>) -> Self {
        let before = service.statistics();
        let returned = call();
        let after = service.statistics();
        let added = |count: fn(&Statistics) -> u64| count(&after) - count(&before);
        let rejected_for = returned.and_then(Result::err).and_then(|error| error.reason());
        Self {
            returned: returned.filter(|_| rejected_for.is_none()),
            rejected_for,
            made: [added(|s| s.calls), added(|s| s.attempts), added(|s| s.retries)],
            ended: [
                added(|s| s.succeeded),
                added(|s| s.failed),
                added(|s| s.rejected),
                added(|s| s.cancelled),
                added(|s| s.panicked),
                added(|s| s.exhausted),
            ],
            failures: service.snapshot().failures,
        }
    }
}

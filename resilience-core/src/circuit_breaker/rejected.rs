use crate::{
    breaker::Ticks,
    classify::{Classify, FailureKind},
};
use std::{fmt, time::Duration};

/// The circuit is open: the call was not made.
///
/// Classified as [`Ignored`](FailureKind::Ignored): it says nothing about a service further out, and trying again now would be
/// refused again.
///
/// ```
/// use resilience_core::{BreakerMode, BreakerPolicy, CircuitBreaker};
///
/// static PLANS: CircuitBreaker = CircuitBreaker::new(&BreakerPolicy::DEFAULT);
/// PLANS.set_mode(BreakerMode::ForcedOpen);
///
/// let refused = PLANS.call(|| std::io::Result::Ok(())).unwrap_err();
/// assert_eq!(refused.retry_after(), None);
/// assert_eq!(refused.to_string(), "the circuit is held open");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// In milliseconds.
    wait: u64,
}

/// Until somebody says otherwise.
const UNKNOWN: u64 = u64::MAX;

impl Rejected {
    /// Held open by hand.
    pub(super) const HELD: Self = Self { wait: UNKNOWN };

    /// Half-open, with as many probes as are allowed.
    pub(super) const PROBED: Self = Self { wait: 0 };

    /// Open for so long on a clock of this resolution: who comes back exactly then is admitted, though the clock lags behind.
    #[inline]
    pub(super) fn open(wait: Ticks, resolution: Duration) -> Self {
        Self {
            wait: wait.0.saturating_add(Ticks::of(resolution).0).min(UNKNOWN - 1),
        }
    }

    /// The time until a call has a chance. Zero where it only has to wait for a probe under way; none where the circuit is held
    /// open by hand.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.wait {
            UNKNOWN => None,
            wait => Some(Duration::from_millis(wait)),
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retry_after() {
            None => f.write_str("the circuit is held open"),
            Some(Duration::ZERO) => f.write_str("the circuit is half-open, and enough probes are under way"),
            Some(wait) => write!(f, "the circuit is open: retry in {:.2} s", wait.as_secs_f64()),
        }
    }
}

impl std::error::Error for Rejected {}

impl Classify for Rejected {
    fn classify(&self) -> FailureKind {
        FailureKind::Ignored
    }
}

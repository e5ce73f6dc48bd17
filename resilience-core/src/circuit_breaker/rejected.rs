use crate::{
    breaker::{Refusal, Ticks},
    classify::{Classify, ErrorText, FailureKind},
    interruption::{OpenFor, Reason},
};
use std::{fmt, time::Duration};

/// The breaker rejected the call: the body did not run.
///
/// Classified as [`Ignored`](FailureKind::Ignored): it says nothing about a service further out, and trying again now would be
/// rejected again.
///
/// ```
/// use resilience_core::{BreakerMode, BreakerPolicy, CircuitBreaker, Reason};
///
/// static PLANS: CircuitBreaker = CircuitBreaker::new(&BreakerPolicy::DEFAULT);
/// PLANS.set_mode(BreakerMode::ForcedOpen);
///
/// let rejected = PLANS.call(|| std::io::Result::Ok(())).unwrap_err();
/// assert_eq!(rejected.reason(), Reason::HeldOpen);
/// assert_eq!(rejected.retry_after(), None);
/// assert_eq!(rejected.to_string(), "the circuit is forced open");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rejected {
    /// Zero where the time is not known.
    retry_after_ms: u32,
    /// What of it allows for a clock that lags behind.
    lag_ms: u8,
    reason: Reason,
}

impl Rejected {
    /// Rejected for this reason, by a clock of this resolution.
    pub(super) fn of(refusal: Refusal, resolution: Duration) -> Self {
        match refusal {
            Refusal::Open(wait) => Self::open(wait, resolution),
            Refusal::ProbesBusy => Self::without_hint(Reason::ProbesBusy),
            Refusal::HeldOpen => Self::without_hint(Reason::HeldOpen),
        }
    }

    #[inline]
    pub(super) fn open(wait: Ticks, resolution: Duration) -> Self {
        let wait = OpenFor::new(wait, Ticks::of(resolution));
        Self {
            retry_after_ms: wait.millis,
            lag_ms: wait.lag,
            reason: Reason::CircuitOpen,
        }
    }

    fn without_hint(reason: Reason) -> Self {
        Self {
            retry_after_ms: 0,
            lag_ms: 0,
            reason,
        }
    }

    /// Why: [`CircuitOpen`](Reason::CircuitOpen), [`ProbesBusy`](Reason::ProbesBusy) or [`HeldOpen`](Reason::HeldOpen).
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// How long to wait before calling again; none where that is not known, never zero.
    ///
    /// The time that the circuit stays open, in whole milliseconds, and the resolution of the clock on top: a call made then is
    /// not rejected again because the clock lags behind.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.retry_after_ms {
            0 => None,
            // `u64::from` is not `const`.
            millis => Some(Duration::from_millis(millis as u64)),
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            Reason::HeldOpen => "the circuit is forced open",
            Reason::ProbesBusy => "the circuit is half-open and all probes are in use",
            _ => "the circuit is open",
        })?;
        if let Some(wait) = self.retry_after() {
            // Users know the policy, not the clock.
            let wait = wait.saturating_sub(Duration::from_millis(self.lag_ms.into()));
            write!(f, ", retry in {:.2} s", wait.as_secs_f64())?;
        }
        Ok(())
    }
}

#[allow(
    clippy::missing_fields_in_debug,
    reason = "all are there, as their readers give them"
)]
impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected")
            .field("reason", &self.reason)
            .field("retry_after", &self.retry_after())
            .finish()
    }
}

impl std::error::Error for Rejected {}

impl Classify for Rejected {
    fn classify(&self) -> FailureKind {
        FailureKind::Ignored
    }

    fn describe(&self) -> Option<ErrorText<'_>> {
        Some(ErrorText::error(self))
    }
}

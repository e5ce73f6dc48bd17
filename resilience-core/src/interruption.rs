//! Our value in place of the user's: why a call ended without an answer of the service.

use crate::breaker::Ticks;
use std::{fmt, io, time::Duration};

/// Why a call ended without the answer of its body: a value of ours in place of the user's.
///
/// Either a *rejection*, in which case the body of this attempt did not run, or an *attempt timeout*, in which case it did and
/// its effect is unknown. Error types take it up with `impl From<Interruption>`; it is an [`Error`](std::error::Error) itself,
/// so `Box<dyn Error + Send + Sync>`, `anyhow::Error` and [`io::Error`] do so already.
///
/// ```
/// use resilience_core::Interruption;
///
/// enum PlanError {
///     NotFound,
///     Interrupted(Interruption),
/// }
///
/// impl From<Interruption> for PlanError {
///     fn from(interruption: Interruption) -> Self {
///         Self::Interrupted(interruption)
///     }
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Interruption {
    origin: &'static Origin,
    retry_after_ms: u32,
    attempts: u16,
    reason: Reason,
    /// What of `retry_after_ms` allows for a clock that lags behind.
    lag_ms: u8,
}

/// What an interruption names: a thin pointer to it keeps the interruption at 16 bytes.
#[derive(Debug)]
pub(crate) struct Origin(pub(crate) &'static str);

/// Why a call was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The circuit of the service is open. [`Interruption::retry_after`] says for how long.
    CircuitOpen,
    /// The circuit of the service is half-open, and as many probes as it allows are running.
    ProbesBusy,
    /// The circuit of the service is forced open: see [`BreakerMode::ForcedOpen`](crate::BreakerMode::ForcedOpen).
    HeldOpen,
    /// The time for the call was over before its next attempt could start.
    DeadlinePassed,
    /// An `#[apply]` would have started inside an attempt that its caller could repeat, and the policy forbids it.
    ApplyInRetry,
    /// A carried `#[apply]` would have started after the attempt that sent it was given up for another.
    Superseded,
    /// An `#[apply]` would have started in a plan that only reads: see [`plan`](crate::plan).
    ReadOnlyPlan,
    /// The wait before the next attempt was ended by [`Registry::shutdown`](crate::Registry::shutdown).
    Shutdown,
    /// The attempt took longer than `attempt_timeout` and was cancelled.
    AttemptTimeout,
}

impl Reason {
    /// The name in events, such as `circuit_open`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CircuitOpen => "circuit_open",
            Self::ProbesBusy => "probes_busy",
            Self::HeldOpen => "held_open",
            Self::DeadlinePassed => "deadline_passed",
            Self::ApplyInRetry => "apply_in_retry",
            Self::Superseded => "superseded",
            Self::ReadOnlyPlan => "read_only_plan",
            Self::Shutdown => "shutdown",
            Self::AttemptTimeout => "attempt_timeout",
        }
    }
}

const NO_HINT: u32 = u32::MAX;

/// The time until an open circuit may be asked again, in as few bytes as an error has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenFor {
    /// In all; 49 days at the most.
    pub(crate) millis: u32,
    /// What of it allows for a clock that lags behind; a quarter of a second at the most.
    pub(crate) lag: u8,
}

impl OpenFor {
    #[inline]
    pub(crate) fn new(wait: Ticks, resolution: Ticks) -> Self {
        Self {
            millis: u32::try_from(wait.plus(resolution).0)
                .unwrap_or(NO_HINT)
                .min(NO_HINT - 1),
            lag: u8::try_from(resolution.0).unwrap_or(u8::MAX),
        }
    }
}

impl Interruption {
    /// One without a hint when to come back.
    pub(crate) fn new(origin: &'static Origin, reason: Reason, attempts: u32) -> Self {
        Self {
            origin,
            retry_after_ms: NO_HINT,
            attempts: u16::try_from(attempts).unwrap_or(u16::MAX),
            reason,
            lag_ms: 0,
        }
    }

    /// The circuit is open for `wait`, by a clock of this resolution.
    pub(crate) fn circuit_open(origin: &'static Origin, attempts: u32, wait: Ticks, resolution: Ticks) -> Self {
        let wait = OpenFor::new(wait, resolution);
        Self {
            retry_after_ms: wait.millis,
            lag_ms: wait.lag,
            ..Self::new(origin, Reason::CircuitOpen, attempts)
        }
    }

    /// The service that was not reached; for an `#[apply]` without a service, the name of the function.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.origin.0
    }

    /// Why the call was interrupted.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// How long to wait before calling again; none where that is not known, never zero.
    ///
    /// The time that the circuit stays open, in whole milliseconds, and the resolution of the clock on top: a call made then is
    /// not rejected again because the clock lags behind.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        (self.retry_after_ms != NO_HINT).then(|| Duration::from_millis(self.retry_after_ms.into()))
    }

    /// The attempts of this call whose body ran before the interruption (65,535 at the most).
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.into()
    }

    /// Whether the body may have taken effect: `false` means that nothing was sent.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        self.attempts > 0
    }

    /// Whether the attempt that was asked for did not run at all: everything but an attempt timeout.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        self.reason != Reason::AttemptTimeout
    }
}

impl fmt::Display for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self.service();
        if self.is_rejection() {
            write!(f, "call to `{service}` rejected: ")?;
        }
        match self.reason {
            Reason::CircuitOpen => f.write_str("its circuit is open")?,
            Reason::ProbesBusy => f.write_str("its circuit is half-open and all probes are in use")?,
            Reason::HeldOpen => f.write_str("its circuit is forced open")?,
            Reason::DeadlinePassed => f.write_str("the deadline has passed")?,
            Reason::ApplyInRetry => f.write_str("an apply must not start inside an attempt that may be retried")?,
            Reason::Superseded => f.write_str("a retry has superseded the attempt that sent this apply")?,
            Reason::ReadOnlyPlan => f.write_str("the plan is read-only")?,
            Reason::Shutdown => f.write_str("its registry is shut down")?,
            Reason::AttemptTimeout => write!(f, "`{service}` did not answer within its attempt timeout")?,
        }
        if let Some(wait) = self.retry_after() {
            // Users know the policy, not the clock.
            let wait = wait.saturating_sub(Duration::from_millis(self.lag_ms.into()));
            write!(f, ", retry in {:.2} s", wait.as_secs_f64())?;
        }
        match (self.is_rejection(), self.attempts) {
            (false, _) | (_, 0) => Ok(()),
            (_, 1) => write!(f, " (after 1 attempt)"),
            (_, attempts) => write!(f, " (after {attempts} attempts)"),
        }
    }
}

#[allow(
    clippy::missing_fields_in_debug,
    reason = "all are there, as their readers give them"
)]
impl fmt::Debug for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interruption")
            .field("service", &self.service())
            .field("reason", &self.reason)
            .field("attempts", &self.attempts)
            .field("retry_after", &self.retry_after())
            .finish()
    }
}

impl std::error::Error for Interruption {}

impl From<Interruption> for io::Error {
    fn from(interruption: Interruption) -> Self {
        let kind = match interruption.reason {
            Reason::AttemptTimeout | Reason::DeadlinePassed => io::ErrorKind::TimedOut,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, interruption)
    }
}

/// Implemented by return types that can hold an [`Interruption`]: every `Result` whose error is `From<Interruption>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no room for an interruption: a call may end without an answer of the service",
    label = "this return type must be able to say that the call was interrupted",
    note = "if the error type is yours, derive `resilience_core::Classify` for it with a variant `#[interruption] Interrupted(Interruption)`, or write `impl From<Interruption>` for it",
    note = "if it is not, give the attribute of the method or of the whole block `interrupted = path`, a `fn(Interruption) -> Error`",
    note = "if the answer is another one than an error, or the return type is no `Result`, give the attribute `fallback = path_or_closure`; within it, `outcome_or_else(|interruption| ..)` makes the answer"
)]
pub trait FromInterruption {
    /// The return value that stands for `interruption`.
    fn from_interruption(interruption: Interruption) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Interruption>> FromInterruption for Result<T, E> {
    #[inline]
    fn from_interruption(interruption: Interruption) -> Self {
        Err(interruption.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PLANS: Origin = Origin("plan_service");

    #[test]
    fn fits_into_sixteen_bytes() {
        assert!(size_of::<Interruption>() <= 16);
    }

    #[test]
    fn says_what_happened_and_when_to_come_back() {
        let table = [
            (
                Interruption::circuit_open(&PLANS, 0, Ticks(12_500), Ticks(10)),
                // R077; the clock's resolution is in the hint, not in the text.
                "call to `plan_service` rejected: its circuit is open, retry in 12.50 s",
            ),
            (
                Interruption::new(&PLANS, Reason::ProbesBusy, 0),
                "call to `plan_service` rejected: its circuit is half-open and all probes are in use",
            ),
            (
                Interruption::new(&PLANS, Reason::HeldOpen, 0),
                "call to `plan_service` rejected: its circuit is forced open",
            ),
            (
                Interruption::new(&PLANS, Reason::DeadlinePassed, 2),
                "call to `plan_service` rejected: the deadline has passed (after 2 attempts)",
            ),
            (
                Interruption::new(&PLANS, Reason::AttemptTimeout, 1),
                "`plan_service` did not answer within its attempt timeout",
            ),
        ];
        for (interruption, text) in table {
            assert_eq!(interruption.to_string(), text);
        }
    }

    #[test]
    fn a_rejection_of_the_first_attempt_has_sent_nothing() {
        let first = Interruption::new(&PLANS, Reason::CircuitOpen, 0);
        let third = Interruption::new(&PLANS, Reason::CircuitOpen, 2);
        let timeout = Interruption::new(&PLANS, Reason::AttemptTimeout, 1);

        assert!(!first.may_have_run());
        assert!(third.may_have_run());
        assert!(timeout.may_have_run());
        assert!(!timeout.is_rejection());
    }

    #[test]
    fn a_hint_beyond_its_field_is_cut_not_lost() {
        let weeks = Ticks(100 * 24 * 60 * 60 * 1_000);
        let interruption = Interruption::circuit_open(&PLANS, 0, weeks, Ticks(1));
        assert_eq!(
            interruption.retry_after(),
            Some(Duration::from_millis(u64::from(u32::MAX) - 1))
        );
    }
}

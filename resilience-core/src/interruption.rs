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
}

/// What an interruption names: a thin pointer to it keeps the interruption at 16 bytes.
#[derive(Debug)]
pub(crate) struct Origin(pub(crate) &'static str);

/// Why a call was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The circuit of the service is open, or half-open with all its probes under way.
    CircuitOpen,
    /// The time for the call was over before its next attempt could start.
    DeadlinePassed,
    /// An `#[apply]` would have started inside an attempt that its caller could repeat, and the policy forbids it.
    ApplyInRetry,
    /// A carried `#[apply]` would have started after the attempt that sent it was given up for another.
    Superseded,
    /// An `#[apply]` would have started in a plan that only reads: see [`plan`](crate::plan).
    ReadOnlyPlan,
    /// The attempt took longer than `attempt_timeout` and was cancelled.
    AttemptTimeout,
}

impl Reason {
    /// The name in events, such as `circuit_open`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CircuitOpen => "circuit_open",
            Self::DeadlinePassed => "deadline_passed",
            Self::ApplyInRetry => "apply_in_retry",
            Self::Superseded => "superseded",
            Self::ReadOnlyPlan => "read_only_plan",
            Self::AttemptTimeout => "attempt_timeout",
        }
    }
}

const NO_HINT: u32 = u32::MAX;

impl Interruption {
    pub(crate) fn new(origin: &'static Origin, reason: Reason, attempts: u32, retry_after: Option<Ticks>) -> Self {
        let retry_after_ms = retry_after.map_or(NO_HINT, |wait| {
            u32::try_from(wait.0).unwrap_or(NO_HINT).min(NO_HINT - 1)
        });
        Self {
            origin,
            retry_after_ms,
            attempts: u16::try_from(attempts).unwrap_or(u16::MAX),
            reason,
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

    /// The time until a call has a chance again, where that is known; whole milliseconds, never negative.
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
        match self.reason {
            Reason::CircuitOpen => write!(f, "`{service}` was not called: its circuit is open")?,
            Reason::DeadlinePassed => write!(f, "`{service}` was not called: the time for the call is over")?,
            Reason::ApplyInRetry => write!(
                f,
                "`{service}` was not called: an apply must not start inside an attempt that may be repeated"
            )?,
            Reason::Superseded => write!(
                f,
                "`{service}` was not called: the attempt that sent this apply was given up for another"
            )?,
            Reason::ReadOnlyPlan => write!(f, "`{service}` was not called: the plan only reads")?,
            Reason::AttemptTimeout => write!(f, "`{service}` did not answer within its attempt timeout")?,
        }
        if let Some(wait) = self.retry_after() {
            write!(f, ", next chance in {:.2} s", wait.as_secs_f64())?;
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
                Interruption::new(&PLANS, Reason::CircuitOpen, 0, Some(Ticks(12_500))),
                // R077
                "`plan_service` was not called: its circuit is open, next chance in 12.50 s",
            ),
            (
                Interruption::new(&PLANS, Reason::DeadlinePassed, 2, None),
                "`plan_service` was not called: the time for the call is over (after 2 attempts)",
            ),
            (
                Interruption::new(&PLANS, Reason::AttemptTimeout, 1, None),
                "`plan_service` did not answer within its attempt timeout",
            ),
        ];
        for (interruption, text) in table {
            assert_eq!(interruption.to_string(), text);
        }
    }

    #[test]
    fn a_rejection_of_the_first_attempt_has_sent_nothing() {
        let first = Interruption::new(&PLANS, Reason::CircuitOpen, 0, None);
        let third = Interruption::new(&PLANS, Reason::CircuitOpen, 2, None);
        let timeout = Interruption::new(&PLANS, Reason::AttemptTimeout, 1, None);

        assert!(!first.may_have_run());
        assert!(third.may_have_run());
        assert!(timeout.may_have_run());
        assert!(!timeout.is_rejection());
    }

    #[test]
    fn a_hint_beyond_its_field_is_cut_not_lost() {
        let weeks = Ticks(100 * 24 * 60 * 60 * 1_000);
        let interruption = Interruption::new(&PLANS, Reason::CircuitOpen, 0, Some(weeks));
        assert_eq!(
            interruption.retry_after(),
            Some(Duration::from_millis(u64::from(u32::MAX) - 1))
        );
    }
}

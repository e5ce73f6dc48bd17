//! How a return value becomes a verdict.
//!
//! An error type says what kind of failure it is ([`Classify`]); a return type says whether it holds a failure at all
//! ([`Outcome`], which every `Result` with a classified error has). Where the types are not yours, the attribute takes a
//! function instead: `classify = classify::always_transient`.

use crate::interruption::Interruption;
use std::{io, time::Duration};

/// What kind of failure an error is: whether trying again can help, and whether the service is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// It may work in a moment: a timeout, a reset connection, a 503. Retried, and counted by the breaker.
    Transient,
    /// The service asks for patience: a 429. Retried no sooner than it asks for, and counted by the breaker.
    Throttled {
        /// How long the service wants to be left alone (`Retry-After`), if it said so.
        retry_after: Option<Duration>,
    },
    /// It will fail the same way again: a 404, a validation error. Not retried; says nothing against the service.
    Permanent,
    /// No statement about the service at all: a cancelled order, an interruption from below. Not retried, not counted.
    Ignored,
}

impl FailureKind {
    /// Whether trying again can help.
    pub(crate) const fn may_pass(self) -> bool {
        matches!(self, Self::Transient | Self::Throttled { .. })
    }

    /// The name in events: `transient`, `throttled`, `permanent` or `ignored`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Throttled { .. } => "throttled",
            Self::Permanent => "permanent",
            Self::Ignored => "ignored",
        }
    }
}

/// What a return value means for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The service did its work.
    Success,
    /// It did not.
    Failure(FailureKind),
}

/// Implemented by error types: says what kind of failure a value is.
///
/// ```
/// use resilience_core::{Classify, FailureKind};
///
/// #[derive(Debug)]
/// enum PlanError {
///     Unavailable,
///     NotFound,
/// }
///
/// impl Classify for PlanError {
///     fn classify(&self) -> FailureKind {
///         match self {
///             Self::Unavailable => FailureKind::Transient,
///             Self::NotFound => FailureKind::Permanent,
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which of its values are worth a retry",
    label = "this error cannot be classified",
    note = "implement `resilience_core::Classify` for `{Self}`",
    note = "or, where the type is not yours, give the attribute `classify = resilience_core::classify::always_transient` or a function of your own"
)]
pub trait Classify {
    /// The kind of this failure.
    fn classify(&self) -> FailureKind;
}

/// Implemented by return types: tells success from failure. Every `Result` with a [`Classify`] error is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not tell success from failure",
    label = "an annotated method returns a `Result` whose error implements `Classify`",
    note = "return a `Result`, or give the attribute `classify = ..`, a function from `&{Self}` to `Verdict`"
)]
pub trait Outcome {
    /// What this value means for the call.
    fn verdict(&self) -> Verdict;
}

impl<T, E: Classify> Outcome for Result<T, E> {
    #[inline]
    fn verdict(&self) -> Verdict {
        match self {
            Ok(_) => Verdict::Success,
            Err(error) => Verdict::Failure(error.classify()),
        }
    }
}

impl<E: Classify + ?Sized> Classify for Box<E> {
    fn classify(&self) -> FailureKind {
        (**self).classify()
    }
}

/// A rejection says nothing about the service it did not reach; an attempt timeout is [`FailureKind::Transient`].
impl Classify for Interruption {
    fn classify(&self) -> FailureKind {
        if self.is_rejection() {
            FailureKind::Ignored
        } else {
            FailureKind::Transient
        }
    }
}

/// See [`io`](fn@io) for the kinds that are transient.
impl Classify for io::Error {
    fn classify(&self) -> FailureKind {
        let interruption = self.get_ref().and_then(|inner| inner.downcast_ref::<Interruption>());
        match interruption {
            Some(interruption) => interruption.classify(),
            None => kind_of_io(self.kind()),
        }
    }
}

fn kind_of_io(kind: io::ErrorKind) -> FailureKind {
    use io::ErrorKind as Kind;
    match kind {
        Kind::AddrNotAvailable
        | Kind::BrokenPipe
        | Kind::ConnectionAborted
        | Kind::ConnectionRefused
        | Kind::ConnectionReset
        | Kind::HostUnreachable
        | Kind::Interrupted
        | Kind::NetworkDown
        | Kind::NetworkUnreachable
        | Kind::NotConnected
        | Kind::ResourceBusy
        | Kind::TimedOut
        | Kind::UnexpectedEof
        | Kind::WouldBlock => FailureKind::Transient,
        _ => FailureKind::Permanent,
    }
}

fn verdict_of<T, E>(result: &Result<T, E>, kind: impl FnOnce(&E) -> FailureKind) -> Verdict {
    match result {
        Ok(_) => Verdict::Success,
        Err(error) => Verdict::Failure(kind(error)),
    }
}

/// For `classify = ..`: every error is worth a retry.
#[inline]
pub fn always_transient<T, E>(result: &Result<T, E>) -> Verdict {
    verdict_of(result, |_| FailureKind::Transient)
}

/// For `classify = ..`: no error is worth a retry.
#[inline]
pub fn always_permanent<T, E>(result: &Result<T, E>) -> Verdict {
    verdict_of(result, |_| FailureKind::Permanent)
}

/// For `classify = ..`: by the kind of an I/O error.
///
/// Transient are refused, reset, aborted and broken connections, unreachable hosts and networks, timeouts, unexpected ends
/// and busy resources; everything else is permanent. [`io::Error`] is classified like this by itself, too.
#[inline]
pub fn io<T>(result: &io::Result<T>) -> Verdict {
    verdict_of(result, Classify::classify)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_io_error_is_classified_by_its_kind() {
        let table = [
            (io::ErrorKind::ConnectionReset, FailureKind::Transient),
            (io::ErrorKind::TimedOut, FailureKind::Transient),
            (io::ErrorKind::NotFound, FailureKind::Permanent),
            (io::ErrorKind::PermissionDenied, FailureKind::Permanent),
            (io::ErrorKind::Other, FailureKind::Permanent),
        ];
        for (kind, expected) in table {
            assert_eq!(io::Error::from(kind).classify(), expected, "{kind:?}");
        }
    }
}

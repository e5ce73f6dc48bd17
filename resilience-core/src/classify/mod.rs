//! How a return value becomes a verdict.
//!
//! An error type says what kind of failure it is ([`Classify`], most often derived); a return type says whether it holds a
//! failure at all ([`Outcome`], which every `Result` with a classified error has). Where the types are not yours, the
//! attribute takes a function instead: `classify = classify::always_transient`.
//!
//! # Errors of other people
//!
//! These are classified already:
//!
//! | type | what it is |
//! | --- | --- |
//! | [`io::Error`] | by its kind, see [`io`](fn@io); of the kind `Other`, what is inside it decides |
//! | [`Interruption`] | a rejection is ignored, an attempt timeout is transient |
//! | `Box<dyn Error + Send + Sync>`, and `dyn Error` with fewer promises | by its chain |
//! | `anyhow::Error` (feature `anyhow`) | by its chain |
//! | `Box<E>`, `Arc<E>` | as `E` is |
//!
//! By its chain means: from the error itself through its [sources](std::error::Error::source), the first one of a type that is
//! known here decides, so that a reset connection is still seen inside the errors that were wrapped round it. Known are
//! [`Interruption`], [`io::Error`] (unless it is of the kind `Other` and nothing known is inside it), a `Box` of one of these, and
//! with the feature `tokio` the `Elapsed` of its timeouts, which is transient. Where no link is known, the failure is
//! [`Unknown`](FailureKind::Unknown): it is not tried again, and a warning names the type, once per operation.
//! [`chain`](fn@chain) does the same for an error type of your own, and [`find`] looks for a type that you know.
//!
//! # What follows from a kind
//!
//! | kind | an idempotent call is retried | the breaker counts | as a probe | cost of the retry |
//! | --- | --- | --- | --- | --- |
//! | [`Transient`](FailureKind::Transient) | yes | a failure | a failure | 1 token |
//! | [`Throttled`](FailureKind::Throttled) | yes, no sooner than asked | a failure | a failure | `throttled_cost` |
//! | [`Pending`](FailureKind::Pending) | yes | nothing | a success | nothing |
//! | [`Permanent`](FailureKind::Permanent) | no | nothing | a success | |
//! | [`Unknown`](FailureKind::Unknown), [`Ignored`](FailureKind::Ignored) | no | nothing | nothing | |

mod chain;
mod hint;
mod known;
mod source;
mod text;

pub use chain::{chain, find};
#[doc(hidden)]
pub use hint::Hint;
pub use known::io;
#[doc(hidden)]
pub use source::{KindOfSource, KindWithoutSource, Source};
#[doc(hidden)]
pub use text::Described;
pub use text::ErrorText;

use crate::interruption::Interruption;
use std::{sync::Arc, time::Duration};

#[cfg(doc)]
use std::io;

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
    /// Not yet: the work is under way, and asking again later will answer it, as in polling. Retried at no cost to the budget;
    /// says nothing against the service, and as the answer to a probe it is a success.
    Pending,
    /// No classifier knows the error. Not retried, not counted; a warning names the type, once per operation.
    ///
    /// A chain of errors is of this kind where none of its links is known. Derive [`Classify`] or give the attribute
    /// `classify = ..` to say what it is.
    Unknown,
}

impl FailureKind {
    /// Whether trying again can help.
    pub(crate) const fn may_pass(self) -> bool {
        matches!(self, Self::Transient | Self::Throttled { .. } | Self::Pending)
    }

    /// The name in events: `transient`, `throttled`, `permanent`, `ignored`, `pending` or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Throttled { .. } => "throttled",
            Self::Permanent => "permanent",
            Self::Ignored => "ignored",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
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
/// `#[derive(Classify)]` takes the answer from a word at each variant; where more is to be said, it is written by hand:
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
    note = "derive `resilience_core::Classify` for `{Self}`, or implement it",
    note = "in a derived `Classify`, a word on the variant that holds it, such as `#[permanent]`, says it in its place",
    note = "or, where the type is not yours, give the attribute `classify = resilience_core::classify::always_transient` or a function of your own"
)]
pub trait Classify {
    /// The kind of this failure.
    fn classify(&self) -> FailureKind;

    /// What events say of this failure; nothing unless it is implemented. `#[derive(Classify)]` takes the text of an
    /// [`Error`](std::error::Error) with its sources, or what the type displays.
    fn describe(&self) -> Option<ErrorText<'_>> {
        None
    }
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

    /// What events say of this value where it is a failure; nothing unless it is implemented. A `Result` says what its error
    /// [describes](Classify::describe).
    fn error_text(&self) -> Option<ErrorText<'_>> {
        None
    }
}

impl<T, E: Classify> Outcome for Result<T, E> {
    #[inline]
    fn verdict(&self) -> Verdict {
        match self {
            Ok(_) => Verdict::Success,
            Err(error) => Verdict::Failure(error.classify()),
        }
    }

    fn error_text(&self) -> Option<ErrorText<'_>> {
        self.as_ref().err().and_then(Classify::describe)
    }
}

impl<E: Classify + ?Sized> Classify for Box<E> {
    fn classify(&self) -> FailureKind {
        (**self).classify()
    }

    fn describe(&self) -> Option<ErrorText<'_>> {
        (**self).describe()
    }
}

impl<E: Classify + ?Sized> Classify for Arc<E> {
    fn classify(&self) -> FailureKind {
        (**self).classify()
    }

    fn describe(&self) -> Option<ErrorText<'_>> {
        (**self).describe()
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

    fn describe(&self) -> Option<ErrorText<'_>> {
        Some(ErrorText::error(self))
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

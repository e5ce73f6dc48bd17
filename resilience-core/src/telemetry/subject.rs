//! What events are about.

use super::Label;
use crate::{classify::ErrorText, policy::Levels};

/// What an event is about, and the levels of its service.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) service: Option<&'static str>,
    pub(crate) operation: Option<&'static str>,
    /// The key of the partition that was called, if it was one.
    pub(crate) partition: Option<&'static Label>,
    pub(crate) levels: Levels,
}

/// The outcome of an attempt that failed, as far as events describe it. Nothing is formatted before an event needs it.
#[derive(Clone, Copy)]
pub(crate) struct FailedOutcome<'a> {
    pub(crate) type_name: &'static str,
    describe: &'a dyn Fn() -> Option<ErrorText<'a>>,
}

impl<'a> FailedOutcome<'a> {
    pub(crate) fn new(type_name: &'static str, describe: &'a dyn Fn() -> Option<ErrorText<'a>>) -> Self {
        Self { type_name, describe }
    }

    /// The text of the error with its sources, fit to leave.
    pub(crate) fn text(self) -> Option<String> {
        shown(|| (self.describe)())
    }

    /// The text of the innermost source alone, fit to leave.
    pub(crate) fn innermost_text(self) -> Option<String> {
        shown(|| Some((self.describe)()?.innermost()))
    }
}

/// Formats what `describe` finds. Both are a user's code: a panic costs the text, not the call.
#[cfg(feature = "tracing")]
fn shown<'a>(describe: impl Fn() -> Option<ErrorText<'a>>) -> Option<String> {
    use crate::redact;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    let shown = || describe().map(|text| redact::displayed(&text));
    let text = catch_unwind(AssertUnwindSafe(shown)).ok().flatten()?;
    (!text.is_empty()).then_some(text)
}

#[cfg(not(feature = "tracing"))]
fn shown<'a>(_: impl Fn() -> Option<ErrorText<'a>>) -> Option<String> {
    None
}

/// Where a call stands when an attempt has failed.
#[derive(Clone, Copy)]
pub(crate) struct Failed<'a> {
    pub(crate) subject: Subject,
    /// The number of the attempt that failed.
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    pub(crate) error_kind: &'static str,
    pub(crate) outcome: FailedOutcome<'a>,
}

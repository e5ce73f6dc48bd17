//! The events of the framework: one function each.
//!
//! Their table, with levels and fields, is `docs/events.md`, and a test holds the two together.
//!
//! All have the target `resilience`. They are emitted while no lock is held, so a subscriber may call back.

use super::{Failed, FailedOutcome, Subject};
#[cfg(feature = "tracing")]
use crate::policy::{Class, EventLevel};
#[cfg(feature = "watch")]
use crate::settings::InvalidSettings;
#[cfg(feature = "settings")]
use crate::settings::Mistake;
use crate::{
    breaker::{CircuitState, Transition},
    interruption::Interruption,
    policy::InvalidPolicy,
};
use std::{num::NonZeroU64, time::Duration};

/// `emit!(Class, "message", subject, field = value, ..)`: one event at the level of its class, or nothing. The values are only
/// looked at for an event that somebody hears.
macro_rules! emit {
    (@ $level:ident, $message:literal, $subject:ident $(, $field:ident = $value:expr)*) => {
        tracing::event!(
            target: "resilience",
            tracing::Level::$level,
            service = $subject.service,
            operation = $subject.operation,
            partition = $subject.partition.map(super::Label::shown).as_deref(),
            $($field = $value,)*
            $message
        )
    };
    ($class:ident, $message:literal, $subject:expr $(, $field:ident = $value:expr)* $(,)?) => {{
        let subject: Subject = $subject;
        #[cfg(feature = "tracing")]
        match subject.levels.of(Class::$class) {
            EventLevel::Off => {}
            EventLevel::Error => emit!(@ ERROR, $message, subject $(, $field = $value)*),
            EventLevel::Warn => emit!(@ WARN, $message, subject $(, $field = $value)*),
            EventLevel::Info => emit!(@ INFO, $message, subject $(, $field = $value)*),
            EventLevel::Debug => emit!(@ DEBUG, $message, subject $(, $field = $value)*),
            EventLevel::Trace => emit!(@ TRACE, $message, subject $(, $field = $value)*),
        }
        #[cfg(not(feature = "tracing"))]
        let _ = || ($message, subject.service, subject.operation, subject.partition, subject.levels, $($value,)*);
    }};
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn retry_scheduled(failed: Failed<'_>, delay: Duration) {
    emit!(
        Retry,
        "retry scheduled",
        failed.subject,
        attempt = failed.attempt,
        max_attempts = failed.max_attempts,
        delay_ms = millis(delay),
        error_kind = failed.error_kind,
        error = failed.outcome.text(),
    );
}

pub(crate) fn retry_suppressed(failed: Failed<'_>, reason: &'static str) {
    emit!(
        Suppression,
        "retry suppressed",
        failed.subject,
        attempt = failed.attempt,
        max_attempts = failed.max_attempts,
        error_kind = failed.error_kind,
        error = failed.outcome.text(),
        reason = reason,
    );
}

pub(crate) fn retries_exhausted(failed: Failed<'_>) {
    emit!(
        Exhaustion,
        "retries exhausted",
        failed.subject,
        attempt = failed.attempt,
        max_attempts = failed.max_attempts,
        error_kind = failed.error_kind,
        error = failed.outcome.text(),
    );
}

/// `is_first`: no other rejection of the same opening, or of the same minute, was reported.
pub(crate) fn call_rejected(subject: Subject, interruption: &Interruption, is_first: bool) {
    let attempt = interruption.attempts() + 1;
    let reason = interruption.reason().as_str();
    let retry_after_ms = interruption.retry_after().map(millis);
    if is_first {
        emit!(
            Rejection,
            "call rejected",
            subject,
            attempt = attempt,
            reason = reason,
            retry_after_ms = retry_after_ms,
        );
    } else {
        emit!(
            RepeatedRejection,
            "call rejected",
            subject,
            attempt = attempt,
            reason = reason,
            retry_after_ms = retry_after_ms,
        );
    }
}

/// No classifier knows what an operation returned.
pub(crate) fn unknown_failure(subject: Subject, outcome: FailedOutcome<'_>) {
    emit!(
        Usage,
        "failure of an unknown kind",
        subject,
        outcome = outcome.type_name,
        error = outcome.innermost_text(),
        cure = "derive `Classify` for the error, or give the attribute a `classify` function",
    );
}

pub(crate) fn fallback_used(
    subject: Subject,
    attempt: u32,
    error_kind: Option<&'static str>,
    reason: Option<&'static str>,
) {
    emit!(
        Fallback,
        "fallback used",
        subject,
        attempt = attempt,
        error_kind = error_kind,
        reason = reason,
    );
}

/// `rejected`: the calls that were rejected since the circuit opened, where that has come to an end.
pub(crate) fn circuit_turned(subject: Subject, transition: Transition, rejected: Option<NonZeroU64>) {
    match transition {
        Transition::Opened {
            cause,
            failures,
            recovery,
        } => emit!(
            Opening,
            "circuit opened",
            subject,
            state = CircuitState::Open.as_str(),
            cause = cause.as_str(),
            failures = failures,
            recovery_ms = millis(recovery),
        ),
        Transition::Reopened { recovery } => emit!(
            Reopening,
            "circuit reopened",
            subject,
            state = CircuitState::Open.as_str(),
            recovery_ms = millis(recovery),
        ),
        Transition::HalfOpened => {
            emit!(
                Recovery,
                "circuit half-open",
                subject,
                state = CircuitState::HalfOpen.as_str()
            );
        }
        Transition::Closed => {
            emit!(
                Recovery,
                "circuit closed",
                subject,
                state = CircuitState::Closed.as_str(),
                rejected = rejected.map(NonZeroU64::get)
            );
        }
        Transition::Reset => {
            emit!(
                Recovery,
                "circuit reset",
                subject,
                state = CircuitState::Closed.as_str(),
                rejected = rejected.map(NonZeroU64::get)
            );
        }
        Transition::Held(mode) => emit!(
            Mode,
            "breaker mode changed",
            subject,
            mode = mode.as_str(),
            rejected = rejected.map(NonZeroU64::get)
        ),
    }
}

pub(crate) fn attempt_overran(subject: Subject, attempt: u32, timeout: Duration, elapsed: Duration) {
    emit!(
        Overrun,
        "attempt overran its timeout",
        subject,
        attempt = attempt,
        timeout_ms = millis(timeout),
        elapsed_ms = millis(elapsed),
    );
}

pub(crate) fn apply_in_retry(subject: Subject) {
    emit!(Usage, "apply inside a retryable attempt", subject);
}

pub(crate) fn loop_suppressed(subject: Subject) {
    emit!(Suppression, "loop suppressed", subject, reason = "read_only_plan");
}

pub(crate) fn blocking_sleep_in_runtime(subject: Subject) {
    emit!(Usage, "blocking sleep inside an async runtime", subject);
}

pub(crate) fn idempotent_without_proof(subject: Subject) {
    emit!(
        Refusal,
        "idempotent without proof: put the attribute on the impl",
        subject
    );
}

pub(crate) fn policy_refused(subject: Subject, mistake: &InvalidPolicy) {
    emit!(
        Refusal,
        "policy refused",
        subject,
        field = mistake.field(),
        value = mistake.value(),
        allowed = mistake.allowed(),
    );
}

#[cfg(feature = "settings")]
pub(crate) fn override_skipped(subject: Subject, mistake: &Mistake) {
    emit!(
        Settings,
        "override skipped",
        subject,
        source = mistake.source().unwrap_or_default(),
        key = mistake.path(),
        value = mistake.value(),
        problem = mistake.problem(),
    );
}

#[cfg(feature = "settings")]
pub(crate) fn overrides_skipped(subject: Subject, others: usize) {
    emit!(Settings, "more overrides skipped", subject, count = others);
}

#[cfg(feature = "watch")]
pub(crate) fn settings_reloaded(subject: Subject) {
    emit!(Reload, "settings reloaded", subject);
}

#[cfg(feature = "watch")]
pub(crate) fn settings_vanished(subject: Subject, files: &[std::path::PathBuf]) {
    for file in files {
        let source = crate::redact::displayed(&file.display());
        emit!(Settings, "settings vanished", subject, source = source);
    }
}

#[cfg(feature = "watch")]
pub(crate) fn settings_refused(subject: Subject, refused: &InvalidSettings) {
    let mistakes = refused.mistakes().len().saturating_add(refused.omitted());
    emit!(
        Refusal,
        "settings refused",
        subject,
        mistakes = mistakes,
        problem = refused.brief(),
    );
}

pub(crate) fn conflicting_declarations(subject: Subject) {
    emit!(Refusal, "conflicting declarations of a service", subject);
}

/// Once per service: `reason` says what keeps a key from having a partition, `key` is the first that has none.
pub(crate) fn partition_refused(subject: Subject, reason: &'static str, key: &str, limit: usize) {
    emit!(
        Refusal,
        "partition refused",
        subject,
        reason = reason,
        key = crate::redact::text(key),
        limit = limit,
    );
}

pub(crate) fn too_many_services(subject: Subject, limit: usize) {
    emit!(Refusal, "too many services", subject, limit = limit);
}

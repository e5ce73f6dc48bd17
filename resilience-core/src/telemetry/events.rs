//! The events of the framework: one function each.
//!
//! Their table, with levels and fields, is `docs/events.md`, and a test holds the two together.
//!
//! All have the target `resilience`. They are emitted while no lock is held, so a subscriber may call back.

#[cfg(feature = "watch")]
use crate::settings::InvalidSettings;
#[cfg(feature = "settings")]
use crate::settings::Mistake;
use crate::{
    breaker::{CircuitState, Transition},
    interruption::Interruption,
    policy::InvalidPolicy,
};
use std::time::Duration;

/// Whom an event is about.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
}

/// Where a call stands when an attempt has failed.
#[derive(Clone, Copy)]
pub(crate) struct Failed {
    pub(crate) subject: Subject,
    /// The number of the attempt that failed.
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    pub(crate) error_kind: &'static str,
}

/// `emit!(LEVEL, "message", subject, field = value, ..)`: one event, or nothing without the feature `tracing`.
macro_rules! emit {
    ($level:ident, $message:literal, $subject:expr $(, $field:ident = $value:expr)* $(,)?) => {{
        let subject: Subject = $subject;
        #[cfg(feature = "tracing")]
        tracing::event!(
            target: "resilience",
            tracing::Level::$level,
            service = subject.service,
            operation = subject.operation,
            $($field = $value,)*
            $message
        );
        #[cfg(not(feature = "tracing"))]
        let _ = ($message, subject.service, subject.operation, $($value,)*);
    }};
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn retry_scheduled(failed: Failed, delay: Duration) {
    emit!(
        WARN,
        "retry scheduled",
        failed.subject,
        attempt = failed.attempt,
        max_attempts = failed.max_attempts,
        delay_ms = millis(delay),
        error_kind = failed.error_kind,
    );
}

pub(crate) fn retry_suppressed(failed: Failed, reason: &'static str) {
    emit!(
        DEBUG,
        "retry suppressed",
        failed.subject,
        attempt = failed.attempt,
        max_attempts = failed.max_attempts,
        error_kind = failed.error_kind,
        reason = reason,
    );
}

pub(crate) fn retries_exhausted(failed: Failed) {
    emit!(
        WARN,
        "retries exhausted",
        failed.subject,
        attempt = failed.attempt,
        max_attempts = failed.max_attempts,
        error_kind = failed.error_kind,
    );
}

pub(crate) fn call_rejected(subject: Subject, interruption: &Interruption) {
    emit!(
        WARN,
        "call rejected",
        subject,
        attempt = interruption.attempts() + 1,
        reason = interruption.reason().as_str(),
        retry_after_ms = interruption.retry_after().map(millis),
    );
}

pub(crate) fn fallback_used(
    subject: Subject,
    attempt: u32,
    error_kind: Option<&'static str>,
    reason: Option<&'static str>,
) {
    emit!(
        WARN,
        "fallback used",
        subject,
        attempt = attempt,
        error_kind = error_kind,
        reason = reason,
    );
}

pub(crate) fn circuit_turned(subject: Subject, transition: Transition) {
    match transition {
        Transition::Opened {
            cause,
            failures,
            recovery,
        } => emit!(
            ERROR,
            "circuit opened",
            subject,
            state = CircuitState::Open.as_str(),
            cause = cause.as_str(),
            failures = failures,
            recovery_ms = millis(recovery),
        ),
        Transition::Reopened { recovery } => emit!(
            WARN,
            "circuit reopened",
            subject,
            state = CircuitState::Open.as_str(),
            recovery_ms = millis(recovery),
        ),
        Transition::HalfOpened => {
            emit!(
                INFO,
                "circuit half-open",
                subject,
                state = CircuitState::HalfOpen.as_str()
            );
        }
        Transition::Closed => {
            emit!(INFO, "circuit closed", subject, state = CircuitState::Closed.as_str());
        }
        Transition::Reset => {
            emit!(INFO, "circuit reset", subject, state = CircuitState::Closed.as_str());
        }
        Transition::Held(mode) => emit!(WARN, "breaker mode changed", subject, mode = mode.as_str()),
    }
}

pub(crate) fn apply_in_retry(subject: Subject) {
    emit!(WARN, "apply inside a retryable attempt", subject);
}

pub(crate) fn loop_suppressed() {
    let subject = Subject {
        service: "",
        operation: "",
    };
    emit!(DEBUG, "loop suppressed", subject, reason = "read_only_plan");
}

pub(crate) fn blocking_sleep_in_runtime(subject: Subject) {
    emit!(WARN, "blocking sleep inside an async runtime", subject);
}

pub(crate) fn policy_refused(subject: Subject, mistake: &InvalidPolicy) {
    emit!(
        ERROR,
        "policy refused",
        subject,
        field = mistake.field(),
        value = mistake.value(),
        allowed = mistake.allowed(),
    );
}

#[cfg(feature = "settings")]
pub(crate) fn override_skipped(mistake: &Mistake) {
    let subject = Subject {
        service: "",
        operation: "",
    };
    emit!(
        WARN,
        "override skipped",
        subject,
        source = mistake.source().unwrap_or_default(),
        key = mistake.path(),
        value = mistake.value(),
        problem = mistake.problem(),
    );
}

#[cfg(feature = "settings")]
pub(crate) fn overrides_skipped(others: usize) {
    let subject = Subject {
        service: "",
        operation: "",
    };
    emit!(WARN, "more overrides skipped", subject, count = others);
}

#[cfg(feature = "watch")]
pub(crate) fn settings_reloaded() {
    let subject = Subject {
        service: "",
        operation: "",
    };
    emit!(INFO, "settings reloaded", subject);
}

#[cfg(feature = "watch")]
pub(crate) fn settings_vanished(files: &[std::path::PathBuf]) {
    let subject = Subject {
        service: "",
        operation: "",
    };
    for file in files {
        let source = crate::redact::displayed(&file.display());
        emit!(WARN, "settings vanished", subject, source = source);
    }
}

#[cfg(feature = "watch")]
pub(crate) fn settings_refused(refused: &InvalidSettings) {
    let subject = Subject {
        service: "",
        operation: "",
    };
    let mistakes = refused.mistakes().len().saturating_add(refused.omitted());
    emit!(
        ERROR,
        "settings refused",
        subject,
        mistakes = mistakes,
        problem = refused.brief(),
    );
}

pub(crate) fn conflicting_declarations(service: &'static str) {
    let subject = Subject { service, operation: "" };
    emit!(ERROR, "conflicting declarations of a service", subject);
}

pub(crate) fn too_many_services(limit: usize) {
    let subject = Subject {
        service: "",
        operation: "",
    };
    emit!(ERROR, "too many services", subject, limit = limit);
}

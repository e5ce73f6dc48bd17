//! What an outcome means: for the breaker, the budget and the counters, and for another attempt.

use super::{AGAIN, AT_ONCE, CUT_BY_DEADLINE, Call, HINTED_AT_ONCE, TIMED_OUT, TOKEN};
use crate::{
    breaker::{Ending, Tick},
    classify::{FailureKind, Verdict},
    deadline, delay,
    link::{Link, OperationPolicy, Warning},
    operation::Kind,
    policy::{Brief, Briefed, Jitter},
    scope::{self, Scope},
    telemetry::{Count, Failed, FailedOutcome, events},
};
use std::time::Duration;

/// Why a failure that is worth a retry gets none though attempts are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suppression {
    /// An apply has started inside the attempt.
    ApplyFence,
    /// The last inner call was refused; trying again would be refused again.
    InnerRejection,
    /// An enclosing call retries.
    Nested,
    /// The circuit is open.
    CircuitOpen,
    /// The service asked for more patience than the policy has.
    RetryAfterTooLong,
    /// The wait would outlast the time for the call.
    Deadline,
    /// The registry is shut down.
    Shutdown,
    /// The service's retry budget is spent.
    Budget,
}

impl Suppression {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ApplyFence => "apply_fence",
            Self::InnerRejection => "inner_rejection",
            Self::Nested => "nested",
            Self::CircuitOpen => "circuit_open",
            Self::RetryAfterTooLong => "retry_after_too_long",
            Self::Deadline => "deadline",
            Self::Shutdown => "shutdown",
            Self::Budget => "budget",
        }
    }

    const fn count(self) -> Count {
        match self {
            Self::ApplyFence => Count::SuppressedByFence,
            Self::InnerRejection => Count::SuppressedByRejection,
            Self::Nested => Count::SuppressedByNesting,
            Self::CircuitOpen => Count::SuppressedByCircuit,
            Self::RetryAfterTooLong => Count::SuppressedByHint,
            Self::Deadline => Count::SuppressedByDeadline,
            Self::Budget => Count::SuppressedByBudget,
            Self::Shutdown => Count::SuppressedByShutdown,
        }
    }

    /// Whether the calls around must not retry either: they would only ask again for what was just refused.
    const fn binds_those_around(self) -> bool {
        matches!(self, Self::Budget | Self::RetryAfterTooLong | Self::InnerRejection)
    }
}

impl Call {
    /// Judges an outcome of an operation that may be retried: the delay before the next attempt, or nothing where the call
    /// has ended.
    #[cold]
    pub(super) fn judge(&mut self, verdict: Verdict, outcome: FailedOutcome<'_>) -> Option<Duration> {
        let kind = self.failure(verdict, outcome)?;
        let ending = self.record(kind);
        if self.link.kind != Kind::Idempotent {
            self.end_failed(kind, ending);
            return None;
        }
        let kept = self.policy();
        let policy: &OperationPolicy = &kept;
        let failed = Failed {
            subject: self.link.subject(),
            attempt: self.attempts(),
            max_attempts: policy.retry.max_attempts(),
            error_kind: if self.flags & TIMED_OUT != 0 {
                "attempt_timeout"
            } else {
                kind.as_str()
            },
            outcome,
        };
        if !kind.may_pass() {
            events::retry_suppressed(failed, "not_retryable");
            self.end_failed(kind, ending);
            return None;
        }
        // One attempt when the call began is one attempt, whatever has been allowed since.
        let one_attempt = self.flags >> Link::DEPTH_SHIFT == 0 && self.flags & Scope::APPLIED == 0;
        if one_attempt || self.attempts() >= policy.retry.max_attempts() {
            self.link.counters.add(Count::Exhaustion);
            if !one_attempt && policy.retry.max_attempts() > 1 {
                events::retries_exhausted(failed);
            }
            self.end_failed(kind, ending);
            return None;
        }
        match self.next_delay(kind, policy) {
            Ok(delay) => {
                self.trouble().keep_policy(kept);
                if !self.permit.is_none() {
                    self.set_last_ending(ending);
                }
                self.flags = (self.flags & !(Scope::MARKED | TIMED_OUT | AT_ONCE)) | AGAIN;
                self.link.counters.add_wait(delay);
                events::retry_scheduled(failed, delay);
                Some(delay)
            }
            Err(suppression) => {
                self.link.counters.add(suppression.count());
                events::retry_suppressed(failed, suppression.as_str());
                self.end_permit(ending);
                self.end(self.count_of(kind), suppression.binds_those_around());
                None
            }
        }
    }

    /// Ends a call that gets one attempt.
    #[cold]
    pub(super) fn conclude(&mut self, verdict: Verdict, outcome: FailedOutcome<'_>) {
        if let Some(kind) = self.failure(verdict, outcome) {
            let ending = self.record(kind);
            self.end_failed(kind, ending);
        }
    }

    /// Ends the call with a failure; the mark of a refusal further in goes on to those around.
    fn end_failed(&mut self, kind: FailureKind, ending: Ending) {
        self.end_permit(ending);
        self.end(self.count_of(kind), self.flags & Scope::MARKED != 0);
    }

    fn count_of(&self, kind: FailureKind) -> Count {
        if self.flags & TIMED_OUT != 0 {
            Count::TimedOut
        } else {
            Count::of_failure(kind)
        }
    }

    /// The failure that the attempt has ended with; nothing where the call has ended well.
    #[inline]
    fn failure(&mut self, verdict: Verdict, outcome: FailedOutcome<'_>) -> Option<FailureKind> {
        if self.flags & Link::TIMEOUT != 0 {
            self.count_overrun();
        }
        self.count_attempt();
        match verdict {
            _ if self.flags & TIMED_OUT != 0 => {
                self.link.counters.add(Count::AttemptTimeout);
                Some(FailureKind::Transient)
            }
            Verdict::Success => {
                self.succeed();
                None
            }
            Verdict::Failure(kind) => {
                if kind == FailureKind::Unknown && self.link.is_first(Warning::UnknownFailure) {
                    events::unknown_failure(self.link.subject(), outcome);
                }
                Some(kind)
            }
        }
    }

    /// What the failure is to the breaker, which is told, unless it judges the call as one.
    #[inline]
    fn record(&mut self, kind: FailureKind) -> Ending {
        let policy = self.link.service.breaker_policy().brief();
        if self.gives_back_unjudged(policy) {
            return Ending::Ignored;
        }
        let ending = if self.flags & (Scope::MARKED | TIMED_OUT) != 0 {
            self.ending_of_interrupted(policy)
        } else {
            Ending::of_failure(kind, policy)
        };
        if !policy.is_per_call() {
            self.end_permit(ending);
        }
        ending
    }

    /// What an attempt is to the breaker that was cut, or in which another call was refused.
    fn ending_of_interrupted(&self, policy: Brief) -> Ending {
        if self.flags & Scope::MARKED != 0 {
            // What was refused further in says nothing about this service.
            Ending::Ignored
        } else if self.flags & CUT_BY_DEADLINE != 0 {
            // The caller's patience is over: no evidence against the service by itself.
            Ending::Abandoned
        } else if policy.count_timeouts() {
            Ending::Failure
        } else {
            Ending::Ignored
        }
    }

    #[cold]
    fn succeed(&mut self) {
        self.end_permit(Ending::Success);
        let service = self.link.service;
        if !service.budget().is_full() {
            let terms = service.budget_terms();
            if terms.enabled() {
                service.budget().deposit(terms);
            }
        }
        self.end(
            if self.attempts() > 1 {
                Count::SuccessAfterRetry
            } else {
                Count::Success
            },
            false,
        );
    }

    /// The delay before the next attempt, or what stands against one. What cannot be taken back is asked last.
    fn next_delay(&mut self, kind: FailureKind, policy: &OperationPolicy) -> Result<Duration, Suppression> {
        let service = self.link.service;
        let registry = service.registry();
        if self.flags & Scope::APPLIED != 0 {
            return Err(Suppression::ApplyFence);
        }
        if self.flags & Scope::MARKED != 0 {
            return Err(Suppression::InnerRejection);
        }
        if registry.is_shut_down() {
            return Err(Suppression::Shutdown);
        }
        let retry = &policy.retry;
        let hint = match kind {
            FailureKind::Throttled { retry_after } => retry_after,
            _ => None,
        };
        // Before all that only concerns this call: those around must not ask sooner either.
        if hint.is_some_and(|hint| hint > retry.max_retry_after()) {
            return Err(Suppression::RetryAfterTooLong);
        }
        if !self.may_retry(scope::current()) {
            return Err(Suppression::Nested);
        }
        let now = registry.now();
        if service.breaker_policy().brief().enabled() && service.breaker().is_open(Tick::at(now)) {
            return Err(Suppression::CircuitOpen);
        }
        // Only once: a service that keeps asking for retries at once gets them at the pace of the policy.
        let at_once = hint == Some(Duration::ZERO) && self.flags & HINTED_AT_ONCE == 0;
        let own = if at_once {
            self.flags |= HINTED_AT_ONCE;
            delay::least(retry)
        } else {
            let previous = self.trouble.rare().and_then(|rare| rare.delay);
            delay::before_retry(retry, self.attempts(), previous, || registry.draw())
        };
        let left = self.time_left(now, retry.total_timeout());
        // An attempt that could start only when the time is over does not start.
        if own >= left {
            return Err(Suppression::Deadline);
        }
        if hint.is_some_and(|hint| hint >= left) {
            return Err(Suppression::RetryAfterTooLong);
        }
        if retry.jitter() == Jitter::Decorrelated && !at_once {
            self.trouble().rare_mut().delay = Some(own);
        }
        let terms = service.budget_terms();
        if terms.enabled() {
            let cost = service.budget().withdraw(Tick::at(now), kind, terms);
            self.trouble().pay(cost.ok_or(Suppression::Budget)?);
            self.flags |= TOKEN;
        }
        // The end of the call gives the token back.
        if self.trouble.rare().is_some_and(|rare| !rare.carried.supersede()) {
            return Err(Suppression::ApplyFence);
        }
        Ok(hint.map_or(own, |hint| own.max(hint)))
    }

    /// The time that is left for further attempts: the call's own, but no more than those around have. Starts the clocks of all.
    pub(super) fn time_left(&mut self, now: Duration, total_timeout: Duration) -> Duration {
        let own = total_timeout.saturating_sub(self.elapsed(now));
        let around = deadline::left_by(self.link.service.registry(), now);
        around.map_or(own, |around| own.min(around))
    }
}

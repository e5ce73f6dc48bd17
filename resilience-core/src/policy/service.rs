use super::{BreakerOptions, BudgetOptions, EventOptions, InvalidPolicy, RetryOptions, invalid::within};
use std::time::Duration;

/// What happens when an `#[apply]` starts inside an attempt that its caller could repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ApplyInRetry {
    /// The apply runs, no enclosing call retries any more, and an event warns.
    #[default]
    Disarm,
    /// The apply is refused on the first attempt. Meant for tests: any test that touches the path finds it.
    Refuse,
}

/// Everything that one layer states for a service: for all its operations, its breaker and its budget.
///
/// ```
/// use resilience_core::{BreakerPolicy, Registry, RetryPolicy, ServiceOptions};
/// use std::time::Duration;
///
/// let registry = Registry::new();
/// registry.configure(
///     "plan_service",
///     ServiceOptions::new()
///         .retry(RetryPolicy::builder().max_attempts(5))
///         .breaker(BreakerPolicy::builder().failure_threshold(3))
///         .attempt_timeout(Duration::from_secs(2)),
/// )?;
/// # Ok::<(), resilience_core::InvalidPolicy>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct ServiceOptions {
    pub(crate) retry: RetryOptions,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "BreakerOptions::or_none"))]
    pub(crate) breaker: BreakerOptions,
    pub(crate) budget: BudgetOptions,
    pub(crate) events: EventOptions,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) apply_in_retry: Option<ApplyInRetry>,
}

impl ServiceOptions {
    /// A layer that states nothing.
    pub const fn new() -> Self {
        Self {
            retry: RetryOptions::new(),
            breaker: BreakerOptions::new(),
            budget: BudgetOptions::new(),
            events: EventOptions::new(),
            attempt_timeout: None,
            apply_in_retry: None,
        }
    }

    /// How the operations of the service retry; only those marked `idempotent` do.
    pub const fn retry(mut self, retry: RetryOptions) -> Self {
        self.retry = retry;
        self
    }

    /// The breaker of the service.
    pub const fn breaker(mut self, breaker: BreakerOptions) -> Self {
        self.breaker = breaker;
        self
    }

    /// The retry budget of the service.
    pub const fn budget(mut self, budget: BudgetOptions) -> Self {
        self.budget = budget;
        self
    }

    /// The levels of the events about the service.
    pub const fn events(mut self, events: EventOptions) -> Self {
        self.events = events;
        self
    }

    /// The time after which an attempt is cancelled: 1 ms to 1 day. Async operations only.
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// What happens when an `#[apply]` of this service starts inside an attempt that its caller could repeat.
    pub const fn apply_in_retry(mut self, rule: ApplyInRetry) -> Self {
        self.apply_in_retry = Some(rule);
        self
    }

    pub(crate) fn valid_attempt_timeout(&self) -> Result<Option<Duration>, InvalidPolicy> {
        if let Some(timeout) = self.attempt_timeout {
            let day = Duration::from_secs(24 * 60 * 60);
            within("attempt_timeout", timeout, Duration::from_millis(1), day)?;
        }
        Ok(self.attempt_timeout)
    }

    /// This layer where it states something, `below` where it does not.
    pub(crate) fn over(self, below: Self) -> Self {
        Self {
            retry: self.retry.over(below.retry),
            breaker: self.breaker.over(below.breaker),
            budget: self.budget.over(below.budget),
            events: self.events.over(below.events),
            attempt_timeout: self.attempt_timeout.or(below.attempt_timeout),
            apply_in_retry: self.apply_in_retry.or(below.apply_in_retry),
        }
    }
}

use super::{ApplyInRetry, RetryOptions, ServiceOptions};
use std::time::Duration;

/// Everything that one layer states for a single operation. Breaker and budget belong to its service.
///
/// ```
/// use resilience_core::{OperationOptions, RetryPolicy, Settings};
/// use std::time::Duration;
///
/// let patient = OperationOptions::new()
///     .retry(RetryPolicy::builder().max_attempts(5))
///     .attempt_timeout(Duration::from_millis(750));
/// let settings = Settings::new().operation("plan_service", "fetch_plan", patient);
/// # assert_ne!(settings, Settings::new());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct OperationOptions {
    pub(crate) retry: RetryOptions,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) apply_in_retry: Option<ApplyInRetry>,
}

impl OperationOptions {
    /// A layer that states nothing.
    pub const fn new() -> Self {
        Self {
            retry: RetryOptions::new(),
            attempt_timeout: None,
            apply_in_retry: None,
        }
    }

    /// How the operation retries, if it is marked `idempotent`.
    pub const fn retry(mut self, retry: RetryOptions) -> Self {
        self.retry = retry;
        self
    }

    /// The time after which an attempt is cancelled: 1 ms to 1 day. Async operations only.
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// What happens when the operation is an `#[apply]` and starts inside an attempt that its caller could repeat.
    pub const fn apply_in_retry(mut self, rule: ApplyInRetry) -> Self {
        self.apply_in_retry = Some(rule);
        self
    }

    /// This layer where it states something, `below` where it does not.
    pub(crate) fn over(self, below: Self) -> Self {
        Self {
            retry: self.retry.over(below.retry),
            attempt_timeout: self.attempt_timeout.or(below.attempt_timeout),
            apply_in_retry: self.apply_in_retry.or(below.apply_in_retry),
        }
    }

    /// The same as part of a service's stack of layers.
    pub(crate) const fn in_service(self) -> ServiceOptions {
        let mut layer = ServiceOptions::new();
        layer.retry = self.retry;
        layer.attempt_timeout = self.attempt_timeout;
        layer.apply_in_retry = self.apply_in_retry;
        layer
    }
}

/// What a layer of a service says that one operation can have for itself.
impl From<ServiceOptions> for OperationOptions {
    fn from(layer: ServiceOptions) -> Self {
        Self {
            retry: layer.retry,
            attempt_timeout: layer.attempt_timeout,
            apply_in_retry: layer.apply_in_retry,
        }
    }
}

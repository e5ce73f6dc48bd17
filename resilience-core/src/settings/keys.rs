//! Every key of the settings, once: type, range, default and what it is for.
//!
//! The checker, the explanation, the JSON Schema and the table in `docs/configuration.md` all read this table.

use super::{
    slot::{Abandoned, Chosen, Jittered, Ranged, Slot, Switch, Windowed},
    value::Setting,
};
use crate::policy::{
    ApplyInRetry, Backoff, BreakerPer, BreakerPolicy, BudgetPolicy, Class, EventLevel, FailureCount, OnPermanent,
    RetryPolicy, ServiceOptions,
};
use std::{fmt, time::Duration};

pub(crate) const TICK: Duration = Duration::from_millis(1);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One key of the settings: what it is called, what it may be, and what holds where nobody says otherwise.
///
/// ```
/// use resilience_core::settings;
///
/// let key = settings::keys().iter().find(|key| key.path() == "retry.max_attempts").unwrap();
/// assert_eq!((key.allowed().as_str(), key.default_value().as_str()), ("1 to 1000000", "3"));
/// ```
pub struct Key {
    pub(crate) path: &'static str,
    pub(crate) slot: &'static dyn Slot,
    about: &'static str,
}

/// Every key of the settings, in the order of the documentation.
#[must_use]
pub fn keys() -> &'static [Key] {
    KEYS
}

impl Key {
    /// Where it stands in a service: `retry.max_attempts`.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// What it may be, as text: a range with units, or the words to choose from.
    #[must_use]
    pub fn allowed(&self) -> String {
        self.slot.allowed()
    }

    /// What holds where nobody says otherwise, as text; `off` where that is nothing.
    #[must_use]
    pub fn default_value(&self) -> String {
        self.slot.default()
    }

    /// What holds beside the rest of `layer` where nobody says otherwise.
    pub(crate) fn default_in(&self, layer: &ServiceOptions) -> String {
        let found = BREAKER.layered(&layer.breaker).ok().and_then(|policy| match self.path {
            "breaker.failure_span" => Some(policy.failure_span()),
            "breaker.max_recovery_timeout" => Some(policy.max_recovery_timeout()),
            _ => None,
        });
        found.map_or_else(|| self.slot.default(), Setting::text)
    }

    /// What it is for, in a sentence.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// Whether one operation can have it for itself; breaker, budget and events belong to the service.
    #[must_use]
    pub fn suits_operations(&self) -> bool {
        !["breaker.", "budget.", "events."]
            .iter()
            .any(|group| self.path.starts_with(group))
    }

    /// What `layer` says of it, in whichever spelling.
    pub(crate) fn text(&self, layer: &ServiceOptions) -> Option<String> {
        let text = self.slot.text(layer);
        if text.is_none() && self.path == MAX_ATTEMPTS {
            return layer
                .retry
                .max_retries
                .map(|retries| retries.saturating_add(1).to_string());
        }
        text
    }

    /// Whether it is only another spelling of one that is in the table.
    pub(crate) fn is_spelling(&self) -> bool {
        self.path == MAX_RETRIES
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("path", &self.path)
            .field("allowed", &self.allowed())
            .field("default", &self.default_value())
            .finish_non_exhaustive()
    }
}

pub(crate) const MAX_ATTEMPTS: &str = "retry.max_attempts";
pub(crate) const MAX_RETRIES: &str = "retry.max_retries";

/// The groups that keys stand in.
#[cfg(feature = "settings")]
pub(crate) const GROUPS: [&str; 4] = ["retry", "breaker", "budget", "events"];

pub(crate) fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

const RETRY: RetryPolicy = RetryPolicy::DEFAULT;
const BREAKER: BreakerPolicy = BreakerPolicy::DEFAULT;
const BUDGET: BudgetPolicy = BudgetPolicy::DEFAULT;

macro_rules! keys {
    ($($path:literal: $slot:expr, $about:literal;)*) => {
        pub(crate) static KEYS: &[Key] = &[$(Key { path: $path, slot: &$slot, about: $about }),*];
    };
}

macro_rules! ranged {
    ($($place:ident).+, $low:expr, $high:expr, $default:expr) => {
        Ranged { place: |layer| &mut layer.$($place).+, low: $low, high: $high, default: $default }
    };
}

macro_rules! switch {
    ($($place:ident).+, $default:expr) => {
        Switch { place: |layer| &mut layer.$($place).+, default: $default }
    };
}

macro_rules! chosen {
    ($($place:ident).+, $default:expr, $($word:literal => $choice:expr),+) => {
        Chosen { place: |layer| &mut layer.$($place).+, choices: &[$(($word, $choice)),+], default: $default }
    };
}

/// The level of a class of events.
macro_rules! leveled {
    ($field:ident, $class:expr) => {
        chosen!(events.$field, $class.default_level(),
            "off" => EventLevel::Off, "error" => EventLevel::Error, "warn" => EventLevel::Warn,
            "info" => EventLevel::Info, "debug" => EventLevel::Debug, "trace" => EventLevel::Trace)
    };
}

keys! {
    "retry.max_attempts": ranged!(retry.max_attempts, 1, 1_000_000, Some(RETRY.max_attempts())),
        "All attempts of a call, the first included.";
    "retry.max_retries": ranged!(retry.max_retries, 0, 999_999, Some(RETRY.max_attempts() - 1)),
        "The attempts after the first: another spelling of `max_attempts`, not beside it.";
    "retry.backoff": chosen!(retry.backoff, RETRY.backoff(),
            "none" => Backoff::None, "fixed" => Backoff::Fixed, "linear" => Backoff::Linear,
            "exponential" => Backoff::Exponential,
            "fibonacci" => Backoff::Fibonacci),
        "How the delay grows from retry to retry.";
    "retry.base_delay": ranged!(retry.base_delay, Duration::ZERO, DAY, Some(RETRY.base_delay())),
        "The delay before the first retry, before jitter; at most `max_delay`.";
    "retry.factor": ranged!(retry.factor, 1.0, 1_000.0, Some(RETRY.factor())),
        "The factor of exponential backoff.";
    "retry.jitter": Jittered,
        "How chance spreads the delay.";
    "retry.min_delay": ranged!(retry.min_delay, Duration::ZERO, DAY, Some(RETRY.min_delay())),
        "The floor of every delay; at most `max_delay`.";
    "retry.max_delay": ranged!(retry.max_delay, Duration::ZERO, DAY, Some(RETRY.max_delay())),
        "The cap of every delay; only a server's hint may ask for more.";
    "retry.total_timeout": ranged!(retry.total_timeout, Duration::from_nanos(1), DAY, Some(RETRY.total_timeout())),
        "The time for a whole call: when it is over no attempt starts, and no wait lasts until then, in calls inside it either.";
    "retry.max_retry_after": ranged!(retry.max_retry_after, Duration::ZERO, DAY, Some(RETRY.max_retry_after())),
        "The longest `Retry-After` that is waited for; a longer one ends the call.";
    "retry.max_depth": ranged!(retry.max_depth, 1, 255, Some(RETRY.max_depth())),
        "How many enclosing calls that may still retry forbid retries here.";
    "breaker.enabled": switch!(breaker.enabled, BREAKER.enabled()),
        "Whether there is a breaker at all. `breaker = null` (JSON, YAML) says the same as `false`.";
    "breaker.per": chosen!(breaker.per, BREAKER.per(), "attempt" => BreakerPer::Attempt, "call" => BreakerPer::Call),
        "What is judged as one.";
    "breaker.failure_threshold": ranged!(breaker.failure_threshold, 0, 1_000_000, Some(BREAKER.failure_threshold())),
        "The number of failures that opens the circuit; 0: no such rule. One rule at least must be on. Cumulative: at most the \
         calls of `window`.";
    "breaker.failure_span":
        ranged!(breaker.failure_span, Duration::ZERO, DAY, Some(BREAKER.failure_span())),
        "How long a run of failures must last to open the circuit, from its second failure on; 0: any time. A threshold of 1 \
         ignores it, cumulative failures have none.";
    "breaker.failure_count": chosen!(breaker.failure_count, BREAKER.failure_count(),
            "consecutive" => FailureCount::Consecutive, "cumulative" => FailureCount::Cumulative),
        "Which failures the threshold counts: those in a row, or all in `window`.";
    "breaker.failure_rate": ranged!(breaker.failure_rate, 0.0, 1.0, Some(BREAKER.failure_rate())),
        "The share of failures in the window that opens the circuit; 0: no such rule.";
    "breaker.slow_call_rate": ranged!(breaker.slow_call_rate, 0.0, 1.0, Some(BREAKER.slow_call_rate())),
        "The share of slow calls in the window that opens the circuit; 0: no such rule.";
    "breaker.slow_call_duration":
        ranged!(breaker.slow_call_duration, TICK, DAY, Some(BREAKER.slow_call_duration())),
        "From this time on an attempt is slow.";
    "breaker.window": Windowed,
        "Which of the latest calls rates and cumulative failures are taken over: a number of calls, or a duration.";
    "breaker.minimum_calls": ranged!(breaker.minimum_calls, 1, 1_000_000, Some(BREAKER.minimum_calls())),
        "How many calls the window must hold before a rate is judged.";
    "breaker.count_transient": switch!(breaker.count_transient, BREAKER.count_transient()),
        "Whether transient failures count.";
    "breaker.count_throttled": switch!(breaker.count_throttled, BREAKER.count_throttled()),
        "Whether throttled failures count.";
    "breaker.count_timeouts": switch!(breaker.count_timeouts, BREAKER.count_timeouts()),
        "Whether attempts that were cut by `attempt_timeout` count.";
    "breaker.permanent": chosen!(breaker.permanent, BREAKER.permanent(),
            "failure" => OnPermanent::Failure, "probe_success" => OnPermanent::ProbeSuccess,
            "neutral" => OnPermanent::Neutral),
        "What a permanent failure says about the service. `probe_success`: a probe that ends so is a success, otherwise nothing.";
    "breaker.on_abandon": Abandoned,
        "From which time on a call whose caller gave up is a failure.";
    "breaker.recovery_timeout": ranged!(breaker.recovery_timeout, TICK, DAY, Some(BREAKER.recovery_timeout())),
        "How long the circuit stays open before a probe is admitted.";
    "breaker.recovery_factor": ranged!(breaker.recovery_factor, 1.0, 100.0, Some(BREAKER.recovery_factor())),
        "By how much that time grows with each opening that follows a failed probe.";
    "breaker.max_recovery_timeout":
        ranged!(breaker.max_recovery_timeout, TICK, DAY, Some(BREAKER.max_recovery_timeout())),
        "The cap of the grown time; at least `recovery_timeout`, which is the default where that is longer.";
    "breaker.recovery_jitter": ranged!(breaker.recovery_jitter, 0.0, 1.0, Some(BREAKER.recovery_jitter())),
        "By up to which share of itself chance makes each open time longer.";
    "breaker.cooldown": ranged!(breaker.cooldown, Duration::ZERO, DAY, Some(BREAKER.cooldown())),
        "The minimum gap between the beginnings of two half-open periods.";
    "breaker.half_open_max_calls":
        ranged!(breaker.half_open_max_calls, 1, BreakerPolicy::MAX_HALF_OPEN_CALLS, Some(BREAKER.half_open_max_calls())),
        "The number of probes at a time while half-open.";
    "breaker.success_threshold": ranged!(breaker.success_threshold, 1, u8::MAX, Some(BREAKER.success_threshold())),
        "The number of successful probes that closes the circuit.";
    "breaker.probe_timeout": ranged!(breaker.probe_timeout, TICK, DAY, Some(BREAKER.probe_timeout())),
        "After this time a probe without an outcome gives its place to another.";
    "breaker.ramp": ranged!(breaker.ramp, Duration::ZERO, DAY, Some(BREAKER.ramp())),
        "After probes have closed the circuit, the share of admitted calls grows over this time, from a tenth to all; 0: all at \
         once.";
    "budget.enabled": switch!(budget.enabled, BUDGET.enabled()),
        "Whether there is a retry budget at all.";
    "budget.deposit": ranged!(budget.deposit, 0.0, 10.0, Some(BUDGET.deposit())),
        "The tokens that a success earns; a retry costs one.";
    "budget.throttled_cost": ranged!(budget.throttled_cost, 0.0, 1.0, Some(BUDGET.throttled_cost())),
        "The tokens that a retry after a throttled failure costs; any other costs one.";
    "budget.min_per_second": ranged!(budget.min_per_second, 0.0, 1_000.0, Some(BUDGET.min_per_second())),
        "The tokens that flow in each second whatever happens.";
    "budget.capacity": ranged!(budget.capacity, 1, 10_000, Some(BUDGET.capacity())),
        "The most tokens that the bucket holds.";
    "events.retry": leveled!(retry, Class::Retry),
        "A retry follows after a delay.";
    "events.suppression": leveled!(suppression, Class::Suppression),
        "A failure is not retried though attempts are left.";
    "events.exhaustion": leveled!(exhaustion, Class::Exhaustion),
        "The last allowed attempt failed.";
    "events.rejection": leveled!(rejection, Class::Rejection),
        "The first rejection of an opening of the circuit; for other reasons, the first of an operation in a minute.";
    "events.repeated_rejection": leveled!(repeated_rejection, Class::RepeatedRejection),
        "The rejections that follow the first.";
    "events.overrun": leveled!(overrun, Class::Overrun),
        "An attempt outlived its timeout and could not be cut.";
    "events.fallback": leveled!(fallback, Class::Fallback),
        "A fallback answers.";
    "events.opening": leveled!(opening, Class::Opening),
        "The circuit opens.";
    "events.reopening": leveled!(reopening, Class::Reopening),
        "A probe failed, and the circuit opens again.";
    "events.recovery": leveled!(recovery, Class::Recovery),
        "The circuit is half-open, closes or is reset.";
    "events.mode": leveled!(mode, Class::Mode),
        "The mode of the breaker changes.";
    "events.usage": leveled!(usage, Class::Usage),
        "The code does something that it should not.";
    "events.settings": leveled!(settings, Class::Settings),
        "Something in the settings does not count.";
    "events.reload": leveled!(reload, Class::Reload),
        "New settings are in force.";
    "events.refusal": leveled!(refusal, Class::Refusal),
        "Code or settings are refused.";
    "attempt_timeout": ranged!(attempt_timeout, TICK, DAY, None),
        "The time after which an attempt is cancelled; async operations only.";
    "apply_in_retry": chosen!(apply_in_retry, ApplyInRetry::Disarm,
            "disarm" => ApplyInRetry::Disarm, "refuse" => ApplyInRetry::Refuse),
        "What happens when an `#[apply]` starts inside an attempt that its caller could repeat.";
}

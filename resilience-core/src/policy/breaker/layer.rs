use super::{
    BreakerPolicy,
    words::{BreakerPer, FailureCount, OnAbandon, OnPermanent, Window},
};
use crate::policy::InvalidPolicy;
use std::time::Duration;

/// The breaker settings that one layer states; what it leaves open falls through to the layer below.
///
/// Also the builder of a [`BreakerPolicy`]: [`build`](Self::build) puts it over [`BreakerPolicy::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct BreakerOptions {
    pub(crate) enabled: Option<bool>,
    pub(crate) per: Option<BreakerPer>,
    pub(crate) failure_threshold: Option<u32>,
    #[cfg_attr(feature = "serde", serde(with = "crate::policy::duration_text"))]
    pub(crate) failure_span: Option<Duration>,
    pub(crate) failure_count: Option<FailureCount>,
    pub(crate) failure_rate: Option<f64>,
    pub(crate) slow_call_rate: Option<f64>,
    #[cfg_attr(feature = "serde", serde(with = "crate::policy::duration_text"))]
    pub(crate) slow_call_duration: Option<Duration>,
    pub(crate) window: Option<Window>,
    pub(crate) minimum_calls: Option<u32>,
    pub(crate) count_transient: Option<bool>,
    pub(crate) count_throttled: Option<bool>,
    pub(crate) count_timeouts: Option<bool>,
    pub(crate) permanent: Option<OnPermanent>,
    pub(crate) on_abandon: Option<OnAbandon>,
    #[cfg_attr(feature = "serde", serde(with = "crate::policy::duration_text"))]
    pub(crate) recovery_timeout: Option<Duration>,
    pub(crate) recovery_factor: Option<f64>,
    #[cfg_attr(feature = "serde", serde(with = "crate::policy::duration_text"))]
    pub(crate) max_recovery_timeout: Option<Duration>,
    pub(crate) recovery_jitter: Option<f64>,
    #[cfg_attr(feature = "serde", serde(with = "crate::policy::duration_text"))]
    pub(crate) cooldown: Option<Duration>,
    pub(crate) half_open_max_calls: Option<u8>,
    pub(crate) success_threshold: Option<u8>,
    #[cfg_attr(feature = "serde", serde(with = "crate::policy::duration_text"))]
    pub(crate) probe_timeout: Option<Duration>,
    #[cfg_attr(feature = "serde", serde(with = "crate::policy::duration_text"))]
    pub(crate) ramp: Option<Duration>,
}

impl BreakerOptions {
    /// A layer that states nothing.
    pub const fn new() -> Self {
        Self {
            enabled: None,
            per: None,
            failure_threshold: None,
            failure_span: None,
            failure_count: None,
            failure_rate: None,
            slow_call_rate: None,
            slow_call_duration: None,
            window: None,
            minimum_calls: None,
            count_transient: None,
            count_throttled: None,
            count_timeouts: None,
            permanent: None,
            on_abandon: None,
            recovery_timeout: None,
            recovery_factor: None,
            max_recovery_timeout: None,
            recovery_jitter: None,
            cooldown: None,
            half_open_max_calls: None,
            success_threshold: None,
            probe_timeout: None,
            ramp: None,
        }
    }

    /// Whether there is a breaker at all; without one every call is admitted.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// What is judged as one: each attempt, or the call with all its attempts.
    pub const fn per(mut self, per: BreakerPer) -> Self {
        self.per = Some(per);
        self
    }

    /// The number of failures that opens the circuit: 1 to 1,000,000, or 0 for no such rule.
    pub const fn failure_threshold(mut self, failures: u32) -> Self {
        self.failure_threshold = Some(failures);
        self
    }

    /// How long a run of failures must last before it opens the circuit, from its second failure on: up to 1 day, in whole
    /// milliseconds. With 0 the circuit opens at `failure_threshold` failures in a row, however soon they come. Only for
    /// consecutive failures; a threshold of 1 ignores it.
    pub const fn failure_span(mut self, span: Duration) -> Self {
        self.failure_span = Some(span);
        self
    }

    /// Which failures the threshold counts: those in a row, or all in the [`window`](Self::window).
    pub const fn failure_count(mut self, count: FailureCount) -> Self {
        self.failure_count = Some(count);
        self
    }

    /// The share of failures in the window that opens the circuit: above 0 to 1, or 0 for no such rule.
    ///
    /// The share in the window is the quotient of two counts as an `f64`, so that `2.0 / 3.0` opens at two of three.
    pub const fn failure_rate(mut self, share: f64) -> Self {
        self.failure_rate = Some(share);
        self
    }

    /// The share of slow calls in the window that opens the circuit: above 0 to 1, or 0 for no such rule. Compared as
    /// [`failure_rate`](Self::failure_rate) is.
    ///
    /// With this rule every attempt reads the clock twice, and a slow probe opens the circuit again.
    pub const fn slow_call_rate(mut self, share: f64) -> Self {
        self.slow_call_rate = Some(share);
        self
    }

    /// From this time on an attempt is slow, whatever its outcome: 1 ms to 1 day.
    pub const fn slow_call_duration(mut self, duration: Duration) -> Self {
        self.slow_call_duration = Some(duration);
        self
    }

    /// Which of the latest calls the rates and cumulative failures are taken over.
    pub const fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// How many calls the window must hold before a rate is judged: 1 to 1,000,000. A window of fewer calls is judged once
    /// it is full.
    pub const fn minimum_calls(mut self, calls: u32) -> Self {
        self.minimum_calls = Some(calls);
        self
    }

    /// Whether transient failures count.
    pub const fn count_transient(mut self, counts: bool) -> Self {
        self.count_transient = Some(counts);
        self
    }

    /// Whether throttled failures count.
    pub const fn count_throttled(mut self, counts: bool) -> Self {
        self.count_throttled = Some(counts);
        self
    }

    /// Whether attempts that were cut by `attempt_timeout` count.
    pub const fn count_timeouts(mut self, counts: bool) -> Self {
        self.count_timeouts = Some(counts);
        self
    }

    /// What a permanent failure says about the service: by default that a probe has been answered, and otherwise nothing.
    pub const fn permanent(mut self, says: OnPermanent) -> Self {
        self.permanent = Some(says);
        self
    }

    /// What a call without an outcome says about the service.
    pub const fn on_abandon(mut self, rule: OnAbandon) -> Self {
        self.on_abandon = Some(rule);
        self
    }

    /// How long the circuit stays open before a probe is admitted: 1 ms to 1 day, in whole milliseconds.
    pub const fn recovery_timeout(mut self, timeout: Duration) -> Self {
        self.recovery_timeout = Some(timeout);
        self
    }

    /// By how much the open time grows with each opening that follows a failed probe: 1 to 100.
    pub const fn recovery_factor(mut self, factor: f64) -> Self {
        self.recovery_factor = Some(factor);
        self
    }

    /// The cap of the grown open time, before jitter: `recovery_timeout` to 1 day.
    pub const fn max_recovery_timeout(mut self, timeout: Duration) -> Self {
        self.max_recovery_timeout = Some(timeout);
        self
    }

    /// By up to which share of itself chance makes each open time longer: 0 to 1. Drawn once per opening; it keeps the
    /// processes that call one service from probing it at the same moment.
    pub const fn recovery_jitter(mut self, share: f64) -> Self {
        self.recovery_jitter = Some(share);
        self
    }

    /// The minimum gap between the beginnings of two half-open periods: up to 1 day.
    pub const fn cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = Some(cooldown);
        self
    }

    /// The number of probes that may run at a time while half-open: 1 to 64.
    pub const fn half_open_max_calls(mut self, calls: u8) -> Self {
        self.half_open_max_calls = Some(calls);
        self
    }

    /// The number of successful probes that closes the circuit: 1 to 255.
    pub const fn success_threshold(mut self, successes: u8) -> Self {
        self.success_threshold = Some(successes);
        self
    }

    /// After this time a probe without an outcome gives its place to another: 1 ms to 1 day.
    pub const fn probe_timeout(mut self, timeout: Duration) -> Self {
        self.probe_timeout = Some(timeout);
        self
    }

    /// Over which time the share of admitted calls grows, from a tenth to all of them, after probes have closed the circuit:
    /// up to 1 day, or 0 to admit all at once. The other calls are rejected as if the circuit were open.
    pub const fn ramp(mut self, time: Duration) -> Self {
        self.ramp = Some(time);
        self
    }

    /// The policy that this layer makes of [`BreakerPolicy::DEFAULT`].
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose value is out of range.
    pub fn build(self) -> Result<BreakerPolicy, InvalidPolicy> {
        BreakerPolicy::DEFAULT.layered(&self)
    }

    /// Like [`build`](Self::build), for a `const` or a `static`, where a value out of range is then a compile error:
    ///
    /// ```
    /// use resilience_core::BreakerPolicy;
    ///
    /// static POLICY: BreakerPolicy = BreakerPolicy::builder().failure_threshold(3).build_const().unwrap();
    /// assert_eq!(POLICY.failure_threshold(), 3);
    /// ```
    ///
    /// ```compile_fail
    /// # use resilience_core::BreakerPolicy;
    /// static POLICY: BreakerPolicy = BreakerPolicy::builder().success_threshold(0).build_const().unwrap();
    /// ```
    #[must_use]
    pub const fn build_const(self) -> Option<BreakerPolicy> {
        let policy = BreakerPolicy::DEFAULT.unchecked(&self);
        match policy.mistake() {
            None => Some(policy),
            Some(_) => None,
        }
    }

    /// Reads a layer; nothing in its place says that there is no breaker.
    #[cfg(feature = "serde")]
    pub(crate) fn or_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let layer = <Option<Self> as serde::Deserialize>::deserialize(deserializer)?;
        Ok(layer.unwrap_or(Self::new().enabled(false)))
    }

    /// This layer where it states something, `below` where it does not.
    pub(crate) fn over(self, below: Self) -> Self {
        Self {
            enabled: self.enabled.or(below.enabled),
            per: self.per.or(below.per),
            failure_threshold: self.failure_threshold.or(below.failure_threshold),
            failure_span: self.failure_span.or(below.failure_span),
            failure_count: self.failure_count.or(below.failure_count),
            failure_rate: self.failure_rate.or(below.failure_rate),
            slow_call_rate: self.slow_call_rate.or(below.slow_call_rate),
            slow_call_duration: self.slow_call_duration.or(below.slow_call_duration),
            window: self.window.or(below.window),
            minimum_calls: self.minimum_calls.or(below.minimum_calls),
            count_transient: self.count_transient.or(below.count_transient),
            count_throttled: self.count_throttled.or(below.count_throttled),
            count_timeouts: self.count_timeouts.or(below.count_timeouts),
            permanent: self.permanent.or(below.permanent),
            on_abandon: self.on_abandon.or(below.on_abandon),
            recovery_timeout: self.recovery_timeout.or(below.recovery_timeout),
            recovery_factor: self.recovery_factor.or(below.recovery_factor),
            max_recovery_timeout: self.max_recovery_timeout.or(below.max_recovery_timeout),
            recovery_jitter: self.recovery_jitter.or(below.recovery_jitter),
            cooldown: self.cooldown.or(below.cooldown),
            half_open_max_calls: self.half_open_max_calls.or(below.half_open_max_calls),
            success_threshold: self.success_threshold.or(below.success_threshold),
            probe_timeout: self.probe_timeout.or(below.probe_timeout),
            ramp: self.ramp.or(below.ramp),
        }
    }
}

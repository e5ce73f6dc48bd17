use super::invalid::{InvalidPolicy, within};
use std::time::Duration;

/// When a service counts as down, and how it is found to be up again: complete and valid.
///
/// | field | default | range |
/// | --- | --- | --- |
/// | `enabled` | true | without a breaker every call is admitted |
/// | `failure_threshold` | 5 | 1 to 1,000,000 consecutive failures |
/// | `recovery_timeout` | 30 s | 1 ms to 1 day |
/// | `recovery_factor` | 1 (no growth) | 1 to 100, per consecutive opening |
/// | `max_recovery_timeout` | 1 day | `recovery_timeout` to 1 day |
/// | `cooldown` | 0 | up to 1 day between two half-open periods |
/// | `half_open_max_calls` | 2 | 1 to 64 probes at a time |
/// | `success_threshold` | 2 | 1 to 255 successful probes |
/// | `probe_timeout` | 60 s | 1 ms to 1 day |
///
/// ```
/// use resilience_core::BreakerPolicy;
///
/// let policy = BreakerPolicy::builder().failure_threshold(3).build()?;
/// assert_eq!(policy.failure_threshold(), 3);
/// # Ok::<(), resilience_core::InvalidPolicy>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BreakerPolicy {
    enabled: bool,
    failure_threshold: u32,
    recovery_timeout: Duration,
    recovery_factor: f64,
    max_recovery_timeout: Duration,
    cooldown: Duration,
    half_open_max_calls: u8,
    success_threshold: u8,
    probe_timeout: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const TICK: Duration = Duration::from_millis(1);

impl BreakerPolicy {
    /// What holds where nobody says otherwise.
    pub const DEFAULT: Self = Self {
        enabled: true,
        failure_threshold: 5,
        recovery_timeout: Duration::from_secs(30),
        recovery_factor: 1.0,
        max_recovery_timeout: DAY,
        cooldown: Duration::ZERO,
        half_open_max_calls: 2,
        success_threshold: 2,
        probe_timeout: Duration::from_secs(60),
    };

    /// The number of probes at a time that no policy can exceed.
    pub const MAX_HALF_OPEN_CALLS: u8 = 64;

    /// Starts a policy in which everything that is not set has its default.
    pub const fn builder() -> BreakerLayer {
        BreakerLayer::new()
    }

    /// This policy with `layer` put over it.
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose resulting value is out of range.
    pub fn layered(&self, layer: &BreakerLayer) -> Result<Self, InvalidPolicy> {
        let policy = Self {
            enabled: layer.enabled.unwrap_or(self.enabled),
            failure_threshold: layer.failure_threshold.unwrap_or(self.failure_threshold),
            recovery_timeout: layer.recovery_timeout.unwrap_or(self.recovery_timeout),
            recovery_factor: layer.recovery_factor.unwrap_or(self.recovery_factor),
            max_recovery_timeout: layer.max_recovery_timeout.unwrap_or(self.max_recovery_timeout),
            cooldown: layer.cooldown.unwrap_or(self.cooldown),
            half_open_max_calls: layer.half_open_max_calls.unwrap_or(self.half_open_max_calls),
            success_threshold: layer.success_threshold.unwrap_or(self.success_threshold),
            probe_timeout: layer.probe_timeout.unwrap_or(self.probe_timeout),
        };
        policy.validate()?;
        Ok(policy)
    }

    fn validate(&self) -> Result<(), InvalidPolicy> {
        within("failure_threshold", self.failure_threshold, 1, 1_000_000)?;
        within("recovery_timeout", self.recovery_timeout, TICK, DAY)?;
        within("recovery_factor", self.recovery_factor, 1.0, 100.0)?;
        within(
            "max_recovery_timeout",
            self.max_recovery_timeout,
            self.recovery_timeout,
            DAY,
        )?;
        within("cooldown", self.cooldown, Duration::ZERO, DAY)?;
        within(
            "half_open_max_calls",
            self.half_open_max_calls,
            1,
            Self::MAX_HALF_OPEN_CALLS,
        )?;
        within("success_threshold", self.success_threshold, 1, u8::MAX)?;
        within("probe_timeout", self.probe_timeout, TICK, DAY)
    }

    /// Whether there is a breaker at all.
    #[must_use]
    pub const fn enabled(&self) -> bool {
        self.enabled
    }

    /// The number of consecutive failures that opens the circuit.
    #[must_use]
    pub const fn failure_threshold(&self) -> u32 {
        self.failure_threshold
    }

    /// How long the circuit stays open before a probe is admitted.
    #[must_use]
    pub const fn recovery_timeout(&self) -> Duration {
        self.recovery_timeout
    }

    /// By how much `recovery_timeout` grows with each opening that follows a failed probe.
    #[must_use]
    pub const fn recovery_factor(&self) -> f64 {
        self.recovery_factor
    }

    /// The cap of the grown recovery time.
    #[must_use]
    pub const fn max_recovery_timeout(&self) -> Duration {
        self.max_recovery_timeout
    }

    /// The minimum gap between the beginnings of two half-open periods.
    #[must_use]
    pub const fn cooldown(&self) -> Duration {
        self.cooldown
    }

    /// The number of probes that may run at a time while half-open.
    #[must_use]
    pub const fn half_open_max_calls(&self) -> u8 {
        self.half_open_max_calls
    }

    /// The number of successful probes that closes the circuit.
    #[must_use]
    pub const fn success_threshold(&self) -> u8 {
        self.success_threshold
    }

    /// After this time a probe without an outcome gives its place to another.
    #[must_use]
    pub const fn probe_timeout(&self) -> Duration {
        self.probe_timeout
    }

    /// The open time after `reopenings` failed half-open periods in a row.
    pub(crate) fn recovery_after(&self, reopenings: u32) -> Duration {
        let exponent = i32::try_from(reopenings).unwrap_or(i32::MAX);
        let seconds = self.recovery_timeout.as_secs_f64() * self.recovery_factor.powi(exponent);
        Duration::try_from_secs_f64(seconds)
            .unwrap_or(self.max_recovery_timeout)
            .min(self.max_recovery_timeout)
    }
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The breaker settings that one layer states; what it leaves open falls through to the layer below.
///
/// Also the builder of a [`BreakerPolicy`]: [`build`](Self::build) puts it over [`BreakerPolicy::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct BreakerLayer {
    enabled: Option<bool>,
    failure_threshold: Option<u32>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    recovery_timeout: Option<Duration>,
    recovery_factor: Option<f64>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    max_recovery_timeout: Option<Duration>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    cooldown: Option<Duration>,
    half_open_max_calls: Option<u8>,
    success_threshold: Option<u8>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    probe_timeout: Option<Duration>,
}

impl BreakerLayer {
    /// A layer that states nothing.
    pub const fn new() -> Self {
        Self {
            enabled: None,
            failure_threshold: None,
            recovery_timeout: None,
            recovery_factor: None,
            max_recovery_timeout: None,
            cooldown: None,
            half_open_max_calls: None,
            success_threshold: None,
            probe_timeout: None,
        }
    }

    /// Whether there is a breaker at all; without one every call is admitted.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// The number of consecutive failures that opens the circuit: 1 to 1,000,000.
    pub const fn failure_threshold(mut self, failures: u32) -> Self {
        self.failure_threshold = Some(failures);
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

    /// The cap of the grown open time: `recovery_timeout` to 1 day.
    pub const fn max_recovery_timeout(mut self, timeout: Duration) -> Self {
        self.max_recovery_timeout = Some(timeout);
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

    /// The policy that this layer makes of [`BreakerPolicy::DEFAULT`].
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose value is out of range.
    pub fn build(self) -> Result<BreakerPolicy, InvalidPolicy> {
        BreakerPolicy::DEFAULT.layered(&self)
    }

    /// This layer where it states something, `below` where it does not.
    pub(crate) fn over(self, below: Self) -> Self {
        Self {
            enabled: self.enabled.or(below.enabled),
            failure_threshold: self.failure_threshold.or(below.failure_threshold),
            recovery_timeout: self.recovery_timeout.or(below.recovery_timeout),
            recovery_factor: self.recovery_factor.or(below.recovery_factor),
            max_recovery_timeout: self.max_recovery_timeout.or(below.max_recovery_timeout),
            cooldown: self.cooldown.or(below.cooldown),
            half_open_max_calls: self.half_open_max_calls.or(below.half_open_max_calls),
            success_threshold: self.success_threshold.or(below.success_threshold),
            probe_timeout: self.probe_timeout.or(below.probe_timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_time_grows_by_the_factor_up_to_its_cap() {
        let policy = BreakerPolicy::builder()
            .recovery_timeout(Duration::from_secs(10))
            .recovery_factor(3.0)
            .max_recovery_timeout(Duration::from_secs(100))
            .build()
            .unwrap();

        let times = [0, 1, 2, 3, 31, u32::MAX].map(|n| policy.recovery_after(n).as_secs());

        assert_eq!(times, [10, 30, 90, 100, 100, 100]);
    }
}

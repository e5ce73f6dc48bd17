mod brief;
mod chance;
mod layer;
mod range;
mod words;

pub(crate) use brief::{Brief, Briefed};
pub use layer::BreakerOptions;
pub use words::{BreakerPer, FailureCount, OnAbandon, OnPermanent, Window};

use super::InvalidPolicy;
use range::OutOfRange;
use std::time::Duration;

/// When a service counts as down, and how it is found to be up again: complete and valid.
///
/// | field | default | range |
/// | --- | --- | --- |
/// | `enabled` | true | without a breaker every call is admitted |
/// | `per` | attempt | attempt, or call: what is judged as one |
/// | `failure_threshold` | 8 | 1 to 1,000,000 failures, or 0: no such rule |
/// | `failure_span` | 500 ms, or 0 where failures are cumulative | up to 1 day: how long a run of failures must last to open the circuit; 0: any time |
/// | `failure_count` | consecutive | consecutive: failures in a row; or cumulative: all failures in `window` |
/// | `failure_rate` | 0 | above 0 to 1 of the window, or 0: no such rule |
/// | `slow_call_rate` | 0 | above 0 to 1 of the window, or 0: no such rule |
/// | `slow_call_duration` | 60 s | 1 ms to 1 day |
/// | `window` | 100 calls | 1 to 1,000,000 calls, or 100 ms to 1 day: what rates and cumulative failures are taken over |
/// | `minimum_calls` | 20 | 1 to 1,000,000; a window of fewer calls is judged once it is full |
/// | `count_transient` | true | whether transient failures count |
/// | `count_throttled` | true | whether throttled failures count |
/// | `count_timeouts` | true | whether attempts cut by `attempt_timeout` count |
/// | `permanent` | `probe_success` | `failure`, `probe_success` or `neutral`: what a permanent failure says about the service |
/// | `on_abandon` | ignore | ignore, or from 1 ms to 1 day on: a call without an outcome is a failure |
/// | `recovery_timeout` | 5 s | 1 ms to 1 day |
/// | `recovery_factor` | 2 | 1 (no growth) to 100, per consecutive opening |
/// | `max_recovery_timeout` | 60 s, or `recovery_timeout` if that is longer | `recovery_timeout` to 1 day |
/// | `recovery_jitter` | 0.1 | 0 to 1: by up to which share of itself chance makes the open time longer |
/// | `cooldown` | 0 | up to 1 day between two half-open periods |
/// | `half_open_max_calls` | 2 | 1 to 64 probes at a time |
/// | `success_threshold` | 2 | 1 to 255 successful probes |
/// | `probe_timeout` | 60 s | 1 ms to 1 day |
/// | `ramp` | 0 | up to 1 day: after closing, the share of admitted calls grows over this time; 0: all at once |
///
/// The circuit opens when any of the three rules is met, that is at or above its threshold, judged after every outcome that
/// counts; one rule at least must be on. Panics of the body always count. Ignored outcomes, and failures that do not count,
/// say nothing: they are no success either, and are not in the window. By default a probe that ends in a permanent failure is a
/// success all the same, because the service has answered: see `permanent`.
///
/// A busy service sees a few failures in a row by chance alone, within milliseconds. `failure_span` tells that from an outage:
/// the circuit opens at the first failure that makes `failure_threshold` of them in a row and comes at least `failure_span`
/// after the second one. A `failure_threshold` of 1 ignores it.
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
#[allow(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct BreakerPolicy {
    enabled: bool,
    per: BreakerPer,
    failure_threshold: u32,
    /// `None`: the default, which depends on `failure_count`.
    failure_span: Option<Duration>,
    failure_count: FailureCount,
    failure_rate: f64,
    slow_call_rate: f64,
    slow_call_duration: Duration,
    window: Window,
    minimum_calls: u32,
    count_transient: bool,
    count_throttled: bool,
    count_timeouts: bool,
    permanent: OnPermanent,
    on_abandon: OnAbandon,
    recovery_timeout: Duration,
    recovery_factor: f64,
    /// `None`: the default, which depends on `recovery_timeout`.
    max_recovery_timeout: Option<Duration>,
    recovery_jitter: f64,
    cooldown: Duration,
    half_open_max_calls: u8,
    success_threshold: u8,
    probe_timeout: Duration,
    ramp: Duration,
    /// All of it that is asked at every outcome; follows from the rest.
    brief: Brief,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `layer.field` where it is stated, `self.field` where it is not; `Option::unwrap_or` is not `const`.
macro_rules! stated {
    ($layer:ident, $below:ident: $($field:ident),*; defaulted: $($defaulted:ident),* $(,)?) => {
        Self {
            $($defaulted: match $layer.$defaulted {
                Some(stated) => Some(stated),
                None => $below.$defaulted,
            },)*
            $($field: match $layer.$field {
                Some(stated) => stated,
                None => $below.$field,
            },)*
            brief: Brief::NONE,
        }
        .briefed()
    };
}

impl BreakerPolicy {
    /// What holds where nobody says otherwise.
    pub const DEFAULT: Self = Self {
        enabled: true,
        per: BreakerPer::Attempt,
        failure_threshold: 8,
        failure_span: None,
        failure_count: FailureCount::Consecutive,
        failure_rate: 0.0,
        slow_call_rate: 0.0,
        slow_call_duration: Duration::from_secs(60),
        window: Window::Calls(100),
        minimum_calls: 20,
        count_transient: true,
        count_throttled: true,
        count_timeouts: true,
        permanent: OnPermanent::ProbeSuccess,
        on_abandon: OnAbandon::Ignore,
        recovery_timeout: Duration::from_secs(5),
        recovery_factor: 2.0,
        max_recovery_timeout: None,
        recovery_jitter: 0.1,
        cooldown: Duration::ZERO,
        half_open_max_calls: 2,
        success_threshold: 2,
        probe_timeout: Duration::from_secs(60),
        ramp: Duration::ZERO,
        brief: Brief::NONE,
    }
    .briefed();

    /// No breaker.
    pub(crate) const OFF: Self = Self {
        enabled: false,
        ..Self::DEFAULT
    }
    .briefed();

    const DEFAULT_SPAN: Duration = Duration::from_millis(500);
    const DEFAULT_CAP: Duration = Duration::from_secs(60);

    /// The number of probes at a time that no policy can exceed.
    pub const MAX_HALF_OPEN_CALLS: u8 = 64;

    /// Starts a policy in which everything that is not set has its default.
    pub const fn builder() -> BreakerOptions {
        BreakerOptions::new()
    }

    /// This policy with `layer` put over it.
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose resulting value is out of range.
    pub fn layered(&self, layer: &BreakerOptions) -> Result<Self, InvalidPolicy> {
        let policy = self.unchecked(layer);
        match policy.mistake() {
            None => Ok(policy),
            Some(mistake) => Err(mistake.into()),
        }
    }

    const fn unchecked(&self, layer: &BreakerOptions) -> Self {
        stated!(layer, self:
            enabled, per, failure_threshold, failure_count, failure_rate, slow_call_rate, slow_call_duration, window,
            minimum_calls, count_transient, count_throttled, count_timeouts, permanent, on_abandon,
            recovery_timeout, recovery_factor, recovery_jitter, cooldown, half_open_max_calls, success_threshold,
            probe_timeout, ramp;
            defaulted: failure_span, max_recovery_timeout,
        )
    }

    /// With its brief worked out.
    const fn briefed(mut self) -> Self {
        self.brief = Brief::of(&self);
        self
    }

    /// The first field that is out of its range.
    const fn mistake(&self) -> Option<OutOfRange> {
        const TICK: Duration = Duration::from_millis(1);
        const MOST: u64 = 1_000_000;
        let window = match self.window {
            Window::Calls(calls) => OutOfRange::count("window", calls as u64, 1, MOST),
            Window::Time(time) => OutOfRange::time("window", time, Duration::from_millis(100), DAY),
        };
        let on_abandon = match self.on_abandon {
            OnAbandon::Ignore => None,
            OnAbandon::FailAfter(time) => OutOfRange::time("on_abandon", time, TICK, DAY),
        };
        let no_rule = self.failure_threshold == 0 && !self.has_rate();
        let is_spanned_in_vain = self.is_cumulative() && !self.failure_span().is_zero();
        let failure_span = if is_spanned_in_vain {
            OutOfRange::conflict(
                "failure_span",
                self.failure_span(),
                "0 where `failure_count` is cumulative",
            )
        } else {
            OutOfRange::time("failure_span", self.failure_span(), Duration::ZERO, DAY)
        };
        let failure_threshold = match self.window {
            Window::Calls(calls) if self.is_cumulative() && self.failure_threshold > calls => {
                OutOfRange::count_conflict(
                    "failure_threshold",
                    self.failure_threshold as u64,
                    "no more than the calls of `window` where `failure_count` is cumulative",
                )
            }
            _ => None,
        };
        // Without any rule the threshold is the one that has to be there.
        let least = no_rule as u64;
        let found = [
            OutOfRange::factor("failure_rate", self.failure_rate, 0.0, 1.0),
            OutOfRange::factor("slow_call_rate", self.slow_call_rate, 0.0, 1.0),
            OutOfRange::count("failure_threshold", self.failure_threshold as u64, least, MOST),
            failure_span,
            // Of the two the first is wrong in itself.
            window,
            failure_threshold,
            OutOfRange::time("slow_call_duration", self.slow_call_duration, TICK, DAY),
            OutOfRange::count("minimum_calls", self.minimum_calls as u64, 1, MOST),
            on_abandon,
            OutOfRange::time("recovery_timeout", self.recovery_timeout, TICK, DAY),
            OutOfRange::factor("recovery_factor", self.recovery_factor, 1.0, 100.0),
            OutOfRange::time(
                "max_recovery_timeout",
                self.max_recovery_timeout(),
                self.recovery_timeout,
                DAY,
            ),
            OutOfRange::factor("recovery_jitter", self.recovery_jitter, 0.0, 1.0),
            OutOfRange::time("cooldown", self.cooldown, Duration::ZERO, DAY),
            OutOfRange::count(
                "half_open_max_calls",
                self.half_open_max_calls as u64,
                1,
                Self::MAX_HALF_OPEN_CALLS as u64,
            ),
            OutOfRange::count("success_threshold", self.success_threshold as u64, 1, u8::MAX as u64),
            OutOfRange::time("probe_timeout", self.probe_timeout, TICK, DAY),
            OutOfRange::time("ramp", self.ramp, Duration::ZERO, DAY),
        ];
        let mut field = 0;
        while field < found.len() {
            if found[field].is_some() {
                return found[field];
            }
            field += 1;
        }
        None
    }

    /// Whether there is a breaker at all.
    #[must_use]
    pub const fn enabled(&self) -> bool {
        self.enabled
    }

    /// What is judged as one: each attempt, or the call with all its attempts.
    #[must_use]
    pub const fn per(&self) -> BreakerPer {
        self.per
    }

    /// The number of failures that opens the circuit; 0 where there is no such rule.
    #[must_use]
    pub const fn failure_threshold(&self) -> u32 {
        self.failure_threshold
    }

    /// How long a run of failures must last before it opens the circuit, from its second failure on; 0 where its length does
    /// not matter.
    #[must_use]
    pub const fn failure_span(&self) -> Duration {
        match self.failure_span {
            Some(span) => span,
            None if self.is_cumulative() => Duration::ZERO,
            None => Self::DEFAULT_SPAN,
        }
    }

    /// Which failures `failure_threshold` counts: those in a row, or all in the window.
    #[must_use]
    pub const fn failure_count(&self) -> FailureCount {
        self.failure_count
    }

    /// The share of failures in the window that opens the circuit; 0 where there is no such rule.
    #[must_use]
    pub const fn failure_rate(&self) -> f64 {
        self.failure_rate
    }

    /// The share of slow calls in the window that opens the circuit; 0 where there is no such rule.
    #[must_use]
    pub const fn slow_call_rate(&self) -> f64 {
        self.slow_call_rate
    }

    /// From this time on an attempt is slow.
    #[must_use]
    pub const fn slow_call_duration(&self) -> Duration {
        self.slow_call_duration
    }

    /// Which of the latest calls the rates and cumulative failures are taken over.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// How many calls the window must hold before a rate is judged.
    #[must_use]
    pub const fn minimum_calls(&self) -> u32 {
        self.minimum_calls
    }

    /// Whether transient failures count.
    #[must_use]
    pub const fn count_transient(&self) -> bool {
        self.count_transient
    }

    /// Whether throttled failures count.
    #[must_use]
    pub const fn count_throttled(&self) -> bool {
        self.count_throttled
    }

    /// Whether attempts that were cut by `attempt_timeout` count.
    #[must_use]
    pub const fn count_timeouts(&self) -> bool {
        self.count_timeouts
    }

    /// What a permanent failure says about the service.
    #[must_use]
    pub const fn permanent(&self) -> OnPermanent {
        self.permanent
    }

    /// What a call without an outcome says about the service.
    #[must_use]
    pub const fn on_abandon(&self) -> OnAbandon {
        self.on_abandon
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
        match self.max_recovery_timeout {
            Some(cap) => cap,
            None if self.recovery_timeout.as_nanos() > Self::DEFAULT_CAP.as_nanos() => self.recovery_timeout,
            None => Self::DEFAULT_CAP,
        }
    }

    /// By up to which share of itself chance makes each open time longer, so that many processes do not probe at one moment.
    #[must_use]
    pub const fn recovery_jitter(&self) -> f64 {
        self.recovery_jitter
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

    /// Over which time the share of admitted calls grows after probes have closed the circuit; 0 where all are admitted at once.
    #[must_use]
    pub const fn ramp(&self) -> Duration {
        self.ramp
    }

    /// The open time after `reopenings` failed half-open periods in a row, lengthened by jitter as `draw`, from 0 to 1, has it.
    pub(crate) fn open_time(&self, reopenings: u32, draw: f64) -> Duration {
        let recovery = self.recovery_after(reopenings);
        recovery.saturating_add(recovery.mul_f64(self.recovery_jitter * draw))
    }

    /// The open time after `reopenings` failed half-open periods in a row, before jitter.
    pub(crate) fn recovery_after(&self, reopenings: u32) -> Duration {
        let exponent = i32::try_from(reopenings).unwrap_or(i32::MAX);
        let seconds = self.recovery_timeout.as_secs_f64() * self.recovery_factor.powi(exponent);
        Duration::try_from_secs_f64(seconds)
            .unwrap_or(self.max_recovery_timeout())
            .min(self.max_recovery_timeout())
    }

    /// Whether a run of failures must last for some time; a single failure has no length.
    pub(crate) const fn has_span(&self) -> bool {
        self.failure_threshold > 1 && !self.failure_span().is_zero()
    }

    pub(crate) const fn is_cumulative(&self) -> bool {
        matches!(self.failure_count, FailureCount::Cumulative)
    }

    /// Whether a share of the calls in the window opens the circuit.
    pub(crate) const fn has_rate(&self) -> bool {
        self.failure_rate > 0.0 || self.slow_call_rate > 0.0
    }

    /// Whether a number of failures in the window opens the circuit.
    pub(crate) const fn counts_in_window(&self) -> bool {
        self.is_cumulative() && self.failure_threshold > 0
    }

    /// Whether the calls in the window are judged, and a window therefore kept.
    pub(crate) const fn has_window(&self) -> bool {
        self.enabled && (self.has_rate() || self.counts_in_window())
    }

    /// Whether the calls in a window of time are judged, so that every outcome needs the time.
    pub(crate) const fn has_window_of_time(&self) -> bool {
        self.has_window() && matches!(self.window, Window::Time(_))
    }

    /// Whether every attempt needs the time at which it began, and not only those in trouble.
    pub(crate) const fn is_timed(&self) -> bool {
        self.enabled && (self.slow_call_rate > 0.0 || !matches!(self.on_abandon, OnAbandon::Ignore))
    }
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self::DEFAULT
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

    #[test]
    fn a_breaker_without_any_rule_is_refused() {
        let mistake = BreakerPolicy::builder().failure_threshold(0).build().unwrap_err();

        assert_eq!(
            mistake.to_string(),
            "`failure_threshold` is 0, but must be 1 to 1000000"
        );
        assert!(
            BreakerPolicy::builder()
                .failure_threshold(0)
                .failure_rate(0.5)
                .build()
                .is_ok()
        );
        assert!(
            BreakerPolicy::builder()
                .failure_threshold(0)
                .slow_call_rate(0.5)
                .build()
                .is_ok()
        );
    }

    #[test]
    fn more_cumulative_failures_than_the_window_has_calls_are_refused() {
        let layer = BreakerPolicy::builder().failure_count(FailureCount::Cumulative);

        let mistake = layer.failure_threshold(101).build().unwrap_err();

        assert_eq!(
            mistake.to_string(),
            "`failure_threshold` is 101, but must be no more than the calls of `window` where `failure_count` is cumulative"
        );
        assert!(layer.failure_threshold(100).build().is_ok());
        assert!(layer.failure_threshold(101).window(Window::Calls(101)).build().is_ok());
        let minute = Window::Time(Duration::from_secs(60));
        assert!(layer.failure_threshold(1_000_000).window(minute).build().is_ok());
    }

    #[test]
    fn a_value_that_is_no_number_is_refused() {
        for rate in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
            assert_eq!(
                BreakerPolicy::builder().failure_rate(rate).build().unwrap_err().field(),
                "failure_rate"
            );
            assert!(BreakerPolicy::builder().slow_call_rate(rate).build_const().is_none());
        }
    }
}

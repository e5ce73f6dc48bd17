use super::numbers::{about, count, share, time};
use crate::policy::{BreakerPer, BreakerPolicy, FailureCount, OnAbandon, OnPermanent, Window};

const YEAR: f64 = 365.25 * 24.0 * 60.0 * 60.0;

impl BreakerPolicy {
    /// Explains the policy, for people to read: what opens the circuit, what closes it, and what counts. The words may change
    /// between versions.
    ///
    /// ```
    /// use resilience_core::BreakerPolicy;
    ///
    /// assert!(BreakerPolicy::DEFAULT.describe().starts_with("opens after 8 failures in a row"));
    /// ```
    #[must_use]
    pub fn describe(&self) -> String {
        if !self.enabled() {
            return "none: every call is admitted".to_owned();
        }
        format!(
            "{}{}; {}; {}",
            self.opening(),
            self.by_chance(),
            self.closing(),
            self.counting()
        )
    }

    fn opening(&self) -> String {
        let window = match self.window() {
            Window::Calls(calls) => format!("the last {}", count(calls.into(), "call", "calls")),
            Window::Time(span) => format!("the calls of the last {}", time(span)),
        };
        let mut rules = Vec::new();
        if self.failure_threshold() > 0 {
            let failures = count(self.failure_threshold().into(), "failure", "failures");
            rules.push(match self.failure_count() {
                FailureCount::Consecutive if self.has_span() => {
                    let span = time(self.failure_span());
                    format!("after {failures} in a row that last {span} or longer")
                }
                FailureCount::Consecutive => format!("after {failures} in a row"),
                FailureCount::Cumulative => format!("after {failures} in {window}"),
            });
        }
        if self.failure_rate() > 0.0 {
            rules.push(format!("when {} of {window} have failed", share(self.failure_rate())));
        }
        if self.slow_call_rate() > 0.0 {
            let (rate, slow) = (share(self.slow_call_rate()), time(self.slow_call_duration()));
            rules.push(format!("when {rate} of {window} took {slow} or longer"));
        }
        let least = if self.has_rate() {
            format!(
                ", judged from {} on",
                count(self.minimum_calls().into(), "call", "calls")
            )
        } else {
            String::new()
        };
        format!("opens {}{least}", rules.join(" or "))
    }

    /// What the rule for failures in a row makes of failures that have nothing to do with each other.
    fn by_chance(&self) -> String {
        let every = match self.opens_by_chance_every(1_000.0, 0.1) {
            None => return String::new(),
            Some(seconds) if seconds > 1_000.0 * YEAR => "practically never opens".to_owned(),
            Some(seconds) => format!("opens about every {}", about(seconds)),
        };
        format!("; by chance {every} at 1,000 calls/s with 10 % failing")
    }

    fn closing(&self) -> String {
        let growth = if self.recovery_factor() > 1.0 && self.max_recovery_timeout() > self.recovery_timeout() {
            let (factor, most) = (self.recovery_factor(), time(self.max_recovery_timeout()));
            format!(", {factor} times longer each time in a row, up to {most}")
        } else {
            String::new()
        };
        let jitter = if self.recovery_jitter() > 0.0 {
            format!(", plus up to {} by chance", share(self.recovery_jitter()))
        } else {
            String::new()
        };
        let ramp = if self.ramp().is_zero() {
            String::new()
        } else {
            format!(
                "; after closing admits a tenth of the calls, and all of them {} later",
                time(self.ramp())
            )
        };
        let cooldown = if self.cooldown().is_zero() {
            String::new()
        } else {
            format!(", though at most once in {}", time(self.cooldown()))
        };
        format!(
            "asks again after {}{growth}{jitter}{cooldown}, with up to {} at a time; closes after {}, opens again after 1 failure; \
             a probe that takes {} gives its place to another{ramp}",
            time(self.recovery_timeout()),
            count(self.half_open_max_calls().into(), "probe", "probes"),
            count(self.success_threshold().into(), "success", "successes"),
            time(self.probe_timeout()),
        )
    }

    fn counting(&self) -> String {
        let kinds = [
            (self.count_transient(), "transient"),
            (self.count_throttled(), "throttled"),
            (self.count_timeouts(), "timed out"),
            (self.permanent() == OnPermanent::Failure, "permanent"),
            (true, "panicked"),
        ];
        let kinds: Vec<_> = kinds
            .iter()
            .filter(|(counts, _)| *counts)
            .map(|(_, kind)| *kind)
            .collect();
        let what = match self.per() {
            BreakerPer::Attempt => "attempts",
            BreakerPer::Call => "calls",
        };
        let abandoned = match self.on_abandon() {
            OnAbandon::Ignore => String::new(),
            OnAbandon::FailAfter(span) => format!(", or abandoned after {}", time(span)),
        };
        let answered = match self.permanent() {
            OnPermanent::ProbeSuccess => "; a probe that ends in a permanent failure is a success",
            OnPermanent::Failure | OnPermanent::Neutral => "",
        };
        format!("counts {what} that were {}{abandoned}{answered}", kinds.join(", "))
    }
}

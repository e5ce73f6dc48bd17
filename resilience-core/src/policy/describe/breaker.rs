use super::numbers::{count, share, time};
use crate::policy::{BreakerPer, BreakerPolicy, FailureCount, OnAbandon, Window};

impl BreakerPolicy {
    /// Explains the policy, for people to read: what opens the circuit, what closes it, and what counts. The words may change
    /// between versions.
    ///
    /// ```
    /// use resilience_core::BreakerPolicy;
    ///
    /// assert!(BreakerPolicy::DEFAULT.describe().starts_with("opens after 5 failures in a row"));
    /// ```
    #[must_use]
    pub fn describe(&self) -> String {
        if !self.enabled() {
            return "none: every call is admitted".to_owned();
        }
        format!("{}; {}; {}", self.opening(), self.closing(), self.counting())
    }

    fn opening(&self) -> String {
        let mut rules = Vec::new();
        if self.failure_threshold() > 0 {
            let failures = count(self.failure_threshold().into(), "failure", "failures");
            rules.push(match self.failure_count() {
                FailureCount::Consecutive => format!("after {failures} in a row"),
                FailureCount::Cumulative => format!("after {failures} in all"),
            });
        }
        let window = match self.window() {
            Window::Calls(calls) => format!("the last {}", count(calls.into(), "call", "calls")),
            Window::Time(span) => format!("the calls of the last {}", time(span)),
        };
        if self.failure_rate() > 0.0 {
            rules.push(format!("when {} of {window} have failed", share(self.failure_rate())));
        }
        if self.slow_call_rate() > 0.0 {
            let (rate, slow) = (share(self.slow_call_rate()), time(self.slow_call_duration()));
            rules.push(format!("when {rate} of {window} took {slow} or longer"));
        }
        let least = if self.failure_rate() > 0.0 || self.slow_call_rate() > 0.0 {
            format!(
                ", judged from {} on",
                count(self.minimum_calls().into(), "call", "calls")
            )
        } else {
            String::new()
        };
        format!("opens {}{least}", rules.join(" or "))
    }

    fn closing(&self) -> String {
        let growth = if self.recovery_factor() > 1.0 {
            let (factor, most) = (self.recovery_factor(), time(self.max_recovery_timeout()));
            format!(", {factor} times longer each time in a row, up to {most}")
        } else {
            String::new()
        };
        let cooldown = if self.cooldown().is_zero() {
            String::new()
        } else {
            format!(", though at most once in {}", time(self.cooldown()))
        };
        format!(
            "asks again after {}{growth}{cooldown}, with up to {} at a time; closes after {}, opens again after 1 failure; \
             a probe that takes {} gives its place to another",
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
            (self.count_permanent(), "permanent"),
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
        format!("counts {what} that were {}{abandoned}", kinds.join(", "))
    }
}

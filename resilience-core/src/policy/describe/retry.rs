use super::numbers::{count, range, time};
use crate::{delay, policy::RetryPolicy};
use std::time::Duration;

/// So many delays are listed at the most; of the others only the last is told.
const LISTED: usize = 5;

impl RetryPolicy {
    /// Explains the policy, for people to read: when each attempt follows, and what ends a call early. The words may change
    /// between versions.
    ///
    /// ```
    /// use resilience_core::RetryPolicy;
    ///
    /// assert!(RetryPolicy::DEFAULT.describe().starts_with("3 attempts: at once, after 0–100 ms, after 0–200 ms"));
    /// ```
    #[must_use]
    pub fn describe(&self) -> String {
        if self.max_attempts() == 1 {
            return "1 attempt: no retries".to_owned();
        }
        let hint = if self.max_retry_after().is_zero() {
            "; ends if the service asks for a wait".to_owned()
        } else {
            let patience = time(self.max_retry_after());
            format!("; waits longer if the service asks for up to {patience}, and ends if it asks for more")
        };
        let nested = match self.max_depth() {
            1 => "; 1 attempt inside a call that may retry itself".to_owned(),
            depth => format!("; 1 attempt inside {depth} calls or more that may retry themselves"),
        };
        format!(
            "{}: at once, {}; gives up after {}{hint}{nested}",
            count(self.max_attempts().into(), "attempt", "attempts"),
            self.delays(),
            time(self.total_timeout()),
        )
    }

    /// The time for a whole call.
    pub(super) fn describe_deadline(&self) -> String {
        if self.max_attempts() == 1 {
            return "none: a call of one attempt has no time of its own".to_owned();
        }
        let timeout = time(self.total_timeout());
        format!("{timeout} for the call: no sleep ends and no attempt starts after it")
    }

    /// `after 0–100 ms, after 0–200 ms`.
    fn delays(&self) -> String {
        let retries = self.max_attempts() - 1;
        let mut delays: Vec<(Duration, Duration)> = Vec::new();
        for retry in 1..=retries.min(1_000) {
            let before = delays.last();
            let low = delay::before_retry(self, retry, before.map(|before| before.0), || 0.0);
            let high = delay::before_retry(self, retry, before.map(|before| before.1), || 1.0);
            delays.push((low, high));
        }
        let told = |(low, high): (Duration, Duration)| {
            if high.is_zero() {
                "again at once".to_owned()
            } else {
                format!("after {}", range(low, high))
            }
        };
        let last = delays.last().copied().unwrap_or_default();
        let alike = delays.iter().rev().take_while(|delay| **delay == last).count();
        let told_apart = if alike > 2 { delays.len() - alike } else { delays.len() };
        let listed = told_apart.min(LISTED);
        let mut words: Vec<_> = delays.iter().take(listed).copied().map(told).collect();
        let more = retries as usize - listed;
        if more > 0 {
            let which = if listed + alike == delays.len() {
                "each"
            } else {
                "the last"
            };
            words.push(format!("{more} more, {which} {}", told(last)));
        }
        words.join(", ")
    }
}

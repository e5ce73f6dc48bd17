use super::numbers::{count, share};
use crate::policy::BudgetPolicy;

impl BudgetPolicy {
    /// Explains the policy, for people to read: what earns a retry and what one costs. The words may change between versions.
    ///
    /// ```
    /// use resilience_core::BudgetPolicy;
    ///
    /// assert!(BudgetPolicy::DEFAULT.describe().starts_with("retries add at most 10 % to the calls that succeed"));
    /// ```
    #[must_use]
    pub fn describe(&self) -> String {
        if !self.enabled() {
            return "none: every retry is granted".to_owned();
        }
        let ratio = if self.deposit() > 0.0 {
            format!(
                "retries add at most {} to the calls that succeed",
                share(self.deposit())
            )
        } else {
            "successes earn no retries".to_owned()
        };
        let rate = if self.min_per_second() > 0.0 {
            format!(", and {} a second", self.min_per_second())
        } else {
            String::new()
        };
        let saved = count(self.capacity().into(), "retry", "retries");
        let throttled = match self.throttled_cost() {
            1.0 => String::new(),
            0.0 => "; a retry after throttling costs nothing".to_owned(),
            cost => format!("; a retry after throttling costs {cost} of one"),
        };
        format!("{ratio}{rate}; up to {saved} saved up for a bad moment{throttled}")
    }
}

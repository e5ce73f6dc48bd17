//! Policies in the words of a person who explains them. For humans: the words may change, settings are read elsewhere.

mod breaker;
mod budget;
mod numbers;
mod retry;

use super::{
    BreakerPolicy, BudgetPolicy, InvalidPolicy, RetryPolicy, ServiceOptions,
    doubts::{Doubt, doubts},
};
pub(crate) use numbers::about;
use numbers::time;
use std::{fmt::Write, time::Duration};

/// All protections of a call in the order in which it passes them, outermost first, one line each.
pub(crate) fn protections(
    retry: &RetryPolicy,
    budget: &BudgetPolicy,
    breaker: &BreakerPolicy,
    attempt_timeout: Option<Duration>,
) -> String {
    let timeout = attempt_timeout.map_or_else(
        || "none".to_owned(),
        |timeout| {
            format!(
                "{}, then the attempt is cancelled; it may have had its effect",
                time(timeout)
            )
        },
    );
    let lines = [
        ("fallback", "the one that the code names, if it names one".to_owned()),
        ("deadline", retry.describe_deadline()),
        ("retry", retry.describe()),
        ("budget", budget.describe()),
        ("breaker", breaker.describe()),
        ("attempt timeout", timeout),
        ("body", "the code of the operation".to_owned()),
    ];
    let mut text = String::new();
    for (name, line) in lines {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<15}  {}", line.replace("; ", ";\n                 "));
    }
    for Doubt { key, problem } in doubts(retry, breaker) {
        let _ = writeln!(text, "note             {key}: {problem}");
    }
    text
}

impl ServiceOptions {
    /// Explains what this layer makes of the defaults, for people to read: every protection of an idempotent operation in the
    /// order in which a call passes them, outermost first, with its numbers. The words may change between versions.
    ///
    /// ```
    /// use resilience_core::ServiceOptions;
    ///
    /// let text = ServiceOptions::high_traffic().describe()?;
    /// assert!(text.contains("2 attempts: at once, after 0.5–1 s"), "{text}");
    /// # Ok::<(), resilience_core::InvalidPolicy>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose value is out of range.
    pub fn describe(&self) -> Result<String, InvalidPolicy> {
        Ok(protections(
            &RetryPolicy::DEFAULT.layered(&self.retry)?,
            &BudgetPolicy::DEFAULT.layered(&self.budget)?,
            &BreakerPolicy::DEFAULT.layered(&self.breaker)?,
            self.valid_attempt_timeout()?,
        ))
    }
}

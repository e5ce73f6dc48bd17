//! Live services in the words of a person who explains them.

use crate::{
    operation::Kind,
    policy::{RetryPolicy, protections},
    service::Service,
};
use std::fmt::Write;

impl Service {
    /// Explains what holds for the service at this moment, for people to read: for each of its operations all protections in
    /// the order in which a call passes them, outermost first, with their numbers. Operations appear with their first call.
    /// The words may change between versions.
    ///
    /// ```
    /// use resilience_core::{Operation, Registry};
    ///
    /// static FETCH: Operation = Operation::idempotent("plan_service", "fetch_plan");
    ///
    /// let registry = Registry::new();
    /// let _ = FETCH.begin_in(registry);
    /// let text = registry.service("plan_service").describe();
    /// assert!(text.starts_with("plan_service, fetch_plan (idempotent)\nfallback"), "{text}");
    /// ```
    #[must_use]
    pub fn describe(&self) -> String {
        let policies = self.policies();
        let mut links = self.links();
        links.sort_by_key(|link| link.operation.name());
        let mut text = String::new();
        for link in links {
            let policy = link.policy();
            let (name, kind) = (link.operation.name(), link.kind);
            if !text.is_empty() {
                text.push('\n');
            }
            // Only what is idempotent is retried, whatever the policy says.
            let retry = match kind {
                Kind::Idempotent if !self.is_unshared() => policy.retry,
                Kind::Idempotent => policy.retry.once(),
                Kind::Plain | Kind::Apply => RetryPolicy::ONE_ATTEMPT,
            };
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}, {name} ({})", self.name(), kind.as_str());
            text.push_str(&protections(
                &retry,
                &policies.budget,
                &policies.breaker,
                policy.attempt_timeout,
            ));
        }
        if text.is_empty() {
            let _ = writeln!(text, "{}: no operation has been called yet", self.name());
        }
        text
    }
}

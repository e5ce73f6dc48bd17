//! For tests and models: an ending, and the time at which it comes.

use super::{Breaker, Ending, Permit, Tick, Transition};
use crate::policy::BreakerPolicy;

impl Breaker {
    pub(super) fn success(&self, permit: Permit, now: Tick, policy: &BreakerPolicy) -> Option<Transition> {
        self.end(permit, Ending::Success, || now, policy)
    }

    pub(super) fn failure(&self, permit: Permit, now: Tick, policy: &BreakerPolicy) -> Option<Transition> {
        self.end(permit, Ending::Failure, || now, policy)
    }

    pub(super) fn release(&self, permit: Permit, now: Tick, policy: &BreakerPolicy) -> Option<Transition> {
        self.end(permit, Ending::Abandoned, || now, policy)
    }
}

impl super::Refusal {
    /// The time until there is a chance: zero where that is up to a probe, none where it is up to an operator.
    #[cfg_attr(resilience_loom, allow(dead_code, reason = "for the tests that are no models"))]
    pub(crate) fn wait(self) -> Option<std::time::Duration> {
        match self {
            Self::Open(wait) => Some(wait.into()),
            Self::ProbesBusy => Some(std::time::Duration::ZERO),
            Self::HeldOpen => None,
        }
    }
}

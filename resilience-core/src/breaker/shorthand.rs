//! For tests and models: an admission or an ending, and the time at which it comes. Chance draws zero.

use super::{Breaker, Ending, Permit, Refusal, Surroundings, Tick, Transition};
use crate::policy::BreakerPolicy;

impl<F: Fn() -> Tick + Copy> Surroundings for F {
    fn tick(&self) -> Tick {
        self()
    }

    fn chance(&self) -> f64 {
        0.0
    }
}

impl Breaker {
    pub(super) fn admit(&self, now: Tick, policy: &BreakerPolicy) -> (Result<Permit, Refusal>, Option<Transition>) {
        self.admit_by(now, || 0.0, policy)
    }

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

impl Refusal {
    /// The time until there is a chance: zero where that is up to a probe, none where it is up to an operator.
    pub(crate) fn wait(self) -> Option<std::time::Duration> {
        match self {
            Self::Open(wait) => Some(wait.into()),
            Self::ProbesBusy => Some(std::time::Duration::ZERO),
            Self::HeldOpen => None,
        }
    }
}

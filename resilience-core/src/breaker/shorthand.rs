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

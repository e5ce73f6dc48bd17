use super::CircuitBreaker;
use crate::{
    breaker::{Ending, Permit},
    classify::{Outcome, Verdict},
    random::{RandomSource, ThreadRandom},
    time::{Clock, SystemClock},
};
use std::{fmt, mem};

/// Leave to make one call. Say how the call ended; a permit that is dropped instead is an abandoned call, and frees its place
/// if it was a probe.
///
/// See [`CircuitBreaker::acquire`].
#[must_use = "a permit that is dropped is an abandoned call"]
pub struct CallPermit<'b, C: Clock = SystemClock, R: RandomSource = ThreadRandom> {
    breaker: &'b CircuitBreaker<C, R>,
    permit: Permit,
}

impl<'b, C: Clock, R: RandomSource> CallPermit<'b, C, R> {
    pub(super) fn new(breaker: &'b CircuitBreaker<C, R>, permit: Permit) -> Self {
        Self { breaker, permit }
    }

    /// The call ended with this outcome.
    pub fn settle<O: Outcome>(self, outcome: &O) {
        // While the permit is held: a classification that panics abandons the call.
        let verdict = outcome.verdict();
        let (breaker, permit) = self.given_up();
        breaker.judge(permit, verdict);
    }

    /// The call succeeded.
    pub fn success(self) {
        let (breaker, permit) = self.given_up();
        breaker.judge(permit, Verdict::Success);
    }

    /// The call failed in a way that counts, whatever the policy says of kinds of failures.
    pub fn failure(self) {
        let (breaker, permit) = self.given_up();
        breaker.end(permit, Ending::Failure);
    }

    /// The call ended in a way that says nothing about the service.
    pub fn ignore(self) {
        let (breaker, permit) = self.given_up();
        breaker.end(permit, Ending::Ignored);
    }

    /// The permit for whoever ends it, so that it is not abandoned as well.
    fn given_up(self) -> (&'b CircuitBreaker<C, R>, Permit) {
        let parts = (self.breaker, self.permit);
        mem::forget(self);
        parts
    }
}

impl<C: Clock, R: RandomSource> Drop for CallPermit<'_, C, R> {
    fn drop(&mut self) {
        self.breaker.end(self.permit, Ending::Abandoned);
    }
}

impl<C: Clock, R: RandomSource> fmt::Debug for CallPermit<'_, C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallPermit").finish_non_exhaustive()
    }
}

//! A breaker that serves one partner after the other: when it may be handed on, and how.

use super::{
    Breaker,
    memory::{Memory, Parts},
    word::Tick,
};
use crate::policy::BreakerPolicy;

impl Breaker {
    /// Whether a new breaker would decide as this one: it is closed, and remembers nothing that could open it.
    pub(crate) fn is_as_new(&self, now: Tick, policy: &BreakerPolicy) -> bool {
        self.word().has_no_failures()
            && self
                .parts
                .get()
                .is_none_or(|parts| !parts.memory().has_evidence(now, policy))
    }

    /// Starts anew, statistics included. Nobody else may be using it, and it must be [as new](Self::is_as_new).
    pub(crate) fn renew(&self) {
        let Some(parts) = self.parts.get() else { return };
        parts.forget_counts();
        let mut memory = parts.memory();
        memory.forget_all();
        let word = self.word();
        let closed = memory.close(word);
        self.replace(word, closed);
    }
}

impl Memory<'_> {
    fn has_evidence(&mut self, now: Tick, policy: &BreakerPolicy) -> bool {
        let [_, failed, slow] = if policy.has_window() { self.window(now) } else { [0; 3] };
        let cools_down = self
            .last_half_open()
            .is_some_and(|at| now.since(at) < policy.cooldown());
        failed != 0 || slow != 0 || cools_down
    }
}

impl Parts {
    /// Nobody counts meanwhile.
    fn forget_counts(&self) {
        self.for_each_count(|count| count.store(0, std::sync::atomic::Ordering::Relaxed));
    }
}

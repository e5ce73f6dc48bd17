//! Attempts that outlive their timeout, since a body that never yields cannot be cut.

use super::{ATTEMPT_CLOCKED, Call, TIMED_OUT};
use crate::{
    link::Link,
    telemetry::{Count, events},
    time::Started,
};
use std::time::Duration;

impl Call {
    /// Takes note of the start of an attempt that has a timeout.
    #[cold]
    pub(super) fn start_attempt_clock(&mut self) {
        let now = self.link.service.registry().now();
        self.flags |= ATTEMPT_CLOCKED;
        if self.flags & Link::UNCLOCKED != 0 {
            self.start_clock(now);
        }
        let started = Started::at(now);
        if self.attempts() > 1 {
            self.trouble().rare_mut().attempt_started = started;
        } else if self.flags & Link::LIMITED == 0 {
            self.started = started;
        }
    }

    /// The start of the present attempt. The first one of a call whose time is limited has started with the clock of that.
    fn attempt_started(&self) -> Started {
        let rare = self.trouble.rare().filter(|_| self.attempts() > 1);
        rare.map_or(self.started, |rare| rare.attempt_started)
    }

    /// The timeout of the attempt that has just ended and the time that it took, where that was longer beyond doubt: the clock may
    /// lag behind.
    #[cold]
    pub(super) fn overrun(&self) -> Option<(Duration, Duration)> {
        if self.flags & (ATTEMPT_CLOCKED | TIMED_OUT) != ATTEMPT_CLOCKED {
            return None;
        }
        let timeout = self.policy().attempt_timeout?;
        let registry = self.link.service.registry();
        let elapsed = self.attempt_started().elapsed(registry.now());
        let certain = timeout.saturating_add(Duration::from_millis(registry.clock_resolution().0));
        (elapsed > certain).then_some((timeout, elapsed))
    }

    /// Counts an overrun of the attempt that has just ended, if it is one. It has no other consequence.
    pub(super) fn count_overrun(&mut self) {
        if let Some((timeout, elapsed)) = self.overrun() {
            self.link.counters.add(Count::Overrun);
            events::attempt_overran(self.link.subject(), self.attempts(), timeout, elapsed);
        }
    }
}

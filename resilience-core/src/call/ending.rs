//! How attempts and calls end: what they held is given back, those around are told, and it is counted.

use super::{ADMITTED, Call, ENDED, PANICKED, TOKEN};
use crate::{
    breaker::{Permit, Tick, Transition},
    scope::{self, Scope},
    telemetry::{Count, events},
};
use std::panic::{AssertUnwindSafe, catch_unwind};

impl Call {
    /// The call is dropped before its end: its caller has gone, or its body has panicked.
    #[cold]
    pub(super) fn abandon(&mut self) {
        if self.flags & ADMITTED != 0 {
            self.give_up_attempt();
        } else {
            // A permit that was granted while something else panicked.
            self.release_permit();
        }
        if self.flags & PANICKED == 0 {
            // Whoever dropped it may have done so over the refusal of another call: that one has the last word.
            self.end(Count::Cancellation, scope::current().has(Scope::MARKED));
        } else {
            self.end(Count::Panic, false);
        }
    }

    /// The present attempt ends without an outcome.
    pub(super) fn give_up_attempt(&mut self) {
        self.count_attempt();
        if self.flags & PANICKED == 0 {
            self.release_permit();
        } else if catch_unwind(AssertUnwindSafe(|| self.fail_permit())).is_err() {
            // A clock or a subscriber panicked over the panic of the body: one is enough.
            self.release_permit();
        }
    }

    /// Ends the call; `binds_those_around` marks the scope, so that no enclosing call retries its outcome or counts it.
    pub(super) fn end(&mut self, count: Count, binds_those_around: bool) {
        if self.flags & TOKEN != 0 {
            // Paid for an attempt that was not made.
            self.link.service.budget().refund();
        }
        self.flags = (self.flags | ENDED) & !(ADMITTED | TOKEN);
        self.link.counters.add(count);
        let around = scope::current();
        if around.has(Scope::IN_ATTEMPT) {
            scope::set(if binds_those_around {
                around.with(Scope::MARKED)
            } else {
                around.without(Scope::MARKED)
            });
        }
    }

    pub(super) fn count_attempt(&mut self) {
        self.flags &= !ADMITTED;
        self.link.counters.add(Count::Attempt);
        if self.attempts() > 1 {
            self.link.counters.add(Count::Retry);
        }
        if let Some(trouble) = &mut self.trouble.0 {
            trouble.timer = None;
        }
    }

    pub(super) fn fail_permit(&mut self) {
        let service = self.link.service;
        let policy = service.policies().breaker;
        if !policy.enabled() {
            self.release_permit();
            return;
        }
        // Before the permit is taken: a clock may panic, and the permit must not be lost over it.
        let now = Tick::at(service.registry().now());
        let permit = self.take_permit();
        let transition = service.breaker().failure(permit, now, &policy);
        self.report(transition);
    }

    pub(super) fn release_permit(&mut self) {
        let permit = self.take_permit();
        self.link.service.breaker().release(permit);
    }

    pub(super) fn take_permit(&mut self) -> Permit {
        Permit {
            word: self.permit,
            probe: self.trouble.0.as_mut().and_then(|trouble| trouble.probe.take()),
        }
    }

    pub(super) fn report(&self, transition: Option<Transition>) {
        if let Some(transition) = transition {
            events::circuit_turned(self.link.subject(), transition);
        }
    }
}

//! How attempts and calls end: what they held is given back, those around are told, and it is counted.

use super::{ADMITTED, ATTEMPT_CLOCKED, Call, ENDED, ENDED_LEASED, LAST_FAILED, LAST_IGNORED, LEASED, PANICKED, TOKEN};
use crate::{
    breaker::{Ending, Permit, Transition},
    policy::{Brief, Briefed},
    scope::{self, Scope},
    service::Service,
    telemetry::Count,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Gives the partition back, last and whatever happens.
struct Leaving(&'static Service);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.unpin();
    }
}

impl Call {
    /// The call is dropped before its end: its caller has gone, or its body has panicked.
    #[cold]
    pub(super) fn abandon(&mut self) {
        if self.flags & LEASED == 0 {
            return self.cancel();
        }
        let _leaving = Leaving(self.link.service);
        if !self.has_ended() {
            self.cancel();
        }
    }

    fn cancel(&mut self) {
        if self.flags & ADMITTED != 0 {
            self.give_up_attempt();
        } else {
            // Between two attempts of a call that the breaker judges as one, or while something else panicked.
            self.give_up_permit(Ending::Abandoned);
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
        self.give_up_permit(if self.flags & PANICKED == 0 {
            Ending::Abandoned
        } else {
            Ending::Failure
        });
    }

    fn give_up_permit(&mut self, ending: Ending) {
        if catch_unwind(AssertUnwindSafe(|| self.end_permit(ending))).is_err() {
            // A clock or a subscriber panicked, perhaps over the panic of the body: one is enough. This asks neither.
            self.end_permit(Ending::Ignored);
        }
    }

    /// Ends the call; `binds_those_around` marks the scope, so that no enclosing call retries its outcome or counts it.
    #[inline]
    pub(super) fn end(&mut self, count: Count, binds_those_around: bool) {
        if self.flags & (TOKEN | LEASED) == 0 {
            self.end_as(ENDED, count, binds_those_around);
        } else {
            self.end_with_debts(count, binds_those_around);
        }
    }

    #[cold]
    #[inline(never)]
    fn end_with_debts(&mut self, count: Count, binds_those_around: bool) {
        if self.flags & TOKEN != 0 {
            // Paid for an attempt that was not made.
            self.link.service.budget().refund(self.trouble.paid());
        }
        let ended = if self.flags & LEASED == 0 { ENDED } else { ENDED_LEASED };
        self.end_as(ended, count, binds_those_around);
    }

    #[inline]
    fn end_as(&mut self, ended: u32, count: Count, binds_those_around: bool) {
        self.flags = (self.flags | ended) & !(ADMITTED | TOKEN);
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

    #[inline]
    pub(super) fn count_attempt(&mut self) {
        self.flags &= !(ADMITTED | ATTEMPT_CLOCKED);
        self.link.counters.add(Count::Attempt);
        if self.attempts() > 1 {
            self.link.counters.add(Count::Retry);
        }
        self.trouble.stop_timer();
    }

    /// Gives the permit back, if one is held.
    #[inline]
    pub(super) fn end_permit(&mut self, ending: Ending) {
        let policy = self.link.service.breaker_policy().brief();
        if !self.gives_back_unjudged(policy) && !self.permit.is_none() {
            self.tell_breaker(ending);
        }
    }

    /// Gives the permit back where the breaker is switched off and need not be asked: only a probe has a place there.
    #[inline]
    pub(super) fn gives_back_unjudged(&mut self, policy: Brief) -> bool {
        let is_unjudged = !policy.enabled() && self.permit.is_of_closed();
        if is_unjudged {
            self.permit = Permit::NONE;
        }
        is_unjudged
    }

    /// The permit is held until the breaker is done: a clock may panic, and the permit must not be lost over it.
    #[inline(never)]
    fn tell_breaker(&mut self, ending: Ending) {
        let service = self.link.service;
        let transition = service
            .breaker()
            .end(self.permit, ending, service.registry(), service.breaker_policy());
        self.permit = Permit::NONE;
        self.report(transition);
    }

    /// Takes note of what the last attempt was to the breaker, where that judges the call as one and is not told yet.
    pub(super) fn set_last_ending(&mut self, ending: Ending) {
        self.flags &= !(LAST_FAILED | LAST_IGNORED);
        self.flags |= match ending {
            Ending::Failure => LAST_FAILED,
            Ending::Ignored => LAST_IGNORED,
            Ending::Answered | Ending::Success | Ending::Abandoned => 0,
        };
    }

    /// What the last attempt was to the breaker, if it has not been told.
    pub(super) fn last_ending(&self) -> Ending {
        if self.flags & LAST_FAILED != 0 {
            Ending::Failure
        } else if self.flags & LAST_IGNORED != 0 {
            Ending::Ignored
        } else {
            Ending::Answered
        }
    }

    pub(super) fn report(&self, transition: Option<Transition>) {
        if transition.is_some() {
            self.link.service.report(self.link.subject(), transition);
        }
    }
}

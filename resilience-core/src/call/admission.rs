//! Leave to make an attempt, where it is not simply granted: retries, applies, a breaker with something to remember.

use super::{
    ADMITTED, AGAIN, AT_ONCE, BEGUN, Call, DEADLINE, ENDED, ENDED_LEASED, LONG_WAY, PANICKED, TIMED_OUT, TOKEN,
};
use crate::{
    breaker::{Ending, Permit, Refusal, Surroundings, Tick, Ticks},
    deadline,
    interruption::{Interruption, Reason},
    link::Link,
    policy::{ApplyInRetry, Briefed},
    scope::{self, Scope},
    telemetry::{Count, events},
};
use std::time::Duration;

impl Call {
    #[cold]
    pub(super) fn admit_in_trouble(&mut self) -> Result<(), Interruption> {
        if self.flags & (Link::APPLY | AGAIN | BEGUN | ENDED | ENDED_LEASED) == 0 {
            let breaker = self.link.service.breaker();
            if self.flags & DEADLINE != 0 {
                self.check_time()?;
                let word = breaker.word();
                if word.is_healthy() {
                    self.permit = Permit::of_healthy(word);
                    self.flags |= ADMITTED | BEGUN;
                    return Ok(());
                }
            }
            if let Some(permit) = breaker.admit_in_passing(|| Tick::at(self.clock())) {
                self.permit = permit;
                self.flags |= ADMITTED | BEGUN;
                return Ok(());
            }
            // A service that is down is asked as often as one that is not: saying no must cost little, too.
            if let Some(wait) = self.wait_while_open() {
                let resolution = self.link.service.registry().clock_resolution();
                let interruption = Interruption::circuit_open(self.link.origin(), 0, wait, resolution);
                return Err(self.end_rejected(interruption));
            }
        }
        self.admit_with_care()
    }

    #[inline(never)]
    fn admit_with_care(&mut self) -> Result<(), Interruption> {
        self.flags |= LONG_WAY;
        if self.has_ended() {
            // By hand only: after its end a call grants everything and counts nothing.
            return Ok(());
        }
        if self.flags & ADMITTED != 0 {
            // By hand only: the attempt before was dropped half-way.
            self.give_up_attempt();
            self.flags &= !(TIMED_OUT | PANICKED | AT_ONCE | Scope::MARKED);
        }
        if self.flags & Link::APPLY != 0 {
            self.admit_apply()
        } else {
            self.admit_attempt()
        }
    }

    /// The time until the service may be asked again, while its circuit is open.
    fn wait_while_open(&self) -> Option<Ticks> {
        let service = self.link.service;
        if !service.breaker_policy().brief().enabled() {
            return None;
        }
        let (breaker, registry) = (service.breaker(), service.registry());
        let word = breaker.word();
        // Before the clock is read, which whoever goes on reads for itself.
        word.deadline()?;
        breaker.refuse_in_passing(word, Tick::at(registry.now()))
    }

    fn admit_attempt(&mut self) -> Result<(), Interruption> {
        if self.flags & AGAIN != 0 && self.link.service.registry().is_shut_down() {
            return Err(self.reject(Reason::Shutdown));
        }
        let now = if self.flags & (AGAIN | AT_ONCE) == AGAIN | AT_ONCE {
            // There was time when the last attempt was judged.
            None
        } else {
            self.check_time()?
        };
        self.flags &= !AT_ONCE;
        self.ask_breaker(now)?;
        if self.flags & BEGUN != 0 {
            self.trouble().count_further_attempt();
        }
        // The token pays for this attempt.
        self.flags = (self.flags | ADMITTED | BEGUN) & !TOKEN;
        Ok(())
    }

    /// Rejects an attempt that would start when the time is over: that of this call, of one around, or until the deadline in force.
    /// The time, where it was read.
    fn check_time(&mut self) -> Result<Option<Duration>, Interruption> {
        let is_again = self.flags & AGAIN != 0;
        if !(is_again || self.flags & DEADLINE != 0 && deadline::runs()) {
            return Ok(None);
        }
        let registry = self.link.service.registry();
        let now = registry.now();
        let left = if is_again {
            let total = self.policy().retry.total_timeout();
            Some(self.time_left(now, total))
        } else {
            if self.flags & Link::UNCLOCKED != 0 {
                self.start_clock(now);
            }
            deadline::left_by(registry, now)
        };
        if left.is_some_and(|left| left.is_zero()) {
            return Err(self.reject(Reason::DeadlinePassed));
        }
        Ok(Some(now))
    }

    fn admit_apply(&mut self) -> Result<(), Interruption> {
        let around = scope::current();
        if around.has(Scope::READ_ONLY) {
            return Err(self.reject(Reason::ReadOnlyPlan));
        }
        let repeatable = around.depth() > 0;
        if repeatable && self.policy().apply_in_retry == ApplyInRetry::Refuse {
            return Err(self.reject(Reason::ApplyInRetry));
        }
        let now = self.check_time()?;
        self.ask_breaker(now)?;
        if !scope::raise_fence() {
            self.end_permit(Ending::Ignored);
            return Err(self.reject(Reason::Superseded));
        }
        self.flags |= ADMITTED | BEGUN;
        if repeatable {
            events::apply_in_retry(self.link.subject());
        }
        Ok(())
    }

    /// The time; starts the call's clock where it has one that has not started.
    fn clock(&mut self) -> Duration {
        let now = self.link.service.registry().now();
        if self.flags & Link::UNCLOCKED != 0 {
            self.start_clock(now);
        }
        now
    }

    fn ask_breaker(&mut self, now: Option<Duration>) -> Result<(), Interruption> {
        let service = self.link.service;
        if self.permit.is_none() {
            let read = || Tick::at(now.unwrap_or_else(|| service.registry().now()));
            if let Some(permit) = service.breaker().admit_in_passing(read) {
                self.permit = permit;
                return Ok(());
            }
        }
        self.ask_breaker_in_trouble(now)
    }

    /// The permit is stored before anything is told: a subscriber may panic, and the permit must not be lost over it.
    #[inline(never)]
    fn ask_breaker_in_trouble(&mut self, now: Option<Duration>) -> Result<(), Interruption> {
        let service = self.link.service;
        let (breaker, policy) = (service.breaker(), service.breaker_policy());
        let is_held = !self.permit.is_none();
        if !policy.brief().enabled() {
            if !is_held {
                self.permit = Permit::NEUTRAL;
            }
            return Ok(());
        }
        let now = Tick::at(now.unwrap_or_else(|| service.registry().now()));
        if is_held {
            // The breaker judges the call as one, and has granted it.
            return match breaker.refusal_while_open(now) {
                Some(refusal) => Err(self.reject_for(refusal)),
                None => Ok(()),
            };
        }
        let chance = || service.registry().chance();
        let (admission, transition) = breaker.admit_by(now, chance, policy);
        if let Ok(permit) = admission {
            self.permit = permit;
        }
        self.report(transition);
        admission.map(|_| ()).map_err(|refusal| self.reject_for(refusal))
    }

    fn reject_for(&mut self, refusal: Refusal) -> Interruption {
        let attempts = self.attempts();
        let origin = self.link.origin();
        self.reject_with(match refusal {
            Refusal::Open(wait) => {
                let resolution = self.link.service.registry().clock_resolution();
                Interruption::circuit_open(origin, attempts, wait, resolution)
            }
            Refusal::ProbesBusy => Interruption::new(origin, Reason::ProbesBusy, attempts),
            Refusal::HeldOpen => Interruption::new(origin, Reason::HeldOpen, attempts),
        })
    }

    fn reject(&mut self, reason: Reason) -> Interruption {
        self.reject_with(Interruption::new(self.link.origin(), reason, self.attempts()))
    }

    /// Ends the call without the answer of its body.
    fn reject_with(&mut self, interruption: Interruption) -> Interruption {
        // Of a call that the breaker judges as one.
        self.end_permit(self.last_ending());
        self.end_rejected(interruption)
    }

    /// Ends a call that holds no permit.
    #[inline]
    fn end_rejected(&mut self, interruption: Interruption) -> Interruption {
        let reason = interruption.reason();
        let is_first = self.link.is_first_rejection(reason);
        events::call_rejected(self.link.subject(), &interruption, is_first);
        self.end(Count::of_interruption(reason), true);
        interruption
    }
}

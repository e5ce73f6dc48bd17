//! Leave to make an attempt, where it is not simply granted: retries, applies, a breaker with something to remember.

use super::{ADMITTED, AGAIN, BEGUN, Call, ENDED, LONG_WAY, PANICKED, TIMED_OUT, TOKEN};
use crate::{
    breaker::{Permit, Tick},
    interruption::{Interruption, Reason},
    link::Link,
    policy::ApplyInRetry,
    scope::{self, Scope},
    telemetry::{Count, events},
};
use std::time::Duration;

impl Call {
    #[cold]
    pub(super) fn admit_in_trouble(&mut self) -> Result<(), Interruption> {
        self.flags |= LONG_WAY;
        if self.flags & ENDED != 0 {
            // By hand only: after its end a call grants everything and counts nothing.
            return Ok(());
        }
        if self.flags & ADMITTED != 0 {
            // By hand only: the attempt before was dropped half-way.
            self.give_up_attempt();
            self.flags &= !(TIMED_OUT | PANICKED | Scope::MARKED);
        }
        if self.flags & Link::APPLY != 0 {
            self.admit_apply()
        } else {
            self.admit_attempt()
        }
    }

    fn admit_attempt(&mut self) -> Result<(), Interruption> {
        let mut now = None;
        if self.flags & AGAIN != 0 {
            let total = self.policy().retry.total_timeout();
            let read = self.link.service.registry().now();
            if self.elapsed(read) > total {
                return Err(self.reject(Reason::DeadlinePassed, None));
            }
            now = Some(read);
        }
        self.ask_breaker(now)?;
        if self.flags & BEGUN != 0 {
            let further = &mut self.trouble().further_attempts;
            *further = further.saturating_add(1);
        }
        // The token pays for this attempt.
        self.flags = (self.flags | ADMITTED | BEGUN) & !TOKEN;
        Ok(())
    }

    fn admit_apply(&mut self) -> Result<(), Interruption> {
        let around = scope::current();
        let repeatable = around.depth() > 0;
        if repeatable && self.policy().apply_in_retry == ApplyInRetry::Refuse {
            return Err(self.reject(Reason::ApplyInRetry, None));
        }
        self.ask_breaker(None)?;
        if !scope::raise_fence() {
            self.release_permit();
            return Err(self.reject(Reason::Superseded, None));
        }
        self.flags |= ADMITTED | BEGUN;
        if repeatable {
            events::apply_in_retry(self.link.subject());
        }
        Ok(())
    }

    /// The permit is stored before anything is told: a subscriber may panic, and the permit must not be lost over it.
    fn ask_breaker(&mut self, now: Option<Duration>) -> Result<(), Interruption> {
        let service = self.link.service;
        let word = service.breaker().word();
        if word.is_healthy() {
            self.permit = word;
            return Ok(());
        }
        let policy = service.policies().breaker;
        if !policy.enabled() {
            self.permit = word;
            return Ok(());
        }
        let now = Tick::at(now.unwrap_or_else(|| service.registry().now()));
        let (admission, transition) = service.breaker().admit(now, &policy);
        match admission {
            Ok(Permit { word, probe }) => {
                self.permit = word;
                if probe.is_some() {
                    self.trouble().probe = probe;
                }
                self.report(transition);
                Ok(())
            }
            Err(refusal) => {
                self.report(transition);
                let wait = match refusal.wait {
                    Duration::ZERO => Duration::ZERO,
                    wait => wait.saturating_add(service.registry().clock_resolution()),
                };
                Err(self.reject(Reason::CircuitOpen, Some(wait)))
            }
        }
    }

    /// Ends the call without the answer of its body.
    fn reject(&mut self, reason: Reason, retry_after: Option<Duration>) -> Interruption {
        events::call_rejected(self.link.subject(), self.attempts() + 1, reason, retry_after);
        self.end(Count::Rejection, true);
        Interruption::new(self.link.origin(), reason, self.attempts(), retry_after)
    }
}

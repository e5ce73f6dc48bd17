//! The live circuit breaker: its whole decision is one atomic word.
//!
//! Healthy is a fixed point: "closed, and nothing to remember" is the word whose low 42 bits are zero, and a success in that
//! state stores nothing. Every permit carries the generation in which it was granted; the generation goes up with every
//! transition, so a result that comes late finds another generation and changes nothing.
//!
//! The rooms: `word` and `permit` are layouts, `rules` pure functions from word to word, `window` and `successes` what the rates
//! are taken over, `passing` what a success goes by that takes no lock, `probes` who may try while half-open, `ramp` how many are
//! admitted after that, `run` how long failures have lasted, `memory` what is kept under the lock, `control` what operators do,
//! `renewal` how a breaker is handed on.
//! The breaker reports what it did by return value ([`Transition`]) and never speaks to the outside itself.

mod change;
mod control;
mod judgement;
mod memory;
mod passing;
mod permit;
mod probes;
mod ramp;
mod renewal;
mod rules;
mod run;
mod snapshot;
mod successes;
mod window;
mod word;

#[cfg(test)]
#[cfg(resilience_loom)]
mod models;
#[cfg(test)]
#[cfg(not(resilience_loom))]
mod reference;
#[cfg(test)]
mod shorthand;
#[cfg(test)]
#[cfg(not(resilience_loom))]
mod tests;

pub use change::{CircuitCause, CircuitChange, CircuitState};
pub use control::BreakerMode;
pub use snapshot::{BreakerSnapshot, BreakerStatistics};

pub(crate) use change::Transition;
pub(crate) use judgement::Ending;
pub(crate) use permit::Permit;
pub(crate) use word::{Tick, Ticks, Word};

use crate::{
    policy::{BreakerPolicy, Briefed},
    sync::{AtomicU64, Ordering, constant},
};
use memory::{Parts, Unjudged};
use rules::Admission;
use std::{sync::OnceLock, time::Duration};
use word::{Closed, State};

/// Why a call is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Open for this long.
    Open(Ticks),
    /// Half-open, and every place for a probe is taken: nobody knows for how long.
    ProbesBusy,
    /// Forced open, until somebody says otherwise.
    HeldOpen,
}

/// The clock and the chance of whoever owns a breaker. Both may be a user's code, which never runs under the lock.
pub(crate) trait Surroundings: Copy {
    fn tick(&self) -> Tick;

    /// A draw from 0 to 1.
    fn chance(&self) -> f64;
}

#[derive(Debug)]
pub(crate) struct Breaker {
    word: AtomicU64,
    /// Made when there is first something to remember.
    parts: OnceLock<Box<Parts>>,
}

impl Breaker {
    constant! {
        /// A closed breaker. Every call of its methods must come with the same policy, until another is [adopted](Self::adopt).
        pub(crate) const fn new(policy: &BreakerPolicy) -> Self {
            Self {
                word: AtomicU64::new(Word::first(rules::fresh(policy)).0),
                parts: OnceLock::new(),
            }
        }
    }

    /// The word as it is now. Where it [is healthy](Word::is_healthy) it is itself the permit.
    #[inline]
    pub(crate) fn word(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    /// Whether the permit is that of a healthy breaker, which is as healthy as it was, in the same generation: a success
    /// changes nothing then.
    #[inline]
    pub(crate) fn is_still(&self, permit: Permit) -> bool {
        // Relaxed: who finds it unchanged reads nothing else.
        Permit::of_healthy(Word(self.word.load(Ordering::Relaxed))) == permit
    }

    /// Refuses an attempt while the circuit is open, as `word` has it, which needs no policy; nothing where there is more to it. Not
    /// for a breaker that its policy has switched off meanwhile.
    #[inline]
    pub(crate) fn refuse_in_passing(&self, word: Word, now: Tick) -> Option<Ticks> {
        let wait = word.deadline()?.left(now)?;
        self.parts.get()?.count(Unjudged::Rejected);
        Some(wait)
    }

    /// Leave to make an attempt on a closed breaker that admits all, whatever it remembers, which needs no policy. `read` reads
    /// the clock, where attempts need the time.
    #[inline]
    pub(crate) fn admit_in_passing(&self, read: impl FnOnce() -> Tick) -> Option<Permit> {
        let word = self.word();
        word.admits_all()
            .then(|| Permit::closed(word.generation(), word.is_timed().then(read)))
    }

    /// Asks for leave to make one attempt. `chance` draws from 0 to 1, once at the most, where only a share is admitted.
    pub(crate) fn admit_by(
        &self,
        now: Tick,
        chance: impl Fn() -> f64,
        policy: &impl Briefed,
    ) -> (Result<Permit, Refusal>, Option<Transition>) {
        let (mut transition, mut drawn) = (None, None);
        if !policy.brief().enabled() {
            return (Ok(Permit::NEUTRAL), transition);
        }
        loop {
            let word = self.word();
            match rules::admit(word, now) {
                Admission::Granted => {
                    let permit = Permit::closed(word.generation(), word.is_timed().then_some(now));
                    return (Ok(permit), transition);
                }
                Admission::Ramping(closed) => {
                    let Some(slope) = self.parts(policy).ramp.slope(now) else {
                        let all = Closed {
                            ramping: false,
                            ..closed
                        };
                        self.replace(word, word.with_closed(all));
                        continue;
                    };
                    if *drawn.get_or_insert_with(&chance) >= slope.share {
                        return (Err(self.refuse(Refusal::Open(slope.wait), policy)), transition);
                    }
                    let permit = Permit::closed(word.generation(), word.is_timed().then_some(now));
                    return (Ok(permit), transition);
                }
                Admission::Unjudged(mode) => return (Ok(Permit::of_held(mode)), transition),
                Admission::Rejected(refusal) => return (Err(self.refuse(refusal, policy)), transition),
                Admission::HalfOpen(next) => {
                    let mut memory = self.parts(policy).memory();
                    if self.replace(word, next) {
                        transition = Some(Transition::HalfOpened);
                        memory.enter(word, next, now, Transition::HalfOpened);
                    }
                }
                Admission::AskProbes => {
                    let probes = &self.parts(policy).probes;
                    let claimed = probes.claim(word.generation(), now, &policy.whole());
                    // A place counts only in the generation in which it was claimed, and so does a lack of places.
                    if self.word().generation() == word.generation() {
                        let admission = claimed.ok_or_else(|| self.refuse(Refusal::ProbesBusy, policy));
                        return (admission, transition);
                    }
                    if let Some(probe) = claimed {
                        probes.release(probe);
                    }
                }
            }
        }
    }

    fn refuse(&self, refusal: Refusal, policy: &impl Briefed) -> Refusal {
        self.parts(policy).count(Unjudged::Rejected);
        refusal
    }

    /// What the breaker is doing; an open circuit whose time is over is reported half-open. Changes nothing.
    pub(crate) fn state(&self, now: Tick) -> CircuitState {
        let word = self.word();
        match word.state() {
            State::Open { deadline, .. } if deadline.wait(now).is_none() => CircuitState::HalfOpen,
            _ => CircuitState::of(word),
        }
    }

    /// Whether a call that asked now would be rejected because the circuit is open.
    pub(crate) fn is_open(&self, now: Tick) -> bool {
        self.refusal_while_open(now).is_some()
    }

    /// Why a call that asked now would be rejected, where the circuit is open.
    pub(crate) fn refusal_while_open(&self, now: Tick) -> Option<Refusal> {
        match self.word().state() {
            State::Open { deadline, .. } => deadline.left(now).map(Refusal::Open),
            State::Held(BreakerMode::ForcedOpen) => Some(Refusal::HeldOpen),
            _ => None,
        }
    }

    /// The time until a probe is admitted; none where the circuit is not open, or held open.
    pub(crate) fn wait(&self, now: Tick) -> Option<Duration> {
        match self.word().state() {
            State::Open { deadline, .. } => deadline.wait(now),
            _ => None,
        }
    }

    fn parts(&self, policy: &impl Briefed) -> &Parts {
        self.parts.get_or_init(|| Box::new(Parts::new(&policy.whole())))
    }

    fn replace(&self, old: Word, new: Word) -> bool {
        // AcqRel: who acts on the new word sees what was done before it was written. The decisions themselves need no
        // ordering, since each is a function of this one word.
        old == new
            || self
                .word
                .compare_exchange(old.0, new.0, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
    }
}

//! The live circuit breaker: its whole decision is one atomic word.
//!
//! Healthy is a fixed point: "closed, and no failure remembered" is the word whose low 42 bits are zero, and a success in
//! that state stores nothing. Every permit carries the generation in which it was granted; the generation goes up with
//! every transition, so a result that comes late finds another generation and changes nothing.
//!
//! The breaker reports what it did by return value ([`Transition`]) and never speaks to the outside itself.

mod probes;
mod rules;
mod word;

#[cfg(test)]
#[cfg(resilience_loom)]
mod models;
#[cfg(test)]
#[cfg(not(resilience_loom))]
mod reference;
#[cfg(test)]
#[cfg(not(resilience_loom))]
mod tests;

pub(crate) use probes::Probe;
pub(crate) use rules::Transition;
pub(crate) use word::{Tick, Word};

use crate::{
    policy::BreakerPolicy,
    sync::{AtomicU64, Ordering, seeded},
};
use probes::Probes;
use rules::Admission;
use std::{sync::OnceLock, time::Duration};
use word::State;

/// What a breaker is doing; see [`Service::circuit`](crate::Service::circuit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CircuitState {
    /// Calls are admitted.
    Closed,
    /// Calls are rejected until the recovery time is over.
    Open,
    /// A few calls are admitted as probes.
    HalfOpen,
}

impl CircuitState {
    /// The name in events: `closed`, `open` or `half_open`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// Leave to make one attempt; worth nothing in another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permit {
    pub(crate) word: Word,
    pub(crate) probe: Option<Probe>,
}

/// The call may not be made; the time until it has a chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) wait: Duration,
}

#[derive(Debug)]
pub(crate) struct Breaker {
    word: AtomicU64,
    /// Who is probing; made when the circuit first becomes half-open.
    probes: OnceLock<Probes>,
}

impl Breaker {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicU64::new(0),
            probes: OnceLock::new(),
        }
    }

    /// The word as it is now. Where it [is healthy](Word::is_healthy) it is itself the permit.
    #[inline]
    pub(crate) fn word(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    /// Asks for leave to make one attempt.
    pub(crate) fn admit(&self, now: Tick, policy: &BreakerPolicy) -> (Result<Permit, Refusal>, Option<Transition>) {
        let mut transition = None;
        loop {
            let word = self.word();
            match rules::admit(word, now) {
                Admission::Granted => return (Ok(Permit { word, probe: None }), transition),
                Admission::Refused(wait) => return (Err(Refusal { wait }), transition),
                Admission::HalfOpen(next) => {
                    // First, so that whoever opens the circuit again finds it; only the latest time stays.
                    self.probes().enter(now);
                    if self.replace(word, next) {
                        transition = Some(Transition::HalfOpened);
                    }
                }
                Admission::AskProbes => {
                    let claimed = self.probes().claim(word.generation(), now, policy);
                    // A place counts only in the generation in which it was claimed, and so does a lack of places.
                    if self.word().generation() == word.generation() {
                        let admission = match claimed {
                            None => Err(Refusal { wait: Duration::ZERO }),
                            probe => Ok(Permit { word, probe }),
                        };
                        return (admission, transition);
                    }
                    if let Some(probe) = claimed {
                        self.probes().release(probe);
                    }
                }
            }
        }
    }

    /// The attempt succeeded. Where the breaker is healthy now this changes nothing, and need not be called.
    pub(crate) fn success(&self, permit: Permit, policy: &BreakerPolicy) -> Option<Transition> {
        self.record(permit, |word| rules::success(word, policy))
    }

    /// The attempt failed in a way that counts.
    pub(crate) fn failure(&self, permit: Permit, now: Tick, policy: &BreakerPolicy) -> Option<Transition> {
        let last_half_open = self.probes.get().and_then(Probes::entered);
        self.record(permit, |word| Some(rules::failure(word, now, last_half_open, policy)))
    }

    /// The attempt ended without evidence for or against the service.
    pub(crate) fn release(&self, permit: Permit) {
        self.give_back(permit);
    }

    /// What the breaker is doing; an open circuit whose time is over is reported half-open. Changes nothing.
    pub(crate) fn state(&self, now: Tick) -> CircuitState {
        match self.word().state() {
            State::Closed { .. } => CircuitState::Closed,
            State::Open { deadline, .. } if deadline.wait(now).is_some() => CircuitState::Open,
            State::Open { .. } | State::HalfOpen { .. } => CircuitState::HalfOpen,
        }
    }

    /// Whether a call that asked now would be refused because the circuit is open.
    pub(crate) fn is_open(&self, now: Tick) -> bool {
        self.state(now) == CircuitState::Open
    }

    fn probes(&self) -> &Probes {
        self.probes.get_or_init(Probes::default)
    }

    /// Applies `rule` to the present word, unless the permit is of another generation or its probe was given to another.
    fn record(&self, permit: Permit, rule: impl Fn(Word) -> Option<(Word, Option<Transition>)>) -> Option<Transition> {
        if !self.give_back(permit) {
            return None;
        }
        loop {
            let word = self.word();
            if word.generation() != permit.word.generation() && !seeded("no_generation") {
                return None;
            }
            if permit.probe.is_none() && matches!(word.state(), State::HalfOpen { .. }) {
                // Granted while the breaker was switched off: only probes decide.
                return None;
            }
            let (next, transition) = rule(word)?;
            if self.replace(word, next) {
                return transition;
            }
        }
    }

    /// Frees the probe's place; `false` where it had been given to another.
    fn give_back(&self, permit: Permit) -> bool {
        match (permit.probe, self.probes.get()) {
            (Some(probe), Some(probes)) => probes.release(probe),
            _ => true,
        }
    }

    fn replace(&self, old: Word, new: Word) -> bool {
        // AcqRel: who acts on the new word sees what was done before it was written. The decisions themselves need no
        // ordering, since each is a function of this one word.
        self.word
            .compare_exchange(old.0, new.0, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

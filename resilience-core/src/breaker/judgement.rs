//! What a breaker makes of the way in which an attempt ended.

use super::{
    Breaker,
    change::{CircuitCause, Transition},
    memory::{Memory, Unjudged},
    permit::{Kind, Permit},
    rules,
    window::Evidence,
    word::{Closed, State, Tick, Word},
};
use crate::{
    classify::FailureKind,
    policy::{BreakerPolicy, OnAbandon},
    sync::seeded,
};
use std::time::Duration;

/// How an attempt ended, as far as the breaker is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    /// In a way that counts.
    Failure,
    /// With an outcome that says nothing about the service.
    Ignored,
    /// Without an outcome.
    Abandoned,
}

impl Ending {
    /// The ending of an attempt that failed in this way.
    pub(crate) fn of_failure(kind: FailureKind, policy: &BreakerPolicy) -> Self {
        let counts = match kind {
            FailureKind::Transient => policy.count_transient(),
            FailureKind::Throttled { .. } => policy.count_throttled(),
            FailureKind::Permanent => policy.count_permanent(),
            FailureKind::Ignored => false,
        };
        if counts { Self::Failure } else { Self::Ignored }
    }
}

impl Breaker {
    /// Whether a success of a timed attempt is dealt with, though the word is not [healthy](Word::is_healthy): all there was
    /// to do is count it. Takes no lock and asks no policy.
    pub(crate) fn success_in_passing(&self, permit: Permit, now: Tick) -> bool {
        let Some(parts) = self.parts.get() else { return false };
        let timing = &parts.timing;
        let period = timing.period();
        let word = self.word();
        word.is_healthy_but_timed()
            && permit.kind() == Kind::Closed
            && permit.is_timed()
            && permit.generation() == word.generation()
            && !timing.is_slow(permit.age(now))
            && timing.count_success(period, now)
    }

    /// Takes the permit back. `read` reads the clock; it is called before the permit is given up, and with no lock held.
    pub(crate) fn end(
        &self,
        permit: Permit,
        ending: Ending,
        read: impl Fn() -> Tick,
        policy: &BreakerPolicy,
    ) -> Option<Transition> {
        match permit.kind() {
            Kind::None => return None,
            Kind::Neutral => {
                if permit == Permit::UNJUDGED {
                    self.parts(policy).count(Unjudged::Ignored);
                }
                return None;
            }
            Kind::Closed | Kind::Probe => {}
        }
        let needs_time = match (ending, policy.on_abandon()) {
            (Ending::Failure, _) => true,
            (Ending::Success, _) | (Ending::Abandoned, OnAbandon::FailAfter(_)) => permit.is_timed(),
            (Ending::Ignored | Ending::Abandoned, _) => false,
        };
        let now = needs_time.then(&read);
        let age = now.map_or(Duration::ZERO, |now| permit.age(now));
        let is_late = !self.give_back(permit) || self.has_turned_since(permit);
        if !policy.enabled() {
            return None;
        }
        let failed = match (ending, policy.on_abandon()) {
            (Ending::Success, _) => false,
            (Ending::Failure, _) => true,
            (Ending::Abandoned, rule) => {
                self.parts(policy).count(Unjudged::Abandoned);
                match rule {
                    OnAbandon::FailAfter(limit) if !is_late && permit.is_timed() && age >= limit => true,
                    _ => return None,
                }
            }
            (Ending::Ignored, _) => {
                let what = if is_late { Unjudged::Late } else { Unjudged::Ignored };
                self.parts(policy).count(what);
                return None;
            }
        };
        let slow = policy.slow_millionths() != 0 && permit.is_timed() && age >= policy.slow_call_duration();
        let evidence = Evidence { failed, slow };
        let judged = match (is_late, permit.kind()) {
            (true, _) => Err(Late),
            (false, Kind::Probe) => self.judge_probe(permit, evidence, read, policy),
            (false, _) if policy.has_window() => self.judge_with_memory(permit, evidence, now, read, policy),
            (false, _) => self.judge_by_word(permit, evidence, now, read, policy),
        };
        judged.unwrap_or_else(|Late| {
            self.parts(policy).count(Unjudged::Late);
            None
        })
    }

    /// Whether the permit is of another generation.
    fn has_turned_since(&self, permit: Permit) -> bool {
        self.word().generation() != permit.generation() && !seeded("no_generation")
    }

    /// Frees the place of a probe; `false` where it had been given to another.
    fn give_back(&self, permit: Permit) -> bool {
        match (permit.kind(), self.parts.get()) {
            (Kind::Probe, Some(parts)) => parts.probes.release(permit),
            _ => true,
        }
    }

    /// A closed breaker without a window.
    fn judge_by_word(
        &self,
        permit: Permit,
        evidence: Evidence,
        now: Option<Tick>,
        read: impl Fn() -> Tick,
        policy: &BreakerPolicy,
    ) -> Result<Option<Transition>, Late> {
        loop {
            let word = self.word();
            let closed = closed_of(word, permit)?;
            let failures = rules::failures_after(closed.failures, evidence.failed, policy);
            if rules::trips(failures, policy) {
                return self.judge_with_memory(permit, evidence, now, read, policy);
            }
            if self.replace(word, word.with(State::Closed(Closed { failures, ..closed }))) {
                return Ok(None);
            }
        }
    }

    /// A closed breaker with a window, or one that is about to open.
    fn judge_with_memory(
        &self,
        permit: Permit,
        evidence: Evidence,
        mut now: Option<Tick>,
        read: impl Fn() -> Tick,
        policy: &BreakerPolicy,
    ) -> Result<Option<Transition>, Late> {
        let parts = self.parts(policy);
        let mut is_recorded = false;
        loop {
            let mut memory = parts.memory();
            let word = self.word();
            let closed = closed_of(word, permit)?;
            if now.is_none() && memory.is_of_time() {
                // A clock is a user's code: not under the lock.
                drop(memory);
                now = Some(read());
                continue;
            }
            // What a window of calls is not asked for.
            let at = now.unwrap_or(Tick(0));
            if !is_recorded {
                memory.record(evidence, at);
                is_recorded = true;
            }
            let failures = rules::failures_after(closed.failures, evidence.failed, policy);
            let Some(met) = rule_met(failures, &memory, at, policy) else {
                let closed = Closed {
                    failures,
                    recorded: !memory.is_settled(at),
                    ..closed
                };
                if seeded("window_unlocked_early") {
                    drop(memory);
                }
                if self.replace(word, word.with(State::Closed(closed))) {
                    return Ok(None);
                }
                continue;
            };
            let Some(now) = now else {
                drop(memory);
                now = Some(read());
                continue;
            };
            let (opened, transition) = rules::open(word, now, 0, memory.last_half_open(), policy, met);
            if self.replace(word, opened) {
                memory.enter(word, opened, now, transition);
                return Ok(Some(transition));
            }
        }
    }

    /// A half-open breaker.
    fn judge_probe(
        &self,
        permit: Permit,
        evidence: Evidence,
        read: impl Fn() -> Tick,
        policy: &BreakerPolicy,
    ) -> Result<Option<Transition>, Late> {
        // A slow probe says that what the rule was about is not over.
        let failed = evidence.failed || evidence.slow;
        loop {
            let word = self.word();
            let (successes, reopenings) = half_open_of(word, permit)?;
            let successes = successes.saturating_add(1);
            if !failed && successes < policy.success_threshold() {
                if self.replace(word, word.with(State::HalfOpen { successes, reopenings })) {
                    return Ok(None);
                }
                continue;
            }
            let now = read();
            let mut memory = self.parts(policy).memory();
            if self.word() != word {
                continue;
            }
            let (next, transition) = if failed {
                let reopenings = (reopenings + 1).min(Word::MAX_REOPENINGS);
                let cause = (CircuitCause::ProbeFailed, 1);
                rules::open(word, now, reopenings, memory.last_half_open(), policy, cause)
            } else {
                (memory.close(word), Transition::Closed)
            };
            if self.replace(word, next) {
                memory.enter(word, next, now, transition);
                return Ok(Some(transition));
            }
        }
    }
}

/// The permit is of another generation.
struct Late;

/// What the closed word of the permit's generation says.
fn closed_of(word: Word, permit: Permit) -> Result<Closed, Late> {
    match word.state() {
        State::Closed(closed) if word.generation() == permit.generation() || seeded("no_generation") => Ok(closed),
        _ => Err(Late),
    }
}

/// The successes and reopenings of the half-open word of the permit's generation.
fn half_open_of(word: Word, permit: Permit) -> Result<(u8, u32), Late> {
    match word.state() {
        State::HalfOpen { successes, reopenings } if word.generation() == permit.generation() => {
            Ok((successes, reopenings))
        }
        _ => Err(Late),
    }
}

/// The rule that opens the circuit, and how many calls have met it.
fn rule_met(failures: u32, memory: &Memory<'_>, now: Tick, policy: &BreakerPolicy) -> Option<(CircuitCause, u64)> {
    if rules::trips(failures, policy) {
        Some((CircuitCause::Failures, failures.into()))
    } else {
        memory.rate_met(now, policy)
    }
}

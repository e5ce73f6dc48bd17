//! What a breaker makes of the way in which an attempt ended.

use super::{
    Breaker,
    change::{CircuitCause, Transition},
    memory::Unjudged,
    permit::{Kind, Permit},
    rules,
    window::Evidence,
    word::{Closed, State, Tick, Ticks, Word},
};
use crate::{
    classify::FailureKind,
    policy::{BreakerPolicy, Brief, Briefed, OnAbandon},
    sync::seeded,
};

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
    pub(crate) fn of_failure(kind: FailureKind, policy: Brief) -> Self {
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
    /// Whether a success is dealt with, though the word is not [healthy](Word::is_healthy): all there was to do is count it, or
    /// nothing. Takes no lock and asks no policy. `read` reads the clock, where the time matters.
    pub(crate) fn success_in_passing(&self, permit: Permit, read: impl FnOnce() -> Tick) -> bool {
        let may_pass = |word: Word| {
            word.is_healthy_but_for_time() && permit.kind() == Kind::Closed && permit.generation() == word.generation()
        };
        let word = self.word();
        if !may_pass(word) {
            return false;
        }
        let Some(parts) = self.parts.get() else {
            // Without a window there is nothing to count, and nothing that is slow.
            return !word.is_dated();
        };
        let timing = &parts.timing;
        if timing.is_idle() {
            return !word.is_dated();
        }
        let now = read();
        let period = timing.period();
        may_pass(self.word()) && !timing.is_slow(permit.age(now)) && timing.count_success(period, now)
    }

    /// Takes the permit back. `read` reads the clock; it is called before the permit of a probe is given up, and with no lock
    /// held.
    pub(crate) fn end(
        &self,
        permit: Permit,
        ending: Ending,
        read: impl Fn() -> Tick,
        policy: &impl Briefed,
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
        let brief = policy.brief();
        let needs_time = match ending {
            Ending::Success | Ending::Failure => permit.is_timed() || brief.has_window_of_time(),
            Ending::Abandoned => permit.is_timed() && brief.judges_abandoned(),
            Ending::Ignored => false,
        };
        let now = needs_time.then(&read);
        let is_late = !self.give_back(permit) || self.has_turned_since(permit);
        if !brief.enabled() {
            return None;
        }
        let failed = match ending {
            Ending::Success => false,
            Ending::Failure => true,
            Ending::Abandoned => {
                self.parts(policy).count(Unjudged::Abandoned);
                match now {
                    Some(now) if !is_late && fails_abandoned(permit.age(now), &policy.whole()) => true,
                    _ => return None,
                }
            }
            Ending::Ignored => {
                let what = if is_late { Unjudged::Late } else { Unjudged::Ignored };
                self.parts(policy).count(what);
                return None;
            }
        };
        let judged = match (is_late, permit.kind()) {
            (true, _) => Err(Late),
            (false, Kind::Probe) => self.judge_probe(permit, failed, now, read, policy),
            (false, _) if brief.has_window() => self.judge_with_memory(permit, failed, now, read, policy),
            (false, _) => self.judge_by_word(permit, failed, now, read, policy),
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
        failed: bool,
        now: Option<Tick>,
        read: impl Fn() -> Tick,
        policy: &impl Briefed,
    ) -> Result<Option<Transition>, Late> {
        let brief = policy.brief();
        loop {
            let word = self.word();
            let closed = closed_of(word, permit)?;
            let failures = rules::failures_after(closed.failures, failed, brief);
            if rules::trips(failures, brief) {
                return self.judge_with_memory(permit, failed, now, read, policy);
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
        failed: bool,
        mut now: Option<Tick>,
        read: impl Fn() -> Tick,
        policy: &impl Briefed,
    ) -> Result<Option<Transition>, Late> {
        let brief = policy.brief();
        let parts = self.parts(policy);
        let mut whole = None;
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
                let slow = parts.timing.is_slow(permit.age(at));
                memory.record(Evidence { failed, slow }, at);
                is_recorded = true;
            }
            let tally = memory.advance_to(at);
            let failures = rules::failures_after(closed.failures, failed, brief);
            let met = if rules::trips(failures, brief) {
                Some((CircuitCause::Failures, failures.into()))
            } else {
                memory.rate_met(tally, at)
            };
            let Some(met) = met else {
                let closed = Closed {
                    failures,
                    recorded: !memory.is_settled(),
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
            // What it takes to open is looked up without the lock, too.
            let (Some(now), Some(whole)) = (now, &whole) else {
                drop(memory);
                now = now.or_else(|| Some(read()));
                whole = Some(policy.whole());
                continue;
            };
            let (opened, transition) = rules::open(word, now, 0, memory.last_half_open(), whole, met);
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
        failed: bool,
        ended: Option<Tick>,
        read: impl Fn() -> Tick,
        policy: &impl Briefed,
    ) -> Result<Option<Transition>, Late> {
        let parts = self.parts(policy);
        let policy = policy.whole();
        // A slow probe says that what the rule was about is not over.
        let slow = ended.is_some_and(|ended| parts.timing.is_slow(permit.age(ended)));
        let failed = failed || slow;
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
            let mut memory = parts.memory();
            if self.word() != word {
                continue;
            }
            let (next, transition) = if failed {
                let reopenings = (reopenings + 1).min(Word::MAX_REOPENINGS);
                let cause = (CircuitCause::ProbeFailed, 1);
                rules::open(word, now, reopenings, memory.last_half_open(), &policy, cause)
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

/// Whether a call that was abandoned at this age is a failure.
fn fails_abandoned(age: Ticks, policy: &BreakerPolicy) -> bool {
    match policy.on_abandon() {
        OnAbandon::Ignore => false,
        OnAbandon::FailAfter(limit) => age >= Ticks::of(limit),
    }
}

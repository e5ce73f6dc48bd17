//! What a breaker makes of the way in which an attempt ended.

use super::{
    Breaker, Surroundings,
    change::{CircuitCause, Transition},
    memory::{Parts, Unjudged},
    permit::{Kind, Permit},
    rules::{self, Asked},
    window::Evidence,
    word::{Closed, State, Tick, Ticks, Word},
};
use crate::{
    classify::FailureKind,
    policy::{BreakerPolicy, Brief, Briefed, OnAbandon, OnPermanent},
    sync::seeded,
};

/// How an attempt ended, as far as the breaker is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    /// In a way that counts.
    Failure,
    /// With an outcome that counts for nothing, though the service has answered: for a probe, a success.
    Answered,
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
            FailureKind::Permanent => match policy.permanent() {
                OnPermanent::Failure => true,
                OnPermanent::ProbeSuccess => return Self::Answered,
                OnPermanent::Neutral => false,
            },
            FailureKind::Pending => return Self::Answered,
            FailureKind::Ignored | FailureKind::Unknown => false,
        };
        if counts { Self::Failure } else { Self::Ignored }
    }
}

impl Breaker {
    /// Takes the permit back. The clock is read before the permit of a probe is given up, and with no lock held.
    pub(crate) fn end(
        &self,
        permit: Permit,
        ending: Ending,
        around: impl Surroundings,
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
        let ending = match (ending, permit.kind()) {
            (Ending::Answered, Kind::Probe) => Ending::Success,
            (Ending::Answered, _) => Ending::Ignored,
            (ending, _) => ending,
        };
        let brief = policy.brief();
        let needs_time = match ending {
            Ending::Success | Ending::Failure => permit.is_timed() || brief.has_window_of_time(),
            Ending::Abandoned => permit.is_timed() && brief.judges_abandoned(),
            Ending::Ignored | Ending::Answered => false,
        };
        let now = needs_time.then(|| around.tick());
        let is_late = !self.give_back(permit) || self.has_turned_since(permit);
        if !brief.enabled() {
            return None;
        }
        let failed = match ending {
            Ending::Success => false,
            Ending::Failure => true,
            Ending::Ignored | Ending::Answered | Ending::Abandoned => {
                let age = now.map(|now| permit.age(now));
                if !self.fails_unanswered(ending, age, is_late, policy) {
                    return None;
                }
                true
            }
        };
        let judged = match (is_late, permit.kind()) {
            (true, _) => Err(Late),
            (false, Kind::Probe) => self.judge_probe(permit, failed, now, around, policy),
            (false, _) if brief.has_window() => self.judge_with_memory(permit, failed, now, around, policy),
            (false, _) => self.judge_by_word(permit, failed, now, around, policy),
        };
        judged.unwrap_or_else(|Late| {
            self.parts(policy).count(Unjudged::Late);
            None
        })
    }

    /// Counts an ending that says nothing, or nothing by itself; whether it is a failure all the same.
    #[cold]
    #[inline(never)]
    fn fails_unanswered(&self, ending: Ending, age: Option<Ticks>, is_late: bool, policy: &impl Briefed) -> bool {
        let parts = self.parts(policy);
        if ending == Ending::Ignored {
            parts.count(if is_late { Unjudged::Late } else { Unjudged::Ignored });
            return false;
        }
        parts.count(Unjudged::Abandoned);
        match (age, policy.whole().on_abandon()) {
            (Some(age), OnAbandon::FailAfter(limit)) => !is_late && age >= Ticks::of(limit),
            _ => false,
        }
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
        around: impl Surroundings,
        policy: &impl Briefed,
    ) -> Result<Option<Transition>, Late> {
        let brief = policy.brief();
        loop {
            let word = self.word();
            let closed = closed_of(word, permit)?;
            let failures = rules::failures_after(closed.failures, failed, brief);
            if rules::trips(failures, brief) || rules::begins_run(closed, failures, brief) {
                let now = now.or_else(|| Some(around.tick()));
                return self.judge_with_memory(permit, failed, now, around, policy);
            }
            if self.replace(word, word.with_closed(closed.with_failures(failures))) {
                return Ok(None);
            }
        }
    }

    /// A closed breaker with a window, or one that is about to open or at the beginning of a run of failures.
    fn judge_with_memory(
        &self,
        permit: Permit,
        failed: bool,
        now: Option<Tick>,
        around: impl Surroundings,
        policy: &impl Briefed,
    ) -> Result<Option<Transition>, Late> {
        let parts = self.parts(policy);
        let mut outcome = Outcome {
            permit,
            failed,
            now,
            is_recorded: false,
        };
        let mut whole = None;
        loop {
            // Clock and chance are a user's code, and the policy has a lock of its own: none is asked for under this one.
            match self.judge_locked(parts, &mut outcome, policy.brief(), whole.as_ref())? {
                Locked::Done(transition) => return Ok(transition),
                Locked::NeedsTime => outcome.now = Some(around.tick()),
                Locked::Opens => {
                    outcome.now = outcome.now.or_else(|| Some(around.tick()));
                    let policy = policy.whole();
                    whole = Some((policy, draw_for(&policy, &around)));
                }
            }
        }
    }

    /// Records an outcome, once, and judges the window with it.
    fn judge_locked(
        &self,
        parts: &Parts,
        outcome: &mut Outcome,
        brief: Brief,
        whole: Option<&(BreakerPolicy, f64)>,
    ) -> Result<Locked, Late> {
        let Outcome { permit, failed, .. } = *outcome;
        loop {
            let mut memory = parts.memory();
            let word = self.word();
            let closed = closed_of(word, permit)?;
            let failures = rules::failures_after(closed.failures, failed, brief);
            let begins_run = rules::begins_run(closed, failures, brief);
            let may_trip = rules::trips(failures, brief);
            let needs_time = memory.is_of_time() || begins_run || may_trip && brief.has_span();
            if outcome.now.is_none() && needs_time {
                return Ok(Locked::NeedsTime);
            }
            // What neither a window of calls nor a run without a span is asked for.
            let at = outcome.now.unwrap_or(Tick(0));
            let evidence = (!outcome.is_recorded).then(|| Evidence {
                failed,
                slow: parts.passing.is_slow(permit.age(at)),
            });
            outcome.is_recorded = true;
            let judged = memory.judge(evidence, at);
            if begins_run && !seeded("run_unwritten") {
                // Before the word says that it is known. Nobody goes by it until then, so it does not matter if the word is
                // another one by now.
                memory.run().begin(at);
            }
            let met = if may_trip && (!brief.has_span() || memory.run().has_lasted(at)) {
                Some((CircuitCause::Failures, failures.into()))
            } else {
                judged.met
            };
            let Some(met) = met else {
                let closed = Closed {
                    recorded: !judged.is_settled,
                    spanned: closed.spanned || begins_run,
                    ..closed
                }
                .with_failures(failures);
                if seeded("window_unlocked_early") {
                    drop(memory);
                }
                if self.replace(word, word.with_closed(closed)) {
                    return Ok(Locked::Done(None));
                }
                continue;
            };
            let (Some(now), Some(&(ref whole, draw))) = (outcome.now, whole) else {
                return Ok(Locked::Opens);
            };
            let asked = Asked { now, draw };
            let (opened, transition) = rules::open(word, asked, 0, memory.last_half_open(), whole, met);
            if self.replace(word, opened) {
                memory.enter(word, opened, now, transition);
                return Ok(Locked::Done(Some(transition)));
            }
        }
    }

    /// A half-open breaker.
    #[cold]
    #[inline(never)]
    fn judge_probe(
        &self,
        permit: Permit,
        failed: bool,
        ended: Option<Tick>,
        around: impl Surroundings,
        policy: &impl Briefed,
    ) -> Result<Option<Transition>, Late> {
        let parts = self.parts(policy);
        let policy = policy.whole();
        // A slow probe says that what the rule was about is not over.
        let slow = ended.is_some_and(|ended| parts.passing.is_slow(permit.age(ended)));
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
            let asked = Asked {
                now: around.tick(),
                draw: if failed { draw_for(&policy, &around) } else { 0.0 },
            };
            let mut memory = parts.memory();
            if self.word() != word {
                continue;
            }
            let (next, transition) = if failed {
                let reopenings = (reopenings + 1).min(Word::MAX_REOPENINGS);
                let cause = (CircuitCause::ProbeFailed, 1);
                rules::open(word, asked, reopenings, memory.last_half_open(), &policy, cause)
            } else {
                (memory.close_gently(word, asked.now, policy.ramp()), Transition::Closed)
            };
            if self.replace(word, next) {
                memory.enter(word, next, asked.now, transition);
                return Ok(Some(transition));
            }
        }
    }
}

/// How an attempt ended.
struct Outcome {
    permit: Permit,
    failed: bool,
    /// When, where that has been asked for.
    now: Option<Tick>,
    /// Whether the window has it.
    is_recorded: bool,
}

/// What was made of it under the lock.
enum Locked {
    Done(Option<Transition>),
    /// The time has to be known first.
    NeedsTime,
    /// The circuit opens, for which the policy has to be known.
    Opens,
}

/// Chance's part in how long the circuit stays open, where it has one.
fn draw_for(policy: &BreakerPolicy, around: &impl Surroundings) -> f64 {
    if policy.recovery_jitter() > 0.0 {
        around.chance()
    } else {
        0.0
    }
}

/// The permit is of another generation.
struct Late;

/// What the closed word of the permit's generation says.
fn closed_of(word: Word, permit: Permit) -> Result<Closed, Late> {
    let is_present = word.generation() == permit.generation() || seeded("no_generation");
    word.closed().filter(|_| is_present).ok_or(Late)
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

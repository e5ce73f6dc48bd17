//! What a breaker remembers beside its word; made when there is first something to remember.
//!
//! Every change of state, every failure, and every success that may change more than a count, is dealt with under one lock; the
//! word stays what calls decide by. No code of a user runs while the lock is held.

use super::{
    change::{CircuitCause, Ledger, Transition},
    passing::Passing,
    probes::Probes,
    ramp::Ramp,
    run::Run,
    successes::Successes,
    window::{Evidence, Outcomes, Rates, Tally},
    word::{Closed, Deadline, State, Tick, Ticks, Word},
};
use crate::{
    policy::BreakerPolicy,
    sync::{Mutex, MutexGuard, seeded},
    telemetry::stripes::{self, Stripes},
};
use std::{
    sync::{
        PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// What is counted of calls that the breaker did not judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unjudged {
    Rejected,
    Ignored,
    Late,
    Abandoned,
}

#[derive(Debug)]
pub(super) struct Parts {
    pub(super) probes: Probes,
    pub(super) passing: Passing,
    pub(super) ramp: Ramp,
    counts: Stripes<Counts>,
    locked: Mutex<Locked>,
}

/// What one thread counts by itself: in one stripe, so that it costs no memory of its own.
#[derive(Debug, Default)]
struct Counts {
    unjudged: [AtomicU64; 4],
    successes: Successes,
}

const _: () = assert!(size_of::<Counts>() <= 128 || cfg!(resilience_loom));

#[derive(Debug)]
struct Locked {
    outcomes: Outcomes,
    /// Of the successes that threads have counted by themselves: as many as the window of calls has been told of, or as there
    /// were in the window of time when it was last looked at.
    known: u64,
    rates: Rates,
    timed: bool,
    run: Run,
    last_half_open: Option<Tick>,
    ledger: Ledger,
}

/// What is remembered, for whoever holds the lock.
#[derive(Debug)]
pub(super) struct Memory<'p> {
    passing: &'p Passing,
    ramp: &'p Ramp,
    counts: &'p Stripes<Counts>,
    locked: MutexGuard<'p, Locked>,
}

/// What the rates make of a window.
pub(super) struct Judged {
    /// The rate that is reached, and how many calls reached it.
    pub(super) met: Option<(CircuitCause, u64)>,
    /// Whether another success would change nothing that can lead to an opening.
    pub(super) is_settled: bool,
}

impl Parts {
    pub(super) fn new(policy: &BreakerPolicy) -> Self {
        let parts = Self {
            probes: Probes::default(),
            passing: Passing::default(),
            ramp: Ramp::default(),
            counts: Stripes::default(),
            locked: Mutex::new(Locked {
                outcomes: Outcomes::NotKept,
                known: 0,
                rates: Rates::default(),
                timed: false,
                run: Run::default(),
                last_half_open: None,
                ledger: Ledger::default(),
            }),
        };
        parts.memory().adopt(policy);
        parts
    }

    pub(super) fn memory(&self) -> Memory<'_> {
        Memory {
            passing: &self.passing,
            ramp: &self.ramp,
            counts: &self.counts,
            locked: self.locked.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Counts a success of this thread in the window of time; `false` where that takes the lock, or goes `BEYOND` what is at
    /// hand.
    #[inline]
    pub(super) fn count_at<const BEYOND: bool>(&self, period: u32, now: Tick) -> bool {
        let (calm, step) = (self.passing.calm(), self.passing.step());
        now.0 < calm
            && self.own::<BEYOND>().is_some_and(|own| {
                let own = &own.successes;
                let turns = || BEYOND && step != 0 && own.turn_to(period, step, now);
                own.count_at(period, step, now) || (turns() && own.count_at(period, step, now))
            })
    }

    /// Counts a success of this thread in the window of calls; `false` where that takes the lock, or goes `BEYOND` what is at
    /// hand.
    #[inline]
    pub(super) fn count_in_calls<const BEYOND: bool>(&self, period: u32) -> bool {
        let is_calm = self.passing.calm() != Passing::NEVER || seeded("calm_unasked");
        is_calm && self.passing.step() == 0 && self.own::<BEYOND>().is_some_and(|own| own.successes.count(period))
    }

    #[inline]
    fn own<const BEYOND: bool>(&self) -> Option<&Counts> {
        if BEYOND {
            self.counts.own()
        } else {
            self.counts.at_hand()
        }
    }

    #[inline]
    pub(super) fn count(&self, what: Unjudged) {
        stripes::add(&self.counts, 1, |counts| &counts.unjudged[what as usize]);
    }

    /// Visits the counts of all threads, those of successes apart.
    pub(super) fn for_each_count(&self, visit: impl Fn(&AtomicU64)) {
        stripes::fold(&self.counts, 0, |none, counts| {
            counts.unjudged.iter().for_each(&visit);
            none
        });
    }

    pub(super) fn counted(&self, what: Unjudged) -> u64 {
        stripes::total(&self.counts, |counts| {
            counts.unjudged[what as usize].load(Ordering::Relaxed)
        })
    }
}

impl Memory<'_> {
    /// Keeps the window that `policy` asks for, with what fits of the present one.
    pub(super) fn adopt(&mut self, policy: &BreakerPolicy) {
        let judges_slow = policy.slow_call_rate() > 0.0;
        self.passing
            .set_slow(judges_slow.then(|| Ticks::of(policy.slow_call_duration())));
        self.gather();
        self.locked.timed = policy.is_timed();
        self.locked.rates = Rates::of(policy);
        self.locked.run.set_span(policy.failure_span());
        if self.locked.outcomes.adopt(policy) {
            self.passing.set_step(self.locked.outcomes.step());
            self.begin_period();
        }
        self.start_calm();
    }

    /// What a closed breaker's word has to say, without failures.
    pub(super) fn closed(&self) -> Closed {
        Closed {
            failures: 0,
            spanned: false,
            ramping: false,
            recorded: !self.locked.outcomes.is_settled(),
            timed: self.locked.timed,
            dated: self.is_of_time(),
        }
    }

    /// The window starts anew, and `word` closes.
    pub(super) fn close(&mut self, word: Word) -> Word {
        self.locked.outcomes.clear();
        if !seeded("closed_after_word") {
            // Before the word is closed: see `Passing::period`.
            self.begin_period();
        }
        self.start_calm();
        word.turned(State::Closed(self.closed()))
    }

    /// The same after probes have succeeded: `ramp` says over which time calls are admitted again.
    pub(super) fn close_gently(&mut self, word: Word, now: Tick, ramp: Duration) -> Word {
        let closed = self.close(word);
        if ramp.is_zero() {
            return closed;
        }
        if !seeded("ramp_unwritten") {
            // Before the word is closed, and so known to whoever finds it closed.
            self.ramp.begin(now, ramp);
        }
        closed.with_closed(Closed {
            ramping: true,
            ..self.closed()
        })
    }

    /// The run of failures, whose beginning only who holds the lock may set.
    pub(super) fn run(&mut self) -> &mut Run {
        &mut self.locked.run
    }

    fn begin_period(&mut self) {
        self.locked.known = 0;
        self.passing.begin_period();
    }

    /// Whether the time at which an outcome comes matters.
    pub(super) fn is_of_time(&self) -> bool {
        self.locked.outcomes.is_of_time()
    }

    /// Records the evidence, if there is any, and says what the rates make of the window with it.
    pub(super) fn judge(&mut self, evidence: Option<Evidence>, now: Tick) -> Judged {
        self.gather();
        let outcomes = &mut self.locked.outcomes;
        let recorded = match evidence {
            Some(evidence) => outcomes.record(evidence, now),
            None => outcomes.advance_to(now),
        };
        if outcomes.is_settled() {
            self.passing.set_calm(Passing::ALWAYS);
            return Judged {
                met: None,
                is_settled: true,
            };
        }
        let (tally, until) = self.with_successes(recorded);
        let met = self.locked.rates.met(tally).map(|cause| match cause {
            CircuitCause::SlowCallRate => (cause, tally.slow),
            _ => (cause, tally.failed),
        });
        let is_calm = met.is_none() && self.locked.rates.are_enough(tally);
        self.passing.set_calm(if is_calm { until } else { Passing::NEVER });
        self.allow_successes();
        Judged { met, is_settled: false }
    }

    /// The whole window, and until when nothing leaves it by itself.
    fn with_successes(&mut self, mut recorded: Tally) -> (Tally, u64) {
        if self.passing.calm() == Passing::ALWAYS {
            recorded = self.catch_up(recorded);
        }
        let Some((latest, end)) = self.locked.outcomes.latest_tenth() else {
            return (recorded, Passing::ALWAYS);
        };
        // While it is calm until the same end, there are no fewer than there were: who is not near even with those need not ask.
        if self.passing.calm() != end || self.locked.rates.are_near(recorded.and_good(self.locked.known)) {
            self.locked.known = self.successes(latest);
        }
        (recorded.and_good(self.locked.known), end)
    }

    /// Moves a window of time on to the latest tenth that successes have been counted in: who has waited for the lock may be
    /// behind, and no stripe knows what was before the window that ends with its own tenth.
    fn catch_up(&mut self, recorded: Tally) -> Tally {
        let Some((latest, _)) = self.locked.outcomes.latest_tenth() else {
            return recorded;
        };
        let (period, step) = (self.passing.period(), self.passing.step());
        let latest = stripes::fold(self.counts, latest, |seen, counts| {
            seen.max(counts.successes.latest_tenth(period, step, latest))
        });
        self.locked.outcomes.advance_to(Tick(latest * step))
    }

    /// Tells a window of calls of the successes that threads have counted by themselves.
    fn gather(&mut self) {
        if self.locked.outcomes.is_of_calls() {
            let period = self.passing.period();
            let counted = stripes::total(self.counts, |counts| counts.successes.in_calls(period));
            let new = counted.wrapping_sub(self.locked.known);
            self.locked.known = counted;
            self.locked.outcomes.record_good(new);
        }
    }

    /// Lets this thread count as many successes by itself as a window of calls still needs to be settled, but for the last,
    /// which must be noticed.
    fn allow_successes(&self) {
        /// So few that who gathers them has little to do.
        const MOST: u32 = 256;
        if let Some(until) = self.locked.outcomes.until_good() {
            if let Some(own) = self.counts.own() {
                let more = until.saturating_sub(1).min(MOST);
                own.successes.allow(self.passing.period(), more.into());
            }
        }
    }

    /// Nobody has judged what is in the window, unless it is a window of time with nothing bad in it.
    fn start_calm(&self) {
        let is_calm = self.is_of_time() && self.locked.outcomes.is_settled();
        self.passing
            .set_calm(if is_calm { Passing::ALWAYS } else { Passing::NEVER });
    }

    /// The calls in the window, the failed and the slow ones among them.
    pub(super) fn window(&mut self, now: Tick) -> [u64; 3] {
        self.gather();
        let Tally { calls, failed, slow } = self.locked.outcomes.tally(now);
        let successes = self
            .locked
            .outcomes
            .tenth_at(now)
            .map_or(0, |latest| self.successes(latest));
        [calls + successes, failed, slow]
    }

    /// The successes that threads have counted by themselves, in the window of time that ends with the tenth `latest`.
    fn successes(&self, latest: u64) -> u64 {
        let (period, step) = (self.passing.period(), self.passing.step());
        stripes::total(self.counts, |counts| counts.successes.in_tenths(period, step, latest))
    }

    /// When the present open period of an open circuit would end under `policy`, at the latest.
    pub(super) fn open_until(&self, reopenings: u32, policy: &BreakerPolicy) -> Option<Deadline> {
        let opened = self.locked.ledger.last_change()?;
        // What was drawn for this opening is not kept: with the most that can be drawn, a policy that stays changes nothing.
        let recovered = opened.after(policy.open_time(reopenings, 1.0));
        let cooled = self.locked.last_half_open.map(|began| began.after(policy.cooldown()));
        Some(Deadline::at(cooled.map_or(recovered, |cooled| recovered.max(cooled))))
    }

    pub(super) fn last_half_open(&self) -> Option<Tick> {
        self.locked.last_half_open
    }

    /// The changes so far, and the last half-open period.
    pub(super) fn forget_all(&mut self) {
        self.locked.ledger = Ledger::default();
        self.forget_half_open();
    }

    pub(super) fn forget_half_open(&mut self) {
        self.locked.last_half_open = None;
    }

    /// The word has changed from one to the other.
    pub(super) fn enter(&mut self, from: Word, to: Word, now: Tick, transition: Transition) {
        if transition == Transition::HalfOpened {
            self.locked.last_half_open = Some(now);
        }
        if seeded("closed_after_word") {
            self.begin_period();
        }
        self.locked.ledger.enter(from, to, now, transition);
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.locked.ledger
    }
}

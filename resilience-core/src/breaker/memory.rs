//! What a breaker remembers beside its word; made when there is first something to remember.
//!
//! Every change of state, and every change of the window, is made under one lock; the word stays what calls decide by. No code
//! of a user runs while the lock is held.

use super::{
    change::{CircuitCause, Ledger, Transition},
    probes::Probes,
    successes::Successes,
    window::{Evidence, Outcomes, Rates, Tally},
    word::{Closed, State, Tick, Ticks, Word},
};
use crate::{
    policy::BreakerPolicy,
    sync::{AtomicU32, Mutex, MutexGuard, seeded},
    telemetry::stripes::{self, Stripes},
};
use std::sync::{
    OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering},
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
    unjudged: Stripes<[AtomicU64; 4]>,
    pub(super) timing: Timing,
    locked: Mutex<Locked>,
}

/// What calls that need the time read, without the lock.
#[derive(Debug)]
pub(super) struct Timing {
    /// Changes whenever the window starts anew.
    period: AtomicU32,
    /// The length of a tenth of the window of time; zero where there is no such window.
    step: AtomicU64,
    /// From how many milliseconds on a call is slow.
    slow: AtomicU64,
    successes: OnceLock<Box<Successes>>,
}

#[derive(Debug)]
struct Locked {
    outcomes: Outcomes,
    rates: Rates,
    timed: bool,
    last_half_open: Option<Tick>,
    ledger: Ledger,
}

/// What is remembered, for whoever holds the lock.
#[derive(Debug)]
pub(super) struct Memory<'p> {
    timing: &'p Timing,
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
            unjudged: Stripes::default(),
            timing: Timing {
                period: AtomicU32::new(0),
                step: AtomicU64::new(0),
                slow: AtomicU64::new(u64::MAX),
                successes: OnceLock::new(),
            },
            locked: Mutex::new(Locked {
                outcomes: Outcomes::NotKept,
                rates: Rates::default(),
                timed: false,
                last_half_open: None,
                ledger: Ledger::default(),
            }),
        };
        parts.memory().adopt(policy);
        parts
    }

    pub(super) fn memory(&self) -> Memory<'_> {
        Memory {
            timing: &self.timing,
            locked: self.locked.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    pub(super) fn count(&self, what: Unjudged) {
        stripes::count(&self.unjudged, what as usize);
    }

    pub(super) fn counted(&self, what: Unjudged) -> u64 {
        stripes::total(&self.unjudged, what as usize)
    }
}

impl Timing {
    /// Which window is in use. Read before the word: in a word of its generation it still is.
    pub(super) fn period(&self) -> u32 {
        self.period.load(Ordering::Acquire)
    }

    pub(super) fn is_slow(&self, age: Ticks) -> bool {
        age.0 >= self.slow.load(Ordering::Relaxed)
    }

    /// Whether nothing depends on the time of a success.
    pub(super) fn is_idle(&self) -> bool {
        self.step.load(Ordering::Relaxed) == 0 && self.slow.load(Ordering::Relaxed) == u64::MAX
    }

    /// Counts a success in the window of time, if there is one; `false` where that takes the lock.
    pub(super) fn count_success(&self, period: u32, now: Tick) -> bool {
        match self.step.load(Ordering::Relaxed) {
            0 => true,
            step => self.successes.get_or_init(Box::default).count(period, step, now),
        }
    }

    pub(super) fn begin_period(&self) {
        // Release: who sees the new period sees the new step.
        let next = (self.period.load(Ordering::Relaxed) + 1) & Successes::LAST_PERIOD;
        self.period.store(next, Ordering::Release);
    }
}

impl Memory<'_> {
    /// Keeps the window that `policy` asks for, with what fits of the present one.
    pub(super) fn adopt(&mut self, policy: &BreakerPolicy) {
        let slow = match policy.slow_millionths() {
            0 => u64::MAX,
            _ => Ticks::of(policy.slow_call_duration()).0,
        };
        self.timing.slow.store(slow, Ordering::Relaxed);
        self.locked.timed = policy.is_timed();
        self.locked.rates = Rates::of(policy);
        if self.locked.outcomes.adopt(policy) {
            self.timing.step.store(self.locked.outcomes.step(), Ordering::Relaxed);
            self.timing.begin_period();
        }
    }

    /// What a closed breaker's word has to say, without failures.
    pub(super) fn closed(&self) -> Closed {
        Closed {
            failures: 0,
            recorded: !self.locked.outcomes.is_settled(),
            timed: self.locked.timed,
            dated: self.is_of_time(),
        }
    }

    /// The window starts anew, and `word` closes.
    pub(super) fn close(&mut self, word: Word) -> Word {
        self.locked.outcomes.clear();
        if !seeded("closed_after_word") {
            // Before the word is closed: see `Timing::period`.
            self.timing.begin_period();
        }
        word.turned(State::Closed(self.closed()))
    }

    /// Whether the time at which an outcome comes matters.
    pub(super) fn is_of_time(&self) -> bool {
        self.locked.outcomes.is_of_time()
    }

    /// Records the evidence, if there is any, and says what the rates make of the window with it.
    pub(super) fn judge(&mut self, evidence: Option<Evidence>, now: Tick) -> Judged {
        let outcomes = &mut self.locked.outcomes;
        let tally = match evidence {
            Some(evidence) => outcomes.record(evidence, now),
            None => outcomes.advance_to(now),
        };
        Judged {
            is_settled: outcomes.is_settled_with(tally),
            met: self.rate_met(tally, now),
        }
    }

    /// The rate that is reached, and how many calls reached it.
    fn rate_met(&self, mut tally: Tally, now: Tick) -> Option<(CircuitCause, u64)> {
        if !self.locked.rates.are_near(tally) {
            // More successes would only make the shares smaller.
            return None;
        }
        tally.calls += self.successes(now);
        self.locked.rates.met(tally).map(|cause| match cause {
            CircuitCause::SlowCallRate => (cause, tally.slow),
            _ => (cause, tally.failed),
        })
    }

    /// The calls in the window, the failed and the slow ones among them.
    pub(super) fn window(&self, now: Tick) -> [u64; 3] {
        let tally = self.locked.outcomes.tally(now);
        [tally.calls + self.successes(now), tally.failed, tally.slow]
    }

    /// The successes that threads have counted by themselves, in the window that the others are counted in.
    fn successes(&self, now: Tick) -> u64 {
        match (self.locked.outcomes.latest_tenth(now), self.timing.successes.get()) {
            (Some(latest), Some(successes)) => successes.sum(self.timing.period(), latest),
            _ => 0,
        }
    }

    pub(super) fn last_half_open(&self) -> Option<Tick> {
        self.locked.last_half_open
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
            self.timing.begin_period();
        }
        self.locked.ledger.enter(from, to, now, transition);
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.locked.ledger
    }
}

//! What a success goes by that takes no lock: whether it has to be counted, and whether that is all there is to do.
//!
//! A success that is not slow makes no share of anything bad larger. It opens the circuit only where it is the call that makes
//! the minimum, where good calls have left a window of time since the last look at it, or where the policy is another one since.
//! While nothing of that can be so, it is *calm*, and each thread counts its successes by itself.

use super::{
    Breaker,
    permit::Permit,
    word::{Tick, Ticks},
};
use crate::sync::{AtomicU32, AtomicU64, Ordering};
use std::sync::atomic::AtomicU64 as Plain;

/// Written under the lock, and read without. Apart from the lock, which failures write to.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Passing {
    /// Changes whenever the window starts anew.
    period: AtomicU32,
    /// Before which tick it is calm; any time, or never, where the window is none of time.
    calm: AtomicU64,
    /// The length of a tenth of the window of time; zero where there is no such window.
    step: Plain,
    /// From how many milliseconds on a call is slow.
    slow: Plain,
}

impl Default for Passing {
    fn default() -> Self {
        Self {
            period: AtomicU32::new(0),
            calm: AtomicU64::new(Self::NEVER),
            step: Plain::new(0),
            slow: Plain::new(u64::MAX),
        }
    }
}

impl Passing {
    pub(super) const ALWAYS: u64 = u64::MAX;
    pub(super) const NEVER: u64 = 0;

    /// Which window is in use. Read before the word: in a word of its generation it still is. Only beside a reset of a closed
    /// circuit it may be the next one already: a success that ends just then is in the window that begins.
    #[inline]
    pub(super) fn period(&self) -> u32 {
        self.period.load(Ordering::Acquire)
    }

    pub(super) fn begin_period(&self) {
        // Release: who sees the new period sees the new step. It wraps: a thread would have to be 4,294,967,296 windows late.
        self.period
            .store(self.period.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
    }

    #[inline]
    pub(super) fn calm(&self) -> u64 {
        self.calm.load(Ordering::Relaxed)
    }

    /// Read after the word: what was said before the word was written is known then.
    pub(super) fn set_calm(&self, until: u64) {
        // Others read it at every success: it is written only where it changes.
        if self.calm() != until {
            self.calm.store(until, Ordering::Relaxed);
        }
    }

    #[inline]
    pub(super) fn step(&self) -> u64 {
        self.step.load(Ordering::Relaxed)
    }

    pub(super) fn set_step(&self, step: u64) {
        self.step.store(step, Ordering::Relaxed);
    }

    pub(super) fn set_slow(&self, age: Option<Ticks>) {
        self.slow.store(age.map_or(u64::MAX, |age| age.0), Ordering::Relaxed);
    }

    /// Whether any call is.
    #[inline]
    pub(super) fn knows_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed) != u64::MAX
    }

    #[inline]
    pub(super) fn is_slow(&self, age: Ticks) -> bool {
        age.0 >= self.slow.load(Ordering::Relaxed)
    }
}

impl Breaker {
    /// Whether a success is dealt with, though the word is not [healthy](Word::is_healthy): all there was to do is count it, or
    /// nothing. Takes no lock and asks no policy. `read` reads the clock, where the time matters.
    pub(crate) fn success_in_passing(&self, permit: Permit, read: impl FnOnce() -> Tick) -> bool {
        if !self.asks_time_of_success() {
            return self.passes::<true>(permit);
        }
        let calm = self.parts.get().map_or(Passing::NEVER, |parts| parts.passing.calm());
        // Whoever judges it reads the clock as well.
        let is_judged_anyway = self.word().is_dated() && calm == Passing::NEVER;
        !is_judged_anyway && self.passes_at::<true>(permit, read())
    }

    /// Whether the time matters at which a success comes to a closed breaker.
    #[inline]
    pub(crate) fn asks_time_of_success(&self) -> bool {
        let word = self.word();
        word.is_dated() || word.is_timed() && self.parts.get().is_some_and(|parts| parts.passing.knows_slow())
    }

    /// [`success_in_passing`](Self::success_in_passing) where no time [is asked for](Self::asks_time_of_success). What is not
    /// `BEYOND` takes no call, and is not all that may pass.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "what takes no call needs no frame")]
    pub(crate) fn passes<const BEYOND: bool>(&self, permit: Permit) -> bool {
        let parts = self.parts.get();
        // Before the word: see `Passing::period`.
        let period = parts.map_or(0, |parts| parts.passing.period());
        let word = self.word();
        word.has_no_failures()
            && !word.is_dated()
            && permit.is_of_generation_of(word)
            // Without a window there is nothing to count, and nothing that is slow.
            && (!word.is_recorded() || parts.is_some_and(|parts| parts.count_in_calls::<BEYOND>(period)))
    }

    /// [`success_in_passing`](Self::success_in_passing) where the time [is asked for](Self::asks_time_of_success). What is not
    /// `BEYOND` takes no call, and is not all that may pass.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "what takes no call needs no frame")]
    pub(crate) fn passes_at<const BEYOND: bool>(&self, permit: Permit, now: Tick) -> bool {
        let Some(parts) = self.parts.get() else { return false };
        let period = parts.passing.period();
        let word = self.word();
        let is_slow = || word.is_timed() && parts.passing.is_slow(permit.age(now));
        if !word.has_no_failures() || !permit.is_of_generation_of(word) || is_slow() {
            false
        } else if word.is_dated() {
            parts.count_at::<BEYOND>(period, now)
        } else {
            !word.is_recorded() || parts.count_in_calls::<BEYOND>(period)
        }
    }
}

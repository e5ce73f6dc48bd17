//! The successes that a thread counts by itself, with one store and no lock.
//!
//! They matter only for the size of the whole that a rate is a share of, so nobody reads them until something has failed.

use super::{
    window::{TENTHS, index, is_put_back, is_within},
    word::Tick,
};
use crate::sync::{AtomicU32, seeded};
use std::sync::atomic::{AtomicU32 as Plain32, AtomicU64, Ordering};

/// The successes of one thread in the present window. Only their owner writes here; who reads them holds the lock.
#[derive(Debug, Default)]
pub(super) struct Successes {
    /// Which window they are of.
    period: AtomicU32,
    /// Where the next one is counted: a window of calls has one count, a window of time one for each tenth.
    place: Plain32,
    /// Of a window of time: the tick at which the owner's latest tenth began. Of a window of calls: how many its owner may count.
    mark: AtomicU64,
    counts: [AtomicU64; TENTHS],
}

impl Successes {
    /// Counts one in the present tenth of a window of time; `false` where that is another one.
    #[inline]
    pub(super) fn count_at(&self, period: u32, step: u64, now: Tick) -> bool {
        let may = self.period.load(Ordering::Relaxed) == period
            && now.0.wrapping_sub(self.mark.load(Ordering::Relaxed)) < step;
        if may {
            self.add();
        }
        may
    }

    /// Counts one in a window of calls; `false` where that takes the lock.
    #[inline]
    pub(super) fn count(&self, period: u32) -> bool {
        let may = self.period.load(Ordering::Relaxed) == period
            && self.counts[0].load(Ordering::Relaxed) < self.mark.load(Ordering::Relaxed);
        if may {
            self.add();
        }
        may
    }

    fn add(&self) {
        let place = self.place.load(Ordering::Relaxed) as usize;
        if let Some(count) = self.counts.get(place) {
            count.store(count.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        }
    }

    /// Makes another tenth the present one, perhaps of another window; `false` where that tenth is over.
    pub(super) fn turn_to(&self, period: u32, step: u64, now: Tick) -> bool {
        let number = now.0 / step;
        let latest = self.mark.load(Ordering::Relaxed) / step;
        if self.period.load(Ordering::Relaxed) != period || is_put_back(number, latest) {
            self.begin(period, number * step);
        } else if number < latest {
            return false;
        } else {
            // Emptied before they are present ones, so that nobody reads the old numbers as new ones.
            for gone in (latest + 1..=number).take(TENTHS) {
                self.counts[index(gone)].store(0, Ordering::Relaxed);
            }
            self.mark.store(number * step, Ordering::Release);
        }
        #[allow(clippy::cast_possible_truncation, reason = "below ten")]
        self.place.store(index(number) as u32, Ordering::Relaxed);
        true
    }

    /// Starts anew; the window that these are of is told last.
    fn begin(&self, period: u32, mark: u64) {
        for count in &self.counts {
            count.store(0, Ordering::Relaxed);
        }
        self.place.store(0, Ordering::Relaxed);
        self.mark.store(mark, Ordering::Release);
        self.period.store(period, Ordering::Release);
    }

    /// Allows the owner so many successes more in a window of calls before one takes the lock. Called by the owner.
    pub(super) fn allow(&self, period: u32, more: u64) {
        if self.period.load(Ordering::Relaxed) != period {
            self.begin(period, 0);
        }
        let counted = self.counts[0].load(Ordering::Relaxed);
        self.mark.store(counted.saturating_add(more), Ordering::Relaxed);
    }

    /// All that were counted in this window of calls.
    pub(super) fn in_calls(&self, period: u32) -> u64 {
        if self.period.load(Ordering::Acquire) == period || seeded("any_period") {
            self.counts[0].load(Ordering::Relaxed)
        } else {
            0
        }
    }

    /// The owner's latest tenth in this window of time, where that is later than `latest`, by less than the window; else `latest`.
    pub(super) fn latest_tenth(&self, period: u32, step: u64, latest: u64) -> u64 {
        if self.period.load(Ordering::Acquire) != period {
            return latest;
        }
        let own = self.mark.load(Ordering::Relaxed) / step;
        if is_within(latest, own) { own } else { latest }
    }

    /// Those in this window of time when it ends with the tenth `latest`.
    pub(super) fn in_tenths(&self, period: u32, step: u64, latest: u64) -> u64 {
        if self.period.load(Ordering::Acquire) != period {
            return 0;
        }
        let own = self.mark.load(Ordering::Acquire) / step;
        (own.saturating_sub(TENTHS as u64 - 1)..=own)
            .filter(|number| is_within(*number, latest))
            .map(|number| self.counts[index(number)].load(Ordering::Relaxed))
            .sum()
    }
}

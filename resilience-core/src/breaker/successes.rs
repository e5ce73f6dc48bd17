//! The successes of a window of time: each thread counts its own, with one store and no lock.
//!
//! They matter only for the size of the whole that a rate is a share of, so nobody reads them until something has failed.

use super::{
    window::{TENTHS, index, is_within},
    word::Tick,
};
use crate::telemetry::stripes::{Mine, Stripes};
use std::sync::atomic::{AtomicU64, Ordering};

/// The successes of one thread, by tenth.
#[derive(Debug, Default)]
struct Stripe([Count; TENTHS]);

/// What was counted in one tenth of one period.
#[derive(Debug, Default)]
struct Count {
    /// `period 24 | tenth 40`.
    of: AtomicU64,
    successes: AtomicU64,
}

const NUMBER_BITS: u32 = 40;
const NUMBER_MASK: u64 = (1 << NUMBER_BITS) - 1;

/// The successes in the window, by all threads.
#[derive(Debug, Default)]
pub(super) struct Successes(Stripes<Stripe>);

impl Successes {
    /// Periods are numbered from zero to this, and then from zero again.
    pub(super) const LAST_PERIOD: u32 = (1 << (u64::BITS - NUMBER_BITS)) - 1;

    /// Counts a success of this thread in the tenth of `now`; `false` where the thread has no stripe of its own. Periods tell
    /// apart what belongs to different windows.
    pub(super) fn count(&self, period: u32, step: u64, now: Tick) -> bool {
        let Mine::Own(stripe) = self.0.mine() else { return false };
        let number = now.0 / step;
        stripe.0[index(number)].add(label(period, number));
        true
    }

    /// The successes of `period` in the window that ends with the tenth `latest`.
    pub(super) fn sum(&self, period: u32, latest: u64) -> u64 {
        let counts = self.0.all().flat_map(|stripe| &stripe.0);
        counts.map(|count| count.within(period, latest)).sum()
    }
}

fn label(period: u32, number: u64) -> u64 {
    (u64::from(period) << NUMBER_BITS) | (number & NUMBER_MASK)
}

impl Count {
    /// Called by the only thread that writes here.
    fn add(&self, of: u64) {
        if self.of.load(Ordering::Relaxed) == of {
            let successes = self.successes.load(Ordering::Relaxed);
            self.successes.store(successes.wrapping_add(1), Ordering::Relaxed);
        } else {
            // Emptied before it is labelled, so that nobody reads the old number under the new label.
            self.successes.store(0, Ordering::Relaxed);
            self.of.store(of, Ordering::Release);
            self.successes.store(1, Ordering::Relaxed);
        }
    }

    fn within(&self, period: u32, latest: u64) -> u64 {
        let of = self.of.load(Ordering::Acquire);
        let number = of & NUMBER_MASK;
        if of == label(period, number) && is_within(number, latest & NUMBER_MASK) {
            self.successes.load(Ordering::Relaxed)
        } else {
            0
        }
    }
}

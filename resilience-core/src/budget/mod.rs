//! The live retry budget: a token bucket in one atomic word.
//!
//! The word holds what is *missing*, so that a full bucket is a fixed point: a success finds nothing to add and stores
//! nothing. What flows in with time is added when a retry asks.
//!
//! ```text
//! 63                          30 29                         0
//! [ missing 34, millionths     ][ last inflow 30, ms        ]
//! ```
//!
//! A rate in thousandths of a token a second is a whole number of millionths a millisecond: nothing is ever rounded.

mod terms;

pub(crate) use terms::Terms;

use crate::{
    breaker::Tick,
    classify::FailureKind,
    sync::{AtomicU64, Ordering, seeded},
};

const TIME_BITS: u32 = 30;
const TIME_MASK: u64 = (1 << TIME_BITS) - 1;
const TOKEN: u64 = 1_000_000;
/// A thousandth of a token.
const MILLI: u64 = TOKEN / 1_000;
/// A clock that seems to have gone back by no more than this has; by more, it is the time that has wrapped.
const BEHIND: u64 = 60_000;

#[derive(Debug)]
pub(crate) struct Budget {
    word: AtomicU64,
}

/// What a retry was charged, in millionths of a token; what it gets back if it is not made, whatever the policy says by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost(u64);

impl Cost {
    fn of(kind: FailureKind, terms: Terms) -> Self {
        Self(match kind {
            FailureKind::Throttled { .. } => terms.throttled_cost() * MILLI,
            // The service does as it should: asking it again is no load that failures add.
            FailureKind::Pending => 0,
            _ => TOKEN,
        })
    }

    /// In thousandths of a token: at most a thousand.
    pub(crate) const fn to_thousandths(self) -> u64 {
        self.0 / MILLI
    }

    pub(crate) const fn of_thousandths(thousandths: u64) -> Self {
        Self(thousandths * MILLI)
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    missing: u64,
    inflow_at: u64,
}

impl Bucket {
    fn unpack(word: u64) -> Self {
        Self {
            missing: word >> TIME_BITS,
            inflow_at: word & TIME_MASK,
        }
    }

    fn pack(self) -> u64 {
        (self.missing << TIME_BITS) | (self.inflow_at & TIME_MASK)
    }

    /// Adds what flowed in until `now`.
    ///
    /// After twelve idle days the time has wrapped, and less may have flowed in than was due: never more, and never later than
    /// [`BEHIND`] it flows again. Whoever read the clock just before another, and asks just after it, adds nothing.
    fn filled(self, now: Tick, terms: Terms) -> Self {
        let elapsed = now.0.wrapping_sub(self.inflow_at) & TIME_MASK;
        if elapsed > TIME_MASK - BEHIND {
            return self;
        }
        Self {
            // Never more than is missing in an empty bucket: it may have been larger before.
            missing: self
                .missing
                .min(terms.capacity() * TOKEN)
                .saturating_sub(elapsed * terms.min_per_second()),
            inflow_at: now.0,
        }
    }
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicU64::new(0),
        }
    }

    /// Whether a success would add nothing.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        // Relaxed, here and below: the bucket publishes nothing but itself.
        self.word.load(Ordering::Relaxed) >> TIME_BITS == 0
    }

    /// Whether a new bucket would hold no more at `now`.
    pub(crate) fn is_as_new(&self, now: Tick, terms: impl Into<Terms>) -> bool {
        let terms = terms.into();
        let bucket = Bucket::unpack(self.word.load(Ordering::Relaxed));
        !terms.enabled() || bucket.filled(now, terms).missing == 0
    }

    /// Starts anew, full. Nobody else may be using it.
    pub(crate) fn renew(&self) {
        self.word.store(0, Ordering::Relaxed);
    }

    /// What a success earns.
    pub(crate) fn deposit(&self, terms: impl Into<Terms>) {
        let terms = terms.into();
        self.give(terms.deposit() * MILLI, terms.capacity() * TOKEN);
    }

    /// Gives back what a retry was charged that did not start.
    pub(crate) fn refund(&self, cost: Cost) {
        self.give(cost.0, u64::MAX);
    }

    /// Charges a retry after a failure of this kind; nothing where the bucket does not hold so much.
    pub(crate) fn withdraw(&self, now: Tick, kind: FailureKind, terms: impl Into<Terms>) -> Option<Cost> {
        let terms = terms.into();
        let cost = Cost::of(kind, terms);
        let granted = self.change(|word| {
            let bucket = Bucket::unpack(word).filled(now, terms);
            let missing = bucket.missing + cost.0;
            (missing <= terms.capacity() * TOKEN).then(|| Bucket { missing, ..bucket }.pack())
        });
        granted.then_some(cost)
    }

    /// The whole and partial tokens that a retry would find at `now`.
    pub(crate) fn tokens(&self, now: Tick, terms: impl Into<Terms>) -> f64 {
        let terms = terms.into();
        let bucket = Bucket::unpack(self.word.load(Ordering::Relaxed)).filled(now, terms);
        let left = (terms.capacity() * TOKEN).saturating_sub(bucket.missing);
        #[allow(clippy::cast_precision_loss, reason = "at most 10^10")]
        {
            left as f64 / 1e6
        }
    }

    /// Adds `amount` to what a bucket of that capacity holds: it may have been larger before.
    fn give(&self, amount: u64, capacity: u64) {
        self.change(|word| {
            let bucket = Bucket::unpack(word);
            let missing = bucket.missing.min(capacity).saturating_sub(amount);
            (missing != bucket.missing).then(|| Bucket { missing, ..bucket }.pack())
        });
    }

    /// Applies `change` until it stands; `false` where there is nothing to change.
    fn change(&self, change: impl Fn(u64) -> Option<u64>) -> bool {
        let stale = seeded("lost_update").then(|| self.word.load(Ordering::Relaxed));
        self.word
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
                change(stale.unwrap_or(word))
            })
            .is_ok()
    }
}

#[cfg(test)]
#[cfg(not(resilience_loom))]
mod tests;

#[cfg(test)]
#[cfg(resilience_loom)]
mod models;

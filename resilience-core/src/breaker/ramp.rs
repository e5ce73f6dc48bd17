//! The time after the circuit has closed in which only a share of the calls is admitted.
//!
//! A service that has just come back would otherwise meet the full load of all its callers at once.

use super::word::{Tick, Ticks};
use crate::sync::{AtomicU64, Ordering};
use std::time::Duration;

/// When it began and how long it lasts; the word says whether it is under way.
///
/// Written under the lock before the word that begins it, and read without the lock after that word.
#[derive(Debug)]
pub(super) struct Ramp {
    began: AtomicU64,
    length: AtomicU64,
}

/// Who is admitted at one moment of the ramp.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Slope {
    /// From 0 to 1, of all calls.
    pub(super) share: f64,
    /// When a call that is rejected may come again.
    pub(super) wait: Ticks,
}

impl Default for Ramp {
    fn default() -> Self {
        Self {
            began: AtomicU64::new(0),
            length: AtomicU64::new(0),
        }
    }
}

impl Ramp {
    /// The share at the beginning: a service that is called seldom would else be refused whatever it is asked.
    const LEAST: f64 = 0.1;

    /// Relaxed, as the word that follows publishes both.
    pub(super) fn begin(&self, now: Tick, length: Duration) {
        self.began.store(now.0, Ordering::Relaxed);
        self.length.store(Ticks::of(length).0, Ordering::Relaxed);
    }

    /// Who is admitted `now`; `None` where the ramp is over.
    pub(super) fn slope(&self, now: Tick) -> Option<Slope> {
        let (began, length) = (self.began.load(Ordering::Relaxed), self.length.load(Ordering::Relaxed));
        let elapsed = now.0.saturating_sub(began);
        // A clock that is behind by more than the whole ramp was put back by far.
        if elapsed >= length || began.saturating_sub(now.0) > length {
            return None;
        }
        #[allow(clippy::cast_precision_loss, reason = "a day of milliseconds is exact")]
        let share = elapsed as f64 / length as f64;
        Some(Slope {
            share: share.max(Self::LEAST),
            // Not until its end, where all that were rejected would come back together.
            wait: Ticks(length.div_ceil(10).min(length - elapsed)),
        })
    }
}

use super::{Evidence, Tally};
use crate::breaker::word::Tick;
use std::time::Duration;

/// A window of time moves in steps of a tenth.
pub(in crate::breaker) const TENTHS: usize = 10;

/// The outcomes of the latest tenth of the window and of the nine before it.
#[derive(Debug)]
pub(in crate::breaker) struct TimeWindow {
    /// The length of a tenth, in milliseconds.
    step: u64,
    /// The latest tenth that has been seen, counted since the origin of the clock.
    latest: u64,
    tenths: [Tally; TENTHS],
    /// Of all tenths.
    sum: Tally,
}

impl TimeWindow {
    pub(in crate::breaker) fn new(length: Duration) -> Self {
        Self {
            step: step(length),
            latest: 0,
            tenths: [Tally::default(); TENTHS],
            sum: Tally::default(),
        }
    }

    /// The length of a tenth, in milliseconds.
    pub(in crate::breaker) fn step(&self) -> u64 {
        self.step
    }

    pub(super) fn clear(&mut self) {
        self.tenths = [Tally::default(); TENTHS];
        self.sum = Tally::default();
    }

    /// What is in the window with this outcome.
    pub(super) fn record(&mut self, evidence: Evidence, now: Tick) -> Tally {
        let number = now.0 / self.step;
        self.advance(number);
        let mut sum = self.sum;
        // If not, it is so late that the window has moved past it.
        if is_within(number, self.latest) {
            self.tenths[index(number)].add(evidence);
            sum.add(evidence);
        }
        self.sum = sum;
        sum
    }

    /// What is in the window; forgets what no later window holds.
    pub(super) fn advance_to(&mut self, now: Tick) -> Tally {
        self.advance(now.0 / self.step);
        self.sum
    }

    fn advance(&mut self, number: u64) {
        if number == self.latest {
            return;
        }
        if is_put_back(number, self.latest) || number.saturating_sub(self.latest) >= TENTHS as u64 {
            self.clear();
            self.latest = number;
        }
        while self.latest < number {
            self.latest += 1;
            let gone = std::mem::take(&mut self.tenths[index(self.latest)]);
            self.sum.take_away(gone);
        }
    }

    /// The latest tenth that has been seen, and the tick at which it ends.
    pub(super) fn latest(&self) -> (u64, u64) {
        (self.latest, (self.latest + 1).saturating_mul(self.step))
    }

    /// The last tenth of the window at `now`: for a thread that is a little late that of the others.
    pub(super) fn latest_at(&self, now: Tick) -> u64 {
        let number = now.0 / self.step;
        if is_put_back(number, self.latest) {
            number
        } else {
            self.latest.max(number)
        }
    }

    /// What has been recorded and not been forgotten: more than is in the window now.
    pub(super) fn remembered(&self) -> Tally {
        self.sum
    }

    /// What is in the window at `now`.
    pub(super) fn tally(&self, now: Tick) -> Tally {
        let latest = self.latest_at(now);
        let mut sum = Tally::default();
        for back in 0..TENTHS as u64 {
            match self.latest.checked_sub(back) {
                Some(number) if is_within(number, latest) => sum.put_in(self.tenths[index(number)]),
                _ => {}
            }
        }
        sum
    }
}

/// A tenth of `length` in whole milliseconds, rounded up.
pub(in crate::breaker) fn step(length: Duration) -> u64 {
    let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    millis.div_ceil(TENTHS as u64).max(1)
}

/// Where a tenth is kept.
#[allow(clippy::cast_possible_truncation, reason = "below ten")]
pub(in crate::breaker) fn index(number: u64) -> usize {
    (number % TENTHS as u64) as usize
}

/// A thread that has waited for the lock may be a little late, by less than the window. What seems to be later by far is a
/// clock put back: the window starts anew.
pub(in crate::breaker) fn is_put_back(number: u64, latest: u64) -> bool {
    number + 10 * TENTHS as u64 <= latest
}

/// Whether the tenth is in the window that ends with the tenth `latest`.
pub(in crate::breaker) fn is_within(number: u64, latest: u64) -> bool {
    number <= latest && latest - number < TENTHS as u64
}

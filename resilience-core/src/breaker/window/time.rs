use super::{Evidence, Tally};
use crate::breaker::word::Tick;
use std::time::Duration;

/// A window of time moves in steps of a tenth.
pub(in crate::breaker) const TENTHS: usize = 10;

/// The outcomes of the present tenth of the window and of the nine before it.
#[derive(Debug)]
pub(in crate::breaker) struct TimeWindow {
    /// The length of a tenth, in milliseconds.
    step: u64,
    /// The latest tenth that has been seen.
    latest: u64,
    tenths: [Tenth; TENTHS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Tenth {
    /// Which tenth since the origin of the clock.
    number: u64,
    tally: Tally,
}

impl TimeWindow {
    pub(in crate::breaker) fn new(length: Duration) -> Self {
        Self {
            step: step(length),
            latest: 0,
            tenths: [Tenth::default(); TENTHS],
        }
    }

    /// The length of a tenth, in milliseconds.
    pub(in crate::breaker) fn step(&self) -> u64 {
        self.step
    }

    pub(super) fn clear(&mut self) {
        self.tenths = [Tenth::default(); TENTHS];
    }

    pub(super) fn record(&mut self, evidence: Evidence, now: Tick) {
        let number = now.0 / self.step;
        if self.is_put_back(number) {
            self.clear();
            self.latest = 0;
        }
        self.latest = self.latest.max(number);
        let tenth = &mut self.tenths[index(number)];
        if tenth.number > number {
            // So late that the window has moved past it.
            return;
        }
        if tenth.number < number {
            *tenth = Tenth {
                number,
                tally: Tally::default(),
            };
        }
        tenth.tally.calls += 1;
        tenth.tally.failed += u64::from(evidence.failed);
        tenth.tally.slow += u64::from(evidence.slow);
    }

    /// The last tenth of the window at `now`: for a thread that is a little late that of the others.
    pub(super) fn latest(&self, now: Tick) -> u64 {
        let number = now.0 / self.step;
        if self.is_put_back(number) {
            number
        } else {
            self.latest.max(number)
        }
    }

    /// A thread that has waited for the lock may be a little late, by less than the window. What seems to be later by far is a
    /// clock put back: the window starts anew.
    fn is_put_back(&self, number: u64) -> bool {
        number + 10 * TENTHS as u64 <= self.latest
    }

    pub(super) fn is_clean(&self) -> bool {
        let is_clean = |tenth: &Tenth| tenth.tally.failed == 0 && tenth.tally.slow == 0;
        self.tenths.iter().all(is_clean)
    }

    pub(super) fn tally(&self, now: Tick) -> Tally {
        let latest = self.latest(now);
        let mut sum = Tally::default();
        for tenth in self.tenths.iter().filter(|tenth| is_within(tenth.number, latest)) {
            sum.calls += tenth.tally.calls;
            sum.failed += tenth.tally.failed;
            sum.slow += tenth.tally.slow;
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

/// Whether the tenth is in the window that ends with the tenth `latest`.
pub(in crate::breaker) fn is_within(number: u64, latest: u64) -> bool {
    number <= latest && latest - number < TENTHS as u64
}

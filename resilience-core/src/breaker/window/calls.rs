use super::{Evidence, Tally};

/// The last so many outcomes, two bits each, in a ring.
#[derive(Debug)]
pub(in crate::breaker) struct CallWindow {
    /// The ring: for each call whether it failed, and whether it was slow.
    bits: Box<[u64]>,
    size: u32,
    /// Where the next outcome goes.
    next: u32,
    /// How many of the latest outcomes were good; no more than fit.
    good: u32,
    tally: Tally,
}

const CALLS_PER_WORD: u32 = u64::BITS / 2;
const FAILED: u64 = 0b01;
const SLOW: u64 = 0b10;
/// Of every call in a word.
const EACH: u64 = u64::MAX / (FAILED | SLOW);

impl CallWindow {
    pub(in crate::breaker) fn new(size: u32) -> Self {
        let size = size.max(1);
        Self {
            bits: (0..size.div_ceil(CALLS_PER_WORD)).map(|_| 0).collect(),
            size,
            next: 0,
            good: 0,
            tally: Tally::default(),
        }
    }

    /// A window of another size with the same outcomes, as many as fit; the latest stay.
    pub(in crate::breaker) fn resized(&self, size: u32) -> Self {
        let mut resized = Self::new(size);
        let held = u32::try_from(self.tally.calls).unwrap_or(self.size);
        let mut position = (self.next + self.size - held) % self.size;
        for _ in 0..held {
            let outcome = self.outcome(position);
            resized.record(Evidence {
                failed: outcome & FAILED != 0,
                slow: outcome & SLOW != 0,
            });
            position = (position + 1) % self.size;
        }
        resized
    }

    pub(in crate::breaker) fn size(&self) -> u32 {
        self.size
    }

    /// What is left in the ring is never read: nothing is evicted before the ring is full again.
    pub(super) fn clear(&mut self) {
        self.good = 0;
        self.tally = Tally::default();
    }

    pub(super) fn record(&mut self, evidence: Evidence) -> Tally {
        let mut tally = self.tally;
        let (word, shift) = place(self.next);
        let bits = &mut self.bits[word];
        if tally.calls == u64::from(self.size) {
            let oldest = *bits >> shift;
            tally.take_away(Tally {
                calls: 1,
                failed: oldest & FAILED,
                slow: (oldest & SLOW) >> 1,
            });
        }
        tally.add(evidence);
        let outcome = u64::from(evidence.failed) | u64::from(evidence.slow) << 1;
        *bits = (*bits & !((FAILED | SLOW) << shift)) | (outcome << shift);
        self.next = if self.next + 1 == self.size { 0 } else { self.next + 1 };
        self.good = if outcome == 0 { self.size.min(self.good + 1) } else { 0 };
        self.tally = tally;
        tally
    }

    /// Records so many good outcomes, a word of the ring at a time.
    pub(super) fn record_good(&mut self, outcomes: u64) {
        // More than fit leave no other trace.
        let mut left = u32::try_from(outcomes).unwrap_or(u32::MAX).min(self.size);
        self.good = self.size.min(self.good + left);
        while left > 0 {
            let (word, shift) = place(self.next);
            let room = u32::try_from(u64::from(self.size) - self.tally.calls).unwrap_or(self.size);
            let mut count = left.min(CALLS_PER_WORD - shift / 2).min(self.size - self.next);
            let mask = |count: u32| (u64::MAX >> (u64::BITS - 2 * count)) << shift;
            if room > 0 {
                count = count.min(room);
                self.tally.calls += u64::from(count);
            } else {
                let gone = self.bits[word] & mask(count);
                self.tally.failed -= u64::from((gone & (EACH * FAILED)).count_ones());
                self.tally.slow -= u64::from((gone & (EACH * SLOW)).count_ones());
            }
            self.bits[word] &= !mask(count);
            self.next = if self.next + count == self.size {
                0
            } else {
                self.next + count
            };
            left -= count;
        }
    }

    /// How many good outcomes more it takes until the window is full of them.
    pub(super) fn until_good(&self) -> u32 {
        self.size - self.good
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    fn outcome(&self, position: u32) -> u64 {
        let (word, shift) = place(position);
        (self.bits[word] >> shift) & (FAILED | SLOW)
    }
}

fn place(position: u32) -> (usize, u32) {
    let word = usize::try_from(position / CALLS_PER_WORD).unwrap_or(usize::MAX);
    (word, 2 * (position % CALLS_PER_WORD))
}

use super::{Evidence, Tally};

/// The last so many outcomes, two bits each, in a ring.
#[derive(Debug)]
pub(in crate::breaker) struct CallWindow {
    /// The ring: for each call whether it failed, and whether it was slow.
    bits: Box<[u64]>,
    size: u32,
    /// Where the next outcome goes.
    next: u32,
    tally: Tally,
}

const CALLS_PER_WORD: u32 = u64::BITS / 2;
const FAILED: u64 = 0b01;
const SLOW: u64 = 0b10;

impl CallWindow {
    pub(in crate::breaker) fn new(size: u32) -> Self {
        let size = size.max(1);
        Self {
            bits: (0..size.div_ceil(CALLS_PER_WORD)).map(|_| 0).collect(),
            size,
            next: 0,
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
        self.tally = tally;
        tally
    }

    pub(super) fn is_full_with(&self, tally: Tally) -> bool {
        tally.calls == u64::from(self.size)
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

//! Leave to make one attempt, in one word that is also the lease of a probe's place.
//!
//! ```text
//! 63            42 41 40 39   34 33                 0
//! [ generation 22 ][kind][place 6][ began, ms, 34     ]
//!                    0   of a closed breaker; place 1: timed, else 0 and no time
//!                    1   a probe
//!                    2   neutral: granted by a breaker that does not judge; place 1: counted
//!                    3   none: all bits set, so that it takes one instruction to say so; or all but one, none any more
//! ```
//!
//! The permit of a [healthy](Word::is_healthy) breaker is the word itself, and no other permit that is judged is ever equal to
//! the breaker's word: the kind of a probe is not the code of a half-open word, and a time comes with a bit that no closed word has.

use super::{
    control::BreakerMode,
    word::{Tick, Ticks, Word},
};

const GENERATION_SHIFT: u32 = 42;
const KIND_SHIFT: u32 = 40;
const PLACE_SHIFT: u32 = 34;
const PLACE_MASK: u64 = (1 << (KIND_SHIFT - PLACE_SHIFT)) - 1;
const TIME_MASK: u64 = (1 << PLACE_SHIFT) - 1;

const CLOSED: u64 = 0;
const PROBE: u64 = 1;
const NEUTRAL: u64 = 2;
/// In the place of a permit of a closed breaker.
const TIMED: u64 = 1;

/// Leave to make one attempt; worth nothing in another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permit(pub(super) u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Closed,
    None,
    Probe,
    Neutral,
}

impl Permit {
    /// No permit is held.
    pub(crate) const NONE: Self = Self(u64::MAX);

    /// None is held any more, and none is asked for.
    pub(crate) const FINISHED: Self = Self(u64::MAX - 1);

    /// Granted, and nothing that comes back is judged.
    pub(crate) const NEUTRAL: Self = Self(NEUTRAL << KIND_SHIFT);

    /// Granted by a breaker that is held closed: what comes back is counted, but not judged.
    pub(crate) const UNJUDGED: Self = Self((NEUTRAL << KIND_SHIFT) | (1 << PLACE_SHIFT));

    /// The permit of a breaker that is held in a mode that admits.
    pub(super) fn of_held(mode: BreakerMode) -> Self {
        match mode {
            BreakerMode::ForcedClosed => Self::UNJUDGED,
            _ => Self::NEUTRAL,
        }
    }

    /// One day, in milliseconds: by no more than this a clock may be behind.
    const BEHIND: u64 = 24 * 60 * 60 * 1_000;

    /// The permit of a healthy breaker. As long as that stays healthy in the same generation, its word is still the same.
    #[inline]
    pub(crate) const fn of_healthy(word: Word) -> Self {
        Self(word.0)
    }

    #[inline]
    pub(crate) fn closed(generation: u32, began: Option<Tick>) -> Self {
        match began {
            None => Self::pack(generation, CLOSED, 0, Tick(0)),
            Some(began) => Self::pack(generation, CLOSED, TIMED, began),
        }
    }

    pub(super) fn probe(generation: u32, place: u8, began: Tick) -> Self {
        Self::pack(generation, PROBE, place.into(), began)
    }

    fn pack(generation: u32, kind: u64, place: u64, began: Tick) -> Self {
        Self(
            (u64::from(generation) << GENERATION_SHIFT)
                | (kind << KIND_SHIFT)
                | (place << PLACE_SHIFT)
                | (began.0 & TIME_MASK),
        )
    }

    #[inline]
    pub(super) fn kind(self) -> Kind {
        match (self.0 >> KIND_SHIFT) & 0b11 {
            CLOSED => Kind::Closed,
            PROBE => Kind::Probe,
            NEUTRAL => Kind::Neutral,
            _ => Kind::None,
        }
    }

    /// Whether it is a closed one of the generation of this word, which is that of a closed breaker.
    #[inline]
    pub(super) fn is_of_generation_of(self, word: Word) -> bool {
        // Where one says closed, the other does, too: both by zeros.
        (self.0 ^ word.0) >> KIND_SHIFT == 0
    }

    /// Whether nothing is held.
    #[inline]
    pub(crate) fn is_none(self) -> bool {
        self.kind() == Kind::None
    }

    /// Whether it was granted by a closed breaker.
    #[inline]
    pub(crate) fn is_of_closed(self) -> bool {
        self.kind() == Kind::Closed
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "22 bits")]
    pub(super) fn generation(self) -> u32 {
        (self.0 >> GENERATION_SHIFT) as u32
    }

    /// The place of a probe.
    #[inline]
    pub(super) fn place(self) -> usize {
        usize::try_from((self.0 >> PLACE_SHIFT) & PLACE_MASK).unwrap_or(usize::MAX)
    }

    /// Whether the permit knows when it was granted.
    #[inline]
    pub(super) fn is_timed(self) -> bool {
        match self.kind() {
            Kind::Probe => true,
            Kind::Closed => (self.0 >> PLACE_SHIFT) & PLACE_MASK == TIMED,
            Kind::None | Kind::Neutral => false,
        }
    }

    /// For how long it has been held; none where the clock was read before the permit was granted, or the permit knows no time.
    ///
    /// A clock that seems to be behind by more than [`Self::BEHIND`] is ahead by months, or was put back by far: either way the
    /// permit counts as held for long, so that a lost probe does not keep its place.
    #[inline]
    pub(super) fn age(self, now: Tick) -> Ticks {
        if !self.is_timed() {
            return Ticks(0);
        }
        let age = now.0.wrapping_sub(self.0) & TIME_MASK;
        Ticks(if age > TIME_MASK - Self::BEHIND { 0 } else { age })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breaker::word::{Closed, State};

    #[test]
    fn only_the_permit_of_a_healthy_breaker_equals_its_word() {
        for generation in [0, 1, 7] {
            let first = Word(u64::from(generation) << GENERATION_SHIFT);
            let half_open = (0..=2_u8)
                .flat_map(|successes| (0..=2).map(move |reopenings| State::HalfOpen { successes, reopenings }));
            // Every closed word but the healthy one.
            let closed = (1..128_u32).map(|bits| {
                let is_set = |bit: u32| bits & 1 << bit != 0;
                State::Closed(Closed {
                    failures: bits >> 5,
                    recorded: is_set(0),
                    timed: is_set(1),
                    dated: is_set(2),
                    spanned: is_set(3),
                    ramping: is_set(4),
                })
            });
            let words = half_open.chain(closed);
            for word in words.map(|state| first.with(state)) {
                for tick in (0..1_024).map(Tick) {
                    assert_ne!(Permit::probe(generation, 0, tick), Permit::of_healthy(word));
                    assert_ne!(Permit::closed(generation, Some(tick)), Permit::of_healthy(word));
                }
                assert_ne!(Permit::closed(generation, None), Permit::of_healthy(word));
            }
            assert_eq!(Permit::closed(generation, None), Permit::of_healthy(first));
        }
    }
}

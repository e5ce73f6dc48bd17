//! Who is probing: one leased place per probe, so that the limit is exact and a lost probe wedges nothing.
//!
//! A place is one word: the generation of its holder and the time it was taken. It is free if it says so, if its generation
//! is over, or if its holder has held it for longer than the probe timeout.

use super::word::{Tick, Word};
use crate::{
    policy::BreakerPolicy,
    sync::{AtomicU64, Ordering, seeded},
};

const TIME_BITS: u32 = 40;
const TAKEN: u64 = 1 << 63;

/// A leased place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) place: u8,
    /// What the place says while the lease holds.
    pub(crate) lease: u64,
}

/// The places, and when the last half-open period began.
#[derive(Debug)]
pub(super) struct Probes {
    /// One tick more than the time; zero before the first period.
    entered: AtomicU64,
    places: Vec<AtomicU64>,
}

impl Default for Probes {
    fn default() -> Self {
        Self {
            entered: AtomicU64::new(0),
            places: (0..BreakerPolicy::MAX_HALF_OPEN_CALLS)
                .map(|_| AtomicU64::new(0))
                .collect(),
        }
    }
}

/// `1 | generation 22 | time 40`; the whole word is zero for a free place.
fn lease(generation: u32, now: Tick) -> u64 {
    // A time of zero would make the lease equal to a free place of generation zero but for the taken bit.
    TAKEN | (u64::from(generation) << TIME_BITS) | (now.0 & ((1 << TIME_BITS) - 1))
}

#[allow(clippy::cast_possible_truncation, reason = "22 bits")]
fn generation_of(lease: u64) -> u32 {
    ((lease & !TAKEN) >> TIME_BITS) as u32
}

/// Whether `held` is a later generation than `mine`; generations wrap.
fn is_newer(held: u32, mine: u32) -> bool {
    let ahead = held.wrapping_sub(mine) & ((1 << Word::GENERATION_BITS) - 1);
    (1..1 << (Word::GENERATION_BITS - 1)).contains(&ahead)
}

/// The time for which the lease has been held, in milliseconds; none where the clock was read before the lease was taken.
fn age(lease: u64, now: Tick) -> u64 {
    let age = now.0.wrapping_sub(lease) & ((1 << TIME_BITS) - 1);
    // Half of the range is seventeen years.
    if age >> (TIME_BITS - 1) == 0 { age } else { 0 }
}

impl Probes {
    /// A half-open period begins.
    pub(super) fn enter(&self, now: Tick) {
        let entered = now.0.saturating_add(1);
        let _ = self
            .entered
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |before| {
                (before < entered).then_some(entered)
            });
    }

    /// When the last half-open period began.
    pub(super) fn entered(&self) -> Option<Tick> {
        self.entered.load(Ordering::Acquire).checked_sub(1).map(Tick)
    }

    /// Takes a place for a probe of `generation`: a free one of the policy's places, or else the one whose probe has hung for
    /// longest.
    pub(super) fn claim(&self, generation: u32, now: Tick, policy: &BreakerPolicy) -> Option<Probe> {
        let mine = lease(generation, now);
        let places = || (0_u8..policy.half_open_max_calls()).zip(&self.places);
        let take = |(place, word): (u8, &AtomicU64), held: u64| {
            // A place that changed hands meanwhile is taken: whoever has it asked at the same time.
            word.compare_exchange(held, mine, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
                .then_some(Probe { place, lease: mine })
        };

        let mut hung: Option<((u8, &AtomicU64), u64)> = None;
        for place in places() {
            let held = place.1.load(Ordering::Acquire);
            if is_newer(generation_of(held), generation) && held & TAKEN != 0 {
                // The word was read before the circuit turned: nothing here is to be had in its name.
                return None;
            }
            if held & TAKEN == 0 || generation_of(held) != generation || seeded("no_limit") {
                if let Some(probe) = take(place, held) {
                    return Some(probe);
                }
            } else if u128::from(age(held, now)) >= policy.probe_timeout().as_millis()
                && hung.is_none_or(|(_, longest)| age(held, now) > age(longest, now))
            {
                hung = Some((place, held));
            }
        }
        hung.and_then(|(place, held)| take(place, held))
    }

    /// Frees the place; `false` where the lease had been given to another.
    pub(super) fn release(&self, probe: Probe) -> bool {
        self.places.get(usize::from(probe.place)).is_some_and(|word| {
            word.compare_exchange(probe.lease, 0, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
        }) || seeded("no_lease")
    }
}

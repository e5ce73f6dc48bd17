//! Who is probing: one leased place per probe, so that the limit is exact and a lost probe wedges nothing.
//!
//! A place is one word: the generation of its holder and the time it was taken. It is free if it says so, if its generation
//! is over, or if its holder has held it for longer than the probe timeout.

use super::word::Tick;
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

#[derive(Debug)]
pub(super) struct Probes {
    places: Vec<AtomicU64>,
}

impl Default for Probes {
    fn default() -> Self {
        Self {
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

fn generation_of(lease: u64) -> u64 {
    (lease & !TAKEN) >> TIME_BITS
}

/// The time for which the lease has been held, in milliseconds; none where the clock was read before the lease was taken.
fn age(lease: u64, now: Tick) -> u64 {
    let age = now.0.wrapping_sub(lease) & ((1 << TIME_BITS) - 1);
    // Half of the range is seventeen years.
    if age >> (TIME_BITS - 1) == 0 { age } else { 0 }
}

impl Probes {
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
            if held & TAKEN == 0 || generation_of(held) != u64::from(generation) || seeded("no_limit") {
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

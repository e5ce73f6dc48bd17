//! Who is probing: one leased place per probe, so that the limit is exact and a lost probe wedges nothing.
//!
//! A place holds the permit of its probe, or zero. It is free if it is zero, if its holder's generation is over, or if its
//! holder has held it for longer than the probe timeout.

use super::{
    permit::Permit,
    word::{Tick, Ticks, Word},
};
use crate::{
    policy::BreakerPolicy,
    sync::{AtomicU64, Ordering, seeded},
};

const FREE: u64 = 0;

/// The places.
#[derive(Debug)]
pub(super) struct Probes(Vec<AtomicU64>);

impl Default for Probes {
    fn default() -> Self {
        Self(
            (0..BreakerPolicy::MAX_HALF_OPEN_CALLS)
                .map(|_| AtomicU64::new(FREE))
                .collect(),
        )
    }
}

/// Whether `held` is a later generation than `mine`; generations wrap.
fn is_newer(held: u32, mine: u32) -> bool {
    let ahead = held.wrapping_sub(mine) & ((1 << Word::GENERATION_BITS) - 1);
    (1..1 << (Word::GENERATION_BITS - 1)).contains(&ahead)
}

impl Probes {
    /// Takes a place for a probe of `generation`: a free one of the policy's places, or else the one whose probe has hung for
    /// longest.
    pub(super) fn claim(&self, generation: u32, now: Tick, policy: &BreakerPolicy) -> Option<Permit> {
        let places = || (0_u8..policy.half_open_max_calls()).zip(&self.0);
        let take = |(place, word): (u8, &AtomicU64), held: u64| {
            let mine = Permit::probe(generation, place, now);
            // A place that changed hands meanwhile is taken: whoever has it asked at the same time.
            word.compare_exchange(held, mine.0, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
                .then_some(mine)
        };

        let mut hung: Option<((u8, &AtomicU64), u64)> = None;
        let age = |held: u64| Permit(held).age(now);
        let hangs = Ticks::of(policy.probe_timeout());
        for place in places() {
            let held = place.1.load(Ordering::Acquire);
            if held != FREE && is_newer(Permit(held).generation(), generation) {
                // The word was read before the circuit turned: nothing here is to be had in its name.
                return None;
            }
            if held == FREE || Permit(held).generation() != generation || seeded("no_limit") {
                if let Some(probe) = take(place, held) {
                    return Some(probe);
                }
            } else if age(held) >= hangs && hung.is_none_or(|(_, longest)| age(held) > age(longest)) {
                hung = Some((place, held));
            }
        }
        hung.and_then(|(place, held)| take(place, held))
    }

    /// Frees the place; `false` where it had been given to another.
    pub(super) fn release(&self, probe: Permit) -> bool {
        seeded("no_release")
            || self.0.get(probe.place()).is_some_and(|place| {
                place
                    .compare_exchange(probe.0, FREE, Ordering::AcqRel, Ordering::Acquire)
                    .is_ok()
            })
            || seeded("no_lease")
    }
}

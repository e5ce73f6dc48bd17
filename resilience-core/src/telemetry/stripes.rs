//! One value per thread, on cache lines of its own.

use super::slots::{self, Slot};
use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

const PER_CHUNK: u8 = 8;
/// Beside the first.
const CHUNKS: usize = (slots::OWNED / PER_CHUNK) as usize - 1;

#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded<T>(T);

type Chunk<T> = [Padded<T>; PER_CHUNK as usize];

/// A `T` per thread: at hand for the first threads, made in chunks for more, and one that all threads beyond share.
#[derive(Debug, Default)]
pub(crate) struct Stripes<T> {
    first: Chunk<T>,
    further: [OnceLock<Box<Chunk<T>>>; CHUNKS],
    shared: Padded<T>,
}

/// The stripe that this thread writes to.
#[derive(Debug)]
pub(crate) enum Mine<'a, T> {
    /// Nobody else writes there.
    Own(&'a T),
    Shared(&'a T),
}

impl<T: Default> Stripes<T> {
    #[inline]
    pub(crate) fn mine(&self) -> Mine<'_, T> {
        // No slot at all has a number beyond all slots, so that one comparison finds the usual case.
        match self.first.get(usize::from(slots::number())) {
            Some(stripe) => Mine::Own(&stripe.0),
            None => self.further(),
        }
    }

    /// Every stripe that a thread may have written to.
    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        let further = self
            .further
            .iter()
            .filter_map(OnceLock::get)
            .flat_map(|chunk| chunk.iter());
        self.first
            .iter()
            .chain(further)
            .chain([&self.shared])
            .map(|stripe| &stripe.0)
    }

    #[cold]
    fn further(&self) -> Mine<'_, T> {
        let slot = match slots::mine() {
            Slot::Own(slot) => slot,
            Slot::Shared => return Mine::Shared(&self.shared.0),
        };
        Mine::Own(match self.first.get(usize::from(slot)) {
            Some(stripe) => &stripe.0,
            None => {
                let beyond = slot - PER_CHUNK;
                let chunk = self.further[usize::from(beyond / PER_CHUNK)].get_or_init(Box::default);
                &chunk[usize::from(beyond % PER_CHUNK)].0
            }
        })
    }
}

/// Counts one in the stripe of this thread.
#[inline]
pub(crate) fn count<const N: usize>(stripes: &Stripes<[AtomicU64; N]>, index: usize)
where
    [AtomicU64; N]: Default,
{
    if !count_at_hand(stripes, index) {
        count_further(stripes, index);
    }
}

/// Counts one if this thread is among the first that own a stripe; `false` where nothing was counted.
#[inline]
pub(crate) fn count_at_hand<const N: usize>(stripes: &Stripes<[AtomicU64; N]>, index: usize) -> bool {
    let stripe = stripes.first.get(usize::from(slots::number()));
    if let Some(stripe) = stripe {
        count_alone(&stripe.0[index]);
    }
    stripe.is_some()
}

/// Only the owner writes here, so nothing can come between.
#[inline]
fn count_alone(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

#[cold]
fn count_further<const N: usize>(stripes: &Stripes<[AtomicU64; N]>, index: usize)
where
    [AtomicU64; N]: Default,
{
    match stripes.further() {
        Mine::Own(stripe) => count_alone(&stripe[index]),
        Mine::Shared(stripe) => {
            stripe[index].fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What all threads have counted.
pub(crate) fn total<const N: usize>(stripes: &Stripes<[AtomicU64; N]>, index: usize) -> u64
where
    [AtomicU64; N]: Default,
{
    stripes
        .all()
        .fold(0, |sum, stripe| sum.wrapping_add(stripe[index].load(Ordering::Relaxed)))
}

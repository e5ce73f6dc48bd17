//! One value per thread, on cache lines of its own.

use super::slots::{self, Slot};
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
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
    /// Whether there is a further one. Seldom, so that reading all of them need not look for each.
    has_further: AtomicBool,
    shared: Padded<T>,
}

/// The stripe that this thread writes to.
#[derive(Debug)]
enum Mine<'a, T> {
    /// Nobody else writes there.
    Own(&'a T),
    Shared(&'a T),
}

impl<T: Default> Stripes<T> {
    /// The stripe of this thread, if it is among the first that own one.
    #[inline]
    pub(crate) fn at_hand(&self) -> Option<&T> {
        // No slot at all has a number beyond all slots, so that one comparison finds the usual case.
        self.first.get(usize::from(slots::number())).map(|stripe| &stripe.0)
    }

    /// The stripe of this thread, if it owns one.
    #[inline]
    pub(crate) fn own(&self) -> Option<&T> {
        self.at_hand().or_else(|| match self.mine() {
            Mine::Own(stripe) => Some(stripe),
            Mine::Shared(_) => None,
        })
    }

    #[cold]
    fn mine(&self) -> Mine<'_, T> {
        let slot = match slots::mine() {
            Slot::Own(slot) => slot,
            Slot::Shared => return Mine::Shared(&self.shared.0),
        };
        Mine::Own(match self.first.get(usize::from(slot)) {
            Some(stripe) => &stripe.0,
            None => {
                let beyond = slot - PER_CHUNK;
                let chunk = self.further[usize::from(beyond / PER_CHUNK)].get_or_init(Box::default);
                if !self.has_further.load(Ordering::Relaxed) {
                    self.has_further.store(true, Ordering::Relaxed);
                }
                &chunk[usize::from(beyond % PER_CHUNK)].0
            }
        })
    }
}

/// Adds to a counter in the stripe of this thread.
#[inline]
pub(crate) fn add<T: Default>(stripes: &Stripes<T>, amount: u64, counter: impl Fn(&T) -> &AtomicU64) {
    if !add_at_hand(stripes, amount, &counter) {
        add_further(stripes, amount, counter);
    }
}

/// Adds to a counter if this thread is among the first that own a stripe; `false` where nothing was added.
#[inline]
pub(crate) fn add_at_hand<T: Default>(stripes: &Stripes<T>, amount: u64, counter: impl Fn(&T) -> &AtomicU64) -> bool {
    let stripe = stripes.at_hand();
    if let Some(stripe) = stripe {
        add_alone(counter(stripe), amount);
    }
    stripe.is_some()
}

/// Only the owner writes here, so nothing can come between.
#[inline]
fn add_alone(counter: &AtomicU64, amount: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(amount), Ordering::Relaxed);
}

#[cold]
fn add_further<T: Default>(stripes: &Stripes<T>, amount: u64, counter: impl Fn(&T) -> &AtomicU64) {
    match stripes.mine() {
        Mine::Own(stripe) => add_alone(counter(stripe), amount),
        Mine::Shared(stripe) => {
            counter(stripe).fetch_add(amount, Ordering::Relaxed);
        }
    }
}

/// What all threads have counted.
pub(crate) fn total<T: Default>(stripes: &Stripes<T>, count: impl Fn(&T) -> u64) -> u64 {
    fold(stripes, 0, |total, stripe| total.wrapping_add(count(stripe)))
}

/// What all stripes come to, one after the other.
pub(crate) fn fold<T: Default>(stripes: &Stripes<T>, from: u64, with: impl Fn(u64, &T) -> u64) -> u64 {
    let fold = |from: u64, chunk: &Chunk<T>| chunk.iter().fold(from, |all, stripe| with(all, &stripe.0));
    let all = with(fold(from, &stripes.first), &stripes.shared.0);
    if !stripes.has_further.load(Ordering::Relaxed) {
        return all;
    }
    let further = stripes.further.iter().filter_map(OnceLock::get);
    further.fold(all, |all, chunk| fold(all, chunk))
}

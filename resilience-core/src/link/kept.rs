//! The policies that operations have or had, by number: a call keeps the number of the one that it began with.
//!
//! A policy stays for as long as the process lives, so that calls read it without a lock, and while others replace it. Equal
//! ones share a place: what many operations have in common, and what settings go back to, takes no more room.

use super::OperationPolicy;
use std::{
    num::NonZeroU32,
    ops::Deref,
    sync::{Mutex, OnceLock, PoisonError},
};

/// A policy that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept(NonZeroU32);

type Place = OnceLock<OperationPolicy>;

/// Places that are found at once; few programs need more.
const AT_HAND: u32 = 32;
/// Of further places, each with twice as many as the one before: enough for every number.
const CHUNKS: usize = 27;

static FIRST: [Place; AT_HAND as usize] = [const { Place::new() }; AT_HAND as usize];
static FURTHER: [OnceLock<Box<[Place]>>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];
/// How many places are taken; locked while one is.
static TAKEN: Mutex<u32> = Mutex::new(0);

impl Kept {
    /// Keeps `policy`, unless an equal one is kept already.
    pub(super) fn new(policy: OperationPolicy) -> Self {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        // The newest first: it is the likeliest.
        let mut known = (0..*taken).rev().filter_map(Self::at);
        if let Some(equal) = known.find(|kept| **kept == policy) {
            return equal;
        }
        let Some(kept) = Self::at(*taken) else {
            // Of four thousand million.
            return Self(NonZeroU32::MAX);
        };
        let new_chunk = |places| (0..places).map(|_| Place::new()).collect();
        if let Some(place) = kept.place(|chunk, places| Some(chunk.get_or_init(|| new_chunk(places)))) {
            let _ = place.set(policy);
        }
        *taken += 1;
        kept
    }

    fn at(index: u32) -> Option<Self> {
        index.checked_add(1).and_then(NonZeroU32::new).map(Self)
    }

    fn index(self) -> u32 {
        self.0.get() - 1
    }

    /// The place of the policy; `chunk` gets at the chunk, which has so many places, where it is beyond those at hand.
    #[inline]
    fn place(
        self,
        chunk: impl FnOnce(&'static OnceLock<Box<[Place]>>, u32) -> Option<&'static Box<[Place]>>,
    ) -> Option<&'static Place> {
        FIRST.get(self.index() as usize).or_else(|| self.further(chunk))
    }

    #[cold]
    fn further(
        self,
        chunk: impl FnOnce(&'static OnceLock<Box<[Place]>>, u32) -> Option<&'static Box<[Place]>>,
    ) -> Option<&'static Place> {
        // Each chunk begins at a number that is `AT_HAND` times a power of two.
        let number = (self.index() / AT_HAND).checked_ilog2()?;
        let places = AT_HAND << number;
        chunk(FURTHER.get(number as usize)?, places)?.get((self.index() - places) as usize)
    }

    pub(super) fn number(self) -> NonZeroU32 {
        self.0
    }

    pub(super) fn of_number(number: NonZeroU32) -> Self {
        Self(number)
    }
}

impl Deref for Kept {
    type Target = OperationPolicy;

    #[inline]
    fn deref(&self) -> &OperationPolicy {
        let place = self.place(|chunk, _| chunk.get());
        // There are no numbers without a policy.
        place.and_then(Place::get).unwrap_or(&OperationPolicy::DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::RetryPolicy;

    fn policy(max_attempts: u32) -> OperationPolicy {
        OperationPolicy {
            retry: RetryPolicy::builder().max_attempts(max_attempts).build().unwrap(),
            ..OperationPolicy::DEFAULT
        }
    }

    #[test]
    fn every_policy_is_found_by_its_number_and_equal_ones_share_it() {
        // More than are at hand, so that there are chunks of several sizes.
        let policies: Vec<_> = (1_000..1_300).map(policy).collect();

        let first: Vec<_> = policies.iter().map(|policy| Kept::new(*policy)).collect();
        let again: Vec<_> = policies.iter().map(|policy| Kept::new(*policy)).collect();

        assert_eq!(first, again);
        for (kept, policy) in first.iter().zip(&policies) {
            assert_eq!(**kept, *policy);
        }
    }
}

//! The policies that operations have or had, by number: a call keeps the number of the one that it began with.
//!
//! A policy stays for as long as the process lives, so that calls read it without a lock, and while others replace it. Equal
//! ones share a place: what many operations have in common, and what settings go back to, takes no more room. There are at most
//! [`MOST_KEPT`] different ones.

use super::OperationPolicy;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    hash::{DefaultHasher, Hasher},
    num::NonZeroU32,
    ops::Deref,
    sync::{Mutex, OnceLock, PoisonError},
};

/// How many different policies a process keeps: about ten megabytes.
pub(crate) const MOST_KEPT: u32 = 1 << 16;

/// A policy that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept(NonZeroU32);

type Place = OnceLock<OperationPolicy>;

/// Places that are found at once; few programs need more.
const AT_HAND: u32 = 32;
/// Of further places, each with twice as many as the one before: enough for every number.
const CHUNKS: usize = (MOST_KEPT / AT_HAND).ilog2() as usize;

static FIRST: [Place; AT_HAND as usize] = [const { Place::new() }; AT_HAND as usize];
static FURTHER: [OnceLock<Box<[Place]>>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];
/// Which places are taken; locked while one is.
static INDEX: Mutex<Index> = Mutex::new(Index {
    taken: 0,
    by_digest: BTreeMap::new(),
});

struct Index {
    taken: u32,
    /// Where the digest of a policy was taken by another one, the next that is free.
    by_digest: BTreeMap<u64, Kept>,
}

impl Kept {
    /// The default policy, which has no place of its own.
    pub(crate) const DEFAULT: Self = Self(NonZeroU32::MAX);

    /// Keeps `policy`, unless an equal one is kept already; nothing where there is no room for more.
    pub(crate) fn new(policy: &OperationPolicy) -> Option<Self> {
        let mut hasher = DefaultHasher::new();
        policy.digest(&mut hasher);
        INDEX
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .find_or_take(policy, hasher.finish())
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

impl Index {
    fn find_or_take(&mut self, policy: &OperationPolicy, mut digest: u64) -> Option<Kept> {
        loop {
            match self.by_digest.entry(digest) {
                Entry::Occupied(found) if **found.get() == *policy => return Some(*found.get()),
                Entry::Occupied(_) => digest = digest.wrapping_add(1),
                Entry::Vacant(free) => {
                    let kept = Kept::at(self.taken).filter(|_| self.taken < MOST_KEPT)?;
                    let new_chunk = |places| (0..places).map(|_| Place::new()).collect();
                    let place = kept.place(|chunk, places| Some(chunk.get_or_init(|| new_chunk(places))))?;
                    // Nobody else sets it: the index is locked.
                    let _ = place.set(*policy);
                    self.taken += 1;
                    return Some(*free.insert(kept));
                }
            }
        }
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

        let first: Vec<_> = policies.iter().filter_map(Kept::new).collect();
        let again: Vec<_> = policies.iter().filter_map(Kept::new).collect();

        assert_eq!(first, again);
        assert_eq!(first.len(), policies.len());
        for (kept, policy) in first.iter().zip(&policies) {
            assert_eq!(**kept, *policy);
        }
    }

    #[test]
    fn two_policies_with_one_digest_are_two() {
        let digest = 42;
        let policies: Vec<_> = (2_000..2_010).map(policy).collect();
        let mut keep = |policy| INDEX.lock().unwrap().find_or_take(policy, digest).unwrap();

        let first: Vec<_> = policies.iter().map(&mut keep).collect();
        let again: Vec<_> = policies.iter().map(&mut keep).collect();

        assert_eq!(first, again);
        for (kept, policy) in first.iter().zip(&policies) {
            assert_eq!(**kept, *policy);
        }
    }
}

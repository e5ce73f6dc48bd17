//! The partitions of a service: which slot serves which key.
//!
//! Slots are made when they are needed and never freed: calls hold plain references to them. A slot whose key nobody holds, and
//! which remembers nothing, is handed on to the next new key.

use super::{Service, ServicePolicies, Standing, pins::Pins};
use crate::{
    breaker::Tick,
    link::Link,
    operation::Operation,
    telemetry::{Label, events},
};
use std::{
    collections::HashMap,
    mem, ptr,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// The longest key, in bytes.
pub(super) const LONGEST_KEY: usize = 255;

#[derive(Debug, Default)]
pub(super) struct Partitions {
    /// Locked before the memory of a breaker, after the state of the service.
    shelf: RwLock<Shelf>,
    /// What calls of all keys without a slot go by.
    unshared: OnceLock<&'static Service>,
    has_told: AtomicBool,
}

#[derive(Debug, Default)]
struct Shelf {
    by_key: HashMap<Arc<str>, &'static Service>,
    slots: Vec<&'static Service>,
    /// Where the search for a slot that can be handed on goes on.
    hand: usize,
}

/// What a service needs to serve one key after the other.
#[derive(Debug)]
pub(crate) struct Slot {
    of: &'static Service,
    label: Label,
    /// When it began to serve its present key.
    born: AtomicU64,
    pins: Pins,
    /// The link to the first operation that called it; others are found by address.
    first: OnceLock<&'static Link>,
}

/// A slot, which serves its key for as long as this lives.
#[derive(Debug)]
pub(crate) struct Pinned(&'static Service);

impl Pinned {
    pub(crate) fn service(&self) -> &'static Service {
        self.0
    }

    /// What has no slot needs no pin.
    pub(super) fn of_unshared(service: &'static Service) -> Self {
        Self(service)
    }

    pub(super) fn again(&self) -> Self {
        if let Some(slot) = self.0.slot() {
            slot.pins.add();
        }
        Self(self.0)
    }

    /// Leaves it to the caller to [unpin](Service::unpin) the slot.
    pub(crate) fn keep(self) {
        mem::forget(self);
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        self.0.unpin();
    }
}

impl Partitions {
    pub(super) fn find(&self, key: &str) -> Option<(Arc<str>, Pinned)> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).find(key)
    }

    /// The slot of a key that has none: one that can be handed on, or a new one; nothing where there are `limit` of them and all
    /// are needed.
    pub(super) fn take(&self, key: &str, of: &'static Service, now: Tick, limit: usize) -> Option<(Arc<str>, Pinned)> {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = shelf.find(key) {
            return Some(found);
        }
        let policies = of.policies();
        let is_free = |slot: &Service| {
            slot.slot().is_some_and(|slot| slot.pins.are_none())
                && slot.breaker().is_as_new(now, &policies.breaker)
                && slot.budget().is_as_new(now, &policies.budget)
        };
        let key: Arc<str> = key.into();
        let slot = if let Some(slot) = shelf.next(limit, is_free) {
            slot.hand_on(&key, now, &mut shelf.by_key);
            slot
        } else if shelf.slots.len() < limit {
            let slot: &'static Service = Box::leak(Box::new(Service::slot_for(of, Arc::clone(&key), now, policies)));
            shelf.slots.push(slot);
            slot
        } else {
            return None;
        };
        shelf.by_key.insert(key, slot);
        shelf.find(slot.key()?.as_ref())
    }

    /// What calls without a slot go by. They share nothing but the counts.
    pub(super) fn unshared(&self, of: &'static Service, now: Tick) -> &'static Service {
        self.unshared
            .get_or_init(|| Box::leak(Box::new(Service::unshared(of.name(), of.registry, Some(of), now))))
    }

    /// Tells, once, that a key has no slot.
    pub(super) fn tell(&self, of: &Service, reason: &'static str, key: &str, limit: usize) {
        if !self.has_told.swap(true, Ordering::Relaxed) {
            events::partition_refused(of.subject(), reason, key, limit);
        }
    }

    /// All slots that there are, and what calls without one go by.
    pub(super) fn everyone(&self) -> Vec<&'static Service> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        shelf.slots.iter().chain(self.unshared.get()).copied().collect()
    }

    /// The slots that serve a key, by key.
    pub(super) fn by_key(&self) -> Vec<(Arc<str>, Pinned)> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = shelf.by_key.keys().filter_map(|key| shelf.find(key)).collect();
        all.sort_by(|(left, _), (right, _)| left.cmp(right));
        all
    }
}

impl Shelf {
    fn find(&self, key: &str) -> Option<(Arc<str>, Pinned)> {
        let (key, slot) = self.by_key.get_key_value(key)?;
        // For as long as the shelf is locked, nobody hands it on.
        slot.slot()?.pins.add();
        Some((Arc::clone(key), Pinned(slot)))
    }

    /// The next slot that can be handed on: one of a few while there may be more slots, else any.
    fn next(&mut self, limit: usize, is_free: impl Fn(&Service) -> bool) -> Option<&'static Service> {
        /// So many that idle slots are found long before there is one for every key that has come.
        const FEW: usize = 8;
        let count = self.slots.len();
        let looks = if count < limit { FEW.min(count) } else { count };
        for _ in 0..looks {
            self.hand = (self.hand + 1) % count;
            let slot = self.slots[self.hand];
            if is_free(slot) {
                return Some(slot);
            }
        }
        None
    }
}

impl Service {
    /// A slot of `of` that serves this key first.
    fn slot_for(of: &'static Self, key: Arc<str>, now: Tick, policies: ServicePolicies) -> Self {
        let slot = Slot {
            of,
            label: Label::new(key),
            born: AtomicU64::new(now.0),
            pins: Pins::default(),
            first: OnceLock::new(),
        };
        Self::with_policies(
            of.name(),
            of.registry,
            Standing::Partition(Box::leak(Box::new(slot))),
            policies,
            now,
        )
    }

    /// Makes a slot that nobody holds, and which remembers nothing, the one of another key.
    fn hand_on(&self, key: &Arc<str>, now: Tick, by_key: &mut HashMap<Arc<str>, &'static Self>) {
        let Some(slot) = self.slot() else { return };
        by_key.remove(&slot.label.get());
        slot.label.set(Arc::clone(key));
        slot.born.store(now.0, Ordering::Relaxed);
        self.breaker().renew();
        self.budget().renew();
    }

    /// What makes it a slot, if it is one.
    fn slot(&self) -> Option<&'static Slot> {
        match &self.standing {
            Standing::Partition(slot) => Some(slot),
            Standing::Named | Standing::Unshared(_) => None,
        }
    }

    pub(crate) fn unpin(&self) {
        if let Some(slot) = self.slot() {
            slot.pins.release();
        }
    }

    /// Of a slot: the key that it serves.
    pub(super) fn key(&self) -> Option<Arc<str>> {
        self.slot().map(|slot| slot.label.get())
    }

    /// Of a slot: where events find its key.
    pub(crate) fn label(&self) -> Option<&'static Label> {
        self.slot().map(|slot| &slot.label)
    }

    /// When it began to serve whom it serves now.
    pub(super) fn born(&self) -> Tick {
        self.slot()
            .map_or(self.born, |slot| Tick(slot.born.load(Ordering::Relaxed)))
    }

    /// Of a slot, or of what stands for all keys without one: the link to an operation of the service.
    pub(crate) fn link_partition(&'static self, operation: &'static Operation) -> &'static Link {
        let first = self.slot().and_then(|slot| slot.first.get());
        if let Some(link) = first.filter(|link| ptr::eq(link.operation, operation)) {
            return link;
        }
        let link = self.link_further(operation);
        if let Some(slot) = self.slot() {
            let _ = slot.first.set(link);
        }
        link
    }

    fn link_further(&'static self, operation: &'static Operation) -> &'static Link {
        let of = match &self.standing {
            Standing::Partition(slot) => slot.of,
            Standing::Unshared(Some(of)) => of,
            // Names link by themselves.
            Standing::Unshared(None) | Standing::Named => return self.link(operation),
        };
        let own = of.link(operation);
        // Settings that change meanwhile find the link, or are found by it.
        let _settled = of.locked();
        let mut state = self.locked();
        let address = ptr::from_ref(operation).addr();
        state
            .links
            .entry(address)
            .or_insert_with(|| Box::leak(Box::new(Link::new(self, operation, own.policy()))))
    }
}

//! Who holds a slot: it is handed on only when nobody does.

use crate::sync::{AtomicU64, Ordering, seeded};

/// Counts the leases of a slot, and the calls under way.
#[derive(Debug, Default)]
pub(super) struct Pins(AtomicU64);

impl Pins {
    /// For whoever has a pin, or reads the shelf.
    pub(super) fn add(&self) {
        // Relaxed: a pin that is held keeps the slot, and the lock of the shelf orders the first one.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn release(&self) {
        // Release: whoever hands the slot on sees all that its holders did.
        let order = if seeded("pins_relaxed") {
            Ordering::Relaxed
        } else {
            Ordering::Release
        };
        self.0.fetch_sub(1, order);
    }

    /// Whether nobody holds the slot. As long as the shelf is locked for writing, it stays so.
    pub(super) fn are_none(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }
}

#[cfg(test)]
#[cfg(resilience_loom)]
mod models {
    use super::*;
    use loom::{
        sync::{Arc, RwLock, atomic::AtomicU64 as Evidence},
        thread,
    };

    /// A shelf with one slot: the number of its key, and what has been remembered in its name.
    struct Shelf {
        key: RwLock<u64>,
        pins: Pins,
        evidence: Evidence,
    }

    impl Shelf {
        fn lease(&self, key: u64) -> bool {
            let shelf = self.key.read().unwrap();
            let is_there = *shelf == key;
            if is_there {
                self.pins.add();
            }
            is_there
        }

        /// Hands the slot on, if nobody holds it and nothing is remembered.
        fn hand_on(&self, key: u64) -> bool {
            let mut shelf = self.key.write().unwrap();
            let may = self.pins.are_none() && self.evidence.load(Ordering::Relaxed) == 0;
            if may {
                *shelf = key;
            }
            may
        }
    }

    #[test]
    fn a_slot_is_handed_on_only_when_nobody_holds_it_and_with_all_that_holders_did() {
        loom::model(|| {
            let shelf = Arc::new(Shelf {
                key: RwLock::new(1),
                pins: Pins::default(),
                evidence: Evidence::new(0),
            });
            let holder = Arc::clone(&shelf);
            let holder = thread::spawn(move || {
                let is_leased = holder.lease(1);
                if is_leased {
                    // A call fails, and its caller goes.
                    holder.pins.add();
                    holder.evidence.store(1, Ordering::Relaxed);
                    holder.pins.release();
                    holder.pins.release();
                }
                is_leased
            });

            let was_handed_on = shelf.hand_on(2);
            let was_leased = holder.join().unwrap();

            // Either the holder came too late, or its failure was seen.
            assert!(!(was_handed_on && was_leased) && (was_handed_on || was_leased));
        });
    }
}

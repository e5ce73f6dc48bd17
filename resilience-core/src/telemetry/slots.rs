//! Which slot of every counter block this thread owns.
//!
//! A slot belongs to one live thread at a time, so that its owner can count with a plain load and store. The slot of a thread
//! that ends goes to the next thread that begins; the mutex hands over what was counted. Threads beyond the last slot share
//! one that is counted atomically.

use std::{
    cell::Cell,
    sync::{Mutex, PoisonError},
};

/// The number of threads that have a slot of their own.
pub(super) const OWNED: u8 = 128;

/// Whom a slot belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Own(u8),
    Shared,
}

/// Not a slot, like every number from [`OWNED`] on: this thread has not asked for one.
const UNKNOWN: u8 = u8::MAX;
/// This thread has none of its own.
const SHARED: u8 = OWNED;

thread_local! {
    /// Without a destructor, so that reading it is one load.
    static SLOT: Cell<u8> = const { Cell::new(UNKNOWN) };
    /// Gives the slot back when the thread ends.
    static LEASE: Lease = const { Lease(Cell::new(SHARED)) };
}

static FREE: Mutex<Pool> = Mutex::new(Pool {
    next: 0,
    returned: Vec::new(),
});

struct Pool {
    next: u8,
    returned: Vec<u8>,
}

impl Pool {
    fn take(&mut self) -> Option<u8> {
        self.returned.pop().or_else(|| {
            (self.next < OWNED).then(|| {
                self.next += 1;
                self.next - 1
            })
        })
    }
}

struct Lease(Cell<u8>);

impl Drop for Lease {
    fn drop(&mut self) {
        // What the thread counts after this, in destructors of its own, goes to the shared slot.
        SLOT.set(SHARED);
        let slot = self.0.get();
        if slot < OWNED {
            FREE.lock().unwrap_or_else(PoisonError::into_inner).returned.push(slot);
        }
    }
}

/// The number of this thread's slot, if it is known to have one: other numbers are [`OWNED`] or more.
#[inline]
pub(super) fn number() -> u8 {
    SLOT.get()
}

/// The slot of this thread; takes one where it has none yet.
pub(super) fn mine() -> Slot {
    match number() {
        slot if slot < OWNED => Slot::Own(slot),
        UNKNOWN => take(),
        _ => Slot::Shared,
    }
}

/// Runs `body` as if this thread had that slot, for what no other thread counts in.
#[cfg(all(test, not(resilience_loom)))]
pub(crate) fn playing<T>(slot: u8, body: impl FnOnce() -> T) -> T {
    struct Back(u8);
    impl Drop for Back {
        fn drop(&mut self) {
            SLOT.set(self.0);
        }
    }
    let _back = Back(SLOT.replace(slot));
    body()
}

#[cold]
fn take() -> Slot {
    // A thread that is ending has no lease to give the slot back with: it shares.
    let taken = LEASE.try_with(|lease| {
        let slot = FREE.lock().unwrap_or_else(PoisonError::into_inner).take();
        lease.0.set(slot.unwrap_or(SHARED));
        slot
    });
    let slot = taken.ok().flatten();
    SLOT.set(slot.unwrap_or(SHARED));
    slot.map_or(Slot::Shared, Slot::Own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_slot_and_two_live_threads_never_share_one() {
        let here = mine();
        let there = std::thread::spawn(|| (mine(), mine())).join().unwrap();

        assert_eq!(here, mine());
        assert_eq!(there.0, there.1);
        assert_ne!(here, there.0);
    }
}

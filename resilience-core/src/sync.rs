//! The atomics that decide something: the standard library's, or loom's in models.
//!
//! Loom 0.7 may explore a single execution where one thread loads and then writes while another only loads (loom issues 166
//! and 392), and a compare-and-swap loop is just that. So models run twice: as written, and with `RESILIENCE_MODEL=rmw`, where
//! every load is a read-modify-write that loom cannot overlook (and which hides the weak ordering of loads: hence both).
//! Other values of that variable seed a bug that the models must catch.

#[cfg(not(resilience_loom))]
pub(crate) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU8, AtomicU32, AtomicU64},
};

#[cfg(resilience_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
#[cfg(resilience_loom)]
pub(crate) use modelled::{AtomicU8, AtomicU32, AtomicU64};

pub(crate) use std::sync::atomic::Ordering;

/// A `const fn`, but not in models, whose atomics cannot be made in a constant.
macro_rules! constant {
    ($(#[$attribute:meta])* $visibility:vis const fn $($rest:tt)*) => {
        #[cfg(not(resilience_loom))]
        $(#[$attribute])*
        $visibility const fn $($rest)*

        #[cfg(resilience_loom)]
        $(#[$attribute])*
        $visibility fn $($rest)*
    };
}
pub(crate) use constant;

/// Whether this bug is seeded, for models to catch. Never outside of models.
#[cfg(not(resilience_loom))]
pub(crate) const fn seeded(_bug: &str) -> bool {
    false
}

#[cfg(resilience_loom)]
pub(crate) use modelled::seeded;

#[cfg(resilience_loom)]
mod modelled {
    use super::Ordering;
    use std::sync::LazyLock;

    static MODE: LazyLock<String> = LazyLock::new(|| std::env::var("RESILIENCE_MODEL").unwrap_or_default());

    pub(crate) fn seeded(bug: &str) -> bool {
        *MODE == bug
    }

    macro_rules! modelled {
        ($name:ident, $value:ty) => {
            #[derive(Debug, Default)]
            pub(crate) struct $name(loom::sync::atomic::$name);

            #[allow(dead_code, reason = "not every type needs every operation")]
            impl $name {
                pub(crate) fn new(value: $value) -> Self {
                    Self(loom::sync::atomic::$name::new(value))
                }

                pub(crate) fn load(&self, order: Ordering) -> $value {
                    if *MODE == "rmw" {
                        self.0.fetch_add(0, Ordering::AcqRel)
                    } else {
                        self.0.load(order)
                    }
                }

                pub(crate) fn store(&self, value: $value, order: Ordering) {
                    self.0.store(value, order);
                }

                pub(crate) fn compare_exchange(
                    &self,
                    old: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    self.0.compare_exchange(old, new, success, failure)
                }
            }
        };
    }

    modelled!(AtomicU8, u8);
    modelled!(AtomicU32, u32);
    modelled!(AtomicU64, u64);

    impl AtomicU64 {
        pub(crate) fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
            self.0.fetch_add(value, order)
        }

        pub(crate) fn fetch_sub(&self, value: u64, order: Ordering) -> u64 {
            self.0.fetch_sub(value, order)
        }

        pub(crate) fn fetch_update(
            &self,
            success: Ordering,
            failure: Ordering,
            update: impl Fn(u64) -> Option<u64>,
        ) -> Result<u64, u64> {
            let mut old = self.load(failure);
            while let Some(new) = update(old) {
                match self.compare_exchange(old, new, success, failure) {
                    Ok(found) => return Ok(found),
                    Err(found) => old = found,
                }
            }
            Err(old)
        }
    }
}

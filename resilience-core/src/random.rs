//! Chance, for jitter: replaceable, so that tests can pin it.

/// Where jitter gets its chance from. Any `Fn() -> f64` is one.
///
/// ```
/// use resilience_core::{Registry, random::RandomSource};
///
/// let pinned = || 0.5;
/// assert_eq!(pinned.unit(), 0.5);
/// let registry = Registry::builder().random(pinned).build();
/// # let _ = registry;
/// ```
pub trait RandomSource: Send + Sync {
    /// A number from 0 (included) to 1 (excluded), uniformly drawn. Anything else is brought into that range.
    fn unit(&self) -> f64;
}

impl<F: Fn() -> f64 + Send + Sync> RandomSource for F {
    fn unit(&self) -> f64 {
        self()
    }
}

/// The default: a generator per thread, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadRandom;

impl RandomSource for ThreadRandom {
    fn unit(&self) -> f64 {
        rand::random()
    }
}

//! Chance, for jitter: replaceable, so that tests can pin it.

use rand::{
    RngExt, SeedableRng,
    rngs::{SmallRng, SysRng},
};
use std::{
    cell::Cell,
    hash::{BuildHasher, RandomState},
};

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

/// The default: a small, fast generator per thread, seeded by the operating system. Not for secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadRandom;

thread_local! {
    /// Without a destructor, so that a call made while the thread ends has its jitter, too.
    static GENERATOR: Cell<Option<SmallRng>> = const { Cell::new(None) };
}

impl RandomSource for ThreadRandom {
    fn unit(&self) -> f64 {
        let mut generator = GENERATOR.take().unwrap_or_else(seeded);
        let unit = generator.random();
        GENERATOR.set(Some(generator));
        unit
    }
}

/// What was drawn, brought into the range from 0 to 1.
pub(crate) fn within_unit(drawn: f64) -> f64 {
    if drawn.is_nan() { 0.0 } else { drawn.clamp(0.0, 1.0) }
}

fn seeded() -> SmallRng {
    // Where the operating system gives no chance, that of the standard library's hash maps will do.
    SmallRng::try_from_rng(&mut SysRng).unwrap_or_else(|_| SmallRng::seed_from_u64(RandomState::new().hash_one(0)))
}

//! Services found by name. Annotated functions look theirs up once and keep it: this is for names that are known at run time only.

use resilience_core::Registry;
use std::{
    collections::HashMap,
    hint::black_box,
    sync::{PoisonError, RwLock},
    time::Instant,
};

/// The nanoseconds of finding one of so many services: in a registry, and in the standard map behind a lock.
#[must_use]
pub fn nanos(services: usize) -> [f64; 2] {
    let registry = Registry::builder().max_services(services).build();
    let names: Vec<String> = (0..services)
        .map(|number| format!("bench_service_{number:08}"))
        .collect();
    let map = RwLock::new(HashMap::new());
    for name in &names {
        let service = registry.service(name);
        map.write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.clone(), service);
    }
    [
        of(&names, |name| registry.find(name)),
        of(&names, |name| {
            map.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
        }),
    ]
}

/// The best of a few rounds, in an order that no cache foresees.
fn of<T>(names: &[String], find: impl Fn(&str) -> Option<T>) -> f64 {
    const LOOKUPS: u32 = 200_000;
    let round = || {
        let began = Instant::now();
        let mut next = 1_usize;
        for _ in 0..LOOKUPS {
            next = next
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            black_box(find(&names[(next >> 33) % names.len()]).is_some());
        }
        began.elapsed().as_secs_f64() * 1e9 / f64::from(LOOKUPS)
    };
    (0..5).map(|_| round()).fold(f64::INFINITY, f64::min)
}

//! Services found by name, and their memory. Annotated functions look theirs up once and keep it: the look-up is for names that are
//! known at run time only.

use crate::{
    figures::{Figures, Kind},
    measure::{heap, time},
};
use dashmap::DashMap;
use papaya::HashMap as PapayaMap;
use resilience_core::{BreakerPolicy, CircuitBreaker, Registry};
use std::{
    collections::HashMap,
    hint::black_box,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

/// How many services there are.
const SIZES: [usize; 3] = [1, 100, 100_000];

/// What services are found by name in, and what each takes.
pub const LOOK_UP: &str = "finding a service by name";
/// The memory of a service and its name.
pub const MEMORY: &str = "a service and its name";

/// Notes the bytes of each service: ours with budget, policy and statistics, and breakers alone in maps.
/// Needs the [counting allocator](heap::Counting).
pub fn bytes(figures: &mut Figures) {
    for services in SIZES {
        let names = names(services);
        let mut note = |whose: &str, bytes: i64| {
            #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
            let each = bytes as f64 / services as f64;
            figures.note(Kind::Bytes, MEMORY, &row(whose, services), each);
        };
        note("ours", heap::of(|| registry(&names)).0.bytes);
        note("breakers in a std map in a lock", heap::of(|| locked(&names)).0.bytes);
        note("breakers in dashmap", heap::of(|| dashed(&names)).0.bytes);
        note("breakers in papaya", heap::of(|| lock_free(&names)).0.bytes);
    }
}

/// Notes the nanoseconds of finding one.
pub fn nanos(figures: &mut Figures) {
    for services in SIZES {
        let names = names(services);
        let mut note = |whose: &str, nanos: f64| figures.note(Kind::Nanos, LOOK_UP, &row(whose, services), nanos);
        let registry = registry(&names);
        note("ours", of(&names, |name| registry.find(name)));
        let map = locked(&names);
        let read = || map.read().unwrap_or_else(PoisonError::into_inner);
        note(
            "breakers in a std map in a lock",
            of(&names, |name| read().get(name).cloned()),
        );
        let map = dashed(&names);
        note(
            "breakers in dashmap",
            of(&names, |name| map.get(name).map(|found| Arc::clone(&found))),
        );
        let map = lock_free(&names);
        note("breakers in papaya", of(&names, |name| map.pin().get(name).cloned()));
    }
}

fn row(whose: &str, services: usize) -> String {
    format!("{whose}, {services}")
}

fn names(services: usize) -> Vec<String> {
    (0..services)
        .map(|number| format!("bench_service_{number:08}"))
        .collect()
}

fn breaker() -> Arc<CircuitBreaker> {
    Arc::new(CircuitBreaker::new(&BreakerPolicy::DEFAULT))
}

fn registry(names: &[String]) -> &'static Registry {
    let registry = Registry::builder().max_services(names.len()).build();
    for name in names {
        let _ = registry.service(name);
    }
    registry
}

fn locked(names: &[String]) -> RwLock<HashMap<String, Arc<CircuitBreaker>>> {
    RwLock::new(names.iter().map(|name| (name.clone(), breaker())).collect())
}

fn dashed(names: &[String]) -> DashMap<String, Arc<CircuitBreaker>> {
    names.iter().map(|name| (name.clone(), breaker())).collect()
}

fn lock_free(names: &[String]) -> PapayaMap<String, Arc<CircuitBreaker>> {
    names.iter().map(|name| (name.clone(), breaker())).collect()
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
    time::on_one_core(|| (0..5).map(|_| round()).fold(f64::INFINITY, f64::min))
}

//! Readings of the clock, counted by a clock that counts.

use crate::{
    body::{Failed, ready, work, work_async},
    figures::{Figures, Kind},
    ours,
};
use resilience_core::{Registry, retry_service, time::Clock};
use std::{
    error::Error,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The only group of these figures.
pub const READINGS: &str = "readings of the clock, on a healthy service";
/// The same, of a call that is refused.
pub const REJECTED: &str = "readings of the clock, on an open circuit";

static READ: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
struct Counted;

impl Clock for Counted {
    fn now(&self) -> Duration {
        READ.fetch_add(1, Ordering::Relaxed);
        Duration::from_hours(1)
    }
}

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<&'static Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| Registry::builder().clock(Counted).build())
}

#[retry_service(name = "bench_clocks", registry = registry())]
fn plain(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_clocks", idempotent, registry = registry())]
fn idempotent(input: u64) -> Result<u64, Failed> {
    work(input)
}

#[retry_service(name = "bench_clocks", registry = registry())]
async fn plain_async(input: u64) -> Result<u64, Failed> {
    work_async(input).await
}

#[retry_service(name = "bench_clocks", idempotent, registry = registry())]
async fn idempotent_async(input: u64) -> Result<u64, Failed> {
    work_async(input).await
}

/// Notes the readings per call.
///
/// # Errors
/// A policy is not valid.
pub fn readings(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    let alone = ours::breaker(ours::consecutive(), Counted)?;
    let calls = ours::breaker(ours::count_window(100), Counted)?;
    let time = ours::breaker(ours::time_window(Duration::from_mins(1)), Counted)?;
    let mut note = |case: &str, call: &dyn Fn() -> Result<u64, Failed>| {
        figures.note(Kind::Readings, READINGS, case, per_call(call));
    };
    note("ours: consecutive", &|| alone.call(|| work(1))?);
    note("ours: 100 calls, full", &|| calls.call(|| work(1))?);
    note("ours: 60 s", &|| time.call(|| work(1))?);
    note("ours: annotated, sync", &|| plain(1));
    note("ours: annotated, async", &|| ready(plain_async(1)));
    note("ours: annotated, idempotent, sync", &|| idempotent(1));
    note("ours: annotated, idempotent, async", &|| ready(idempotent_async(1)));
    for _ in 0..5 {
        let _ = alone.call(|| work(crate::body::FAILING));
    }
    figures.note(Kind::Readings, REJECTED, "ours", per_call(&|| alone.call(|| work(1))?));
    Ok(())
}

fn per_call(call: &dyn Fn() -> Result<u64, Failed>) -> f64 {
    const CALLS: u32 = 1_000;
    let _ = call();
    let before = READ.load(Ordering::Relaxed);
    for _ in 0..CALLS {
        let _ = call();
    }
    let read = u32::try_from(READ.load(Ordering::Relaxed) - before).unwrap_or(u32::MAX);
    f64::from(read) / f64::from(CALLS)
}

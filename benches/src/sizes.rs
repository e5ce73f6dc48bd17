//! Bytes: of the types, of futures, and of breakers with what they have on the heap.

use crate::{
    annotated, asleep,
    body::work_async,
    figures::{Figures, Kind},
    measure::heap,
    nested,
    ours::{self, Still},
    peers::{
        backon, circuitbreaker_rs, execution_policy, failsafe, recloser, seatbelt, tokio_retry2, tower_resilience,
        tower_retry,
    },
    services,
};
use resilience_core::{
    BreakerOptions, BreakerPolicy, Call, CircuitBreaker, Interruption, Operation, Rejected, RetryPolicy, Service,
};
use std::{error::Error, time::Duration};

/// The types that a user holds.
pub const TYPES: &str = "types";
/// What a future grows by.
pub const FUTURES: &str = "a future, over its body's";
/// A breaker with what it has on the heap.
pub const BREAKERS: &str = "a breaker, with what it has on the heap; ours without its policy, which a static holds";
/// Calls asleep.
pub const ASLEEP: &str = "100,000 calls asleep between two attempts";

/// Notes all of them. Needs the [counting allocator](heap::Counting).
///
/// # Errors
/// A policy is not valid, or there is no runtime.
pub fn bytes(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    types(figures);
    futures(figures);
    breakers(figures)?;
    for (case, bytes) in asleep::bytes(100_000)? {
        figures.note(Kind::Bytes, ASLEEP, case, bytes);
    }
    services::bytes(figures);
    Ok(())
}

fn types(figures: &mut Figures) {
    for (case, bytes) in [
        ("ours: Rejected", size_of::<Rejected>()),
        ("ours: Interruption", size_of::<Interruption>()),
        ("ours: Call", size_of::<Call>()),
        ("ours: Operation", size_of::<Operation>()),
        ("ours: Service", size_of::<Service>()),
        ("ours: BreakerPolicy", size_of::<BreakerPolicy>()),
        ("ours: RetryPolicy", size_of::<RetryPolicy>()),
    ] {
        figures.note(Kind::Bytes, TYPES, case, float(bytes));
    }
}

fn futures(figures: &mut Figures) {
    static BREAKER: CircuitBreaker = CircuitBreaker::new(&BreakerPolicy::DEFAULT);
    let body = work_async(1);
    let bare = size_of_val(&body);
    let through = size_of_val(&BREAKER.call_async(body)) - bare;
    let mut note = |case: &str, bytes: usize| figures.note(Kind::Bytes, FUTURES, case, float(bytes));
    let [plain, idempotent] = annotated::future_sizes();
    note("ours: annotated, idempotent", idempotent);
    note("ours: annotated", plain);
    note("ours: breaker alone", through);
    let mut inner = bare;
    for (level, size) in (1..).zip(nested::future_sizes()) {
        note(
            &format!("ours: idempotent, level {level} over the one inside"),
            size - inner,
        );
        inner = size;
    }
    note("backon", backon::future_size());
    note("execution-policy", execution_policy::future_size());
    note("seatbelt: retry, breaker", seatbelt::future_size());
    note("tokio-retry2", tokio_retry2::future_size());
    note("tower: retry", tower_retry::future_size());
}

fn breakers(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    const MINUTE: Duration = Duration::from_mins(1);
    let cases = [
        ("ours: healthy", ours::consecutive(), false),
        ("ours: in trouble, consecutive", ours::consecutive(), true),
        ("ours: in trouble, 100 calls", ours::count_window(100), true),
        ("ours: in trouble, 1,000 calls", ours::count_window(1_000), true),
        ("ours: in trouble, 100,000 calls", ours::count_window(100_000), true),
        ("ours: in trouble, 60 s", ours::time_window(MINUTE), true),
    ];
    for (case, layer, fails) in cases {
        figures.note(Kind::Bytes, BREAKERS, case, float(of_ours(layer, fails)?));
    }
    let mut note = |case: &str, bytes: f64| figures.note(Kind::Bytes, BREAKERS, case, bytes);
    note("circuitbreaker-rs: default", made(circuitbreaker_rs::one));
    note("execution-policy: consecutive", made(execution_policy::one));
    note("failsafe: consecutive", made(failsafe::one));
    note("recloser: 100 calls", made(|| recloser::one(100)));
    note("recloser: 1,000 calls", made(|| recloser::one(1_000)));
    note("seatbelt: 60 s", made(seatbelt::one()));
    note("tower-resilience: consecutive", made(tower_resilience::one()?));
    Ok(())
}

/// The type, and the heap after a failure, or a success, and a success on this thread.
fn of_ours(layer: BreakerOptions, fails: bool) -> Result<usize, Box<dyn Error>> {
    let breaker = ours::breaker(layer, Still)?;
    let permits = [breaker.acquire()?, breaker.acquire()?];
    let (heap, ()) = heap::of(|| {
        let [first, second] = permits;
        if fails {
            first.failure();
        } else {
            first.success();
        }
        second.success();
    });
    Ok(size_of::<CircuitBreaker>() + usize::try_from(heap.bytes)?)
}

/// The type, and the heap of one among a few, so that what they share counts for little.
fn made<T>(make: impl Fn() -> T) -> f64 {
    const FEW: usize = 100;
    let mut kept = Vec::with_capacity(FEW);
    let (heap, ()) = heap::of(|| kept.extend((0..FEW).map(|_| make())));
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let on_heap = heap.bytes as f64 / float(FEW);
    float(size_of::<T>()) + on_heap
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn float(bytes: usize) -> f64 {
    bytes as f64
}

//! Bytes: of the types, and of what breakers have on the heap.

use crate::{
    annotated,
    body::work_async,
    measure::heap,
    nested,
    ours::{self, Still},
};
use resilience_core::{BreakerLayer, BreakerPolicy, Call, CircuitBreaker, Refused, Service};
use std::{error::Error, time::Duration};

/// What is measured, and its bytes.
pub type Size = (&'static str, usize);

/// The sizes of the types.
#[must_use]
pub fn of_types() -> Vec<Size> {
    static BREAKER: CircuitBreaker = CircuitBreaker::new(&BreakerPolicy::DEFAULT);
    let body = work_async(1);
    let bare = size_of_val(&body);
    let through = size_of_val(&BREAKER.call_async(body));
    vec![
        ("CircuitBreaker", size_of::<CircuitBreaker>()),
        ("call_async, over its body", through - bare),
        ("Refused", size_of::<Refused>()),
        ("BreakerPolicy", size_of::<BreakerPolicy>()),
        ("Call", size_of::<Call>()),
        ("annotated call, over its body", annotated::future_sizes()[0]),
        (
            "annotated and idempotent call, over its body",
            annotated::future_sizes()[1],
        ),
        ("2 levels nested", nested::future_sizes()[1]),
        ("5 levels nested", nested::future_sizes()[4]),
        ("Service", size_of::<Service>()),
    ]
}

/// The bytes on the heap after a failure, and a success, on this thread. Needs the [counting allocator](heap::Counting).
///
/// # Errors
/// A policy is not valid.
pub fn on_heap() -> Result<Vec<Size>, Box<dyn Error>> {
    const MINUTE: Duration = Duration::from_secs(60);
    let cases = [
        ("healthy", ours::consecutive(), false),
        ("in trouble: consecutive", ours::consecutive(), true),
        ("in trouble: 100 calls", ours::count_window(100), true),
        ("in trouble: 1,000 calls", ours::count_window(1_000), true),
        ("in trouble: 100,000 calls", ours::count_window(100_000), true),
        ("in trouble: 60 s", ours::time_window(MINUTE), true),
    ];
    cases
        .into_iter()
        .map(|(name, layer, fails)| Ok((name, bytes(layer, fails)?)))
        .collect()
}

fn bytes(layer: BreakerLayer, fails: bool) -> Result<usize, Box<dyn Error>> {
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
    Ok(usize::try_from(heap.bytes)?)
}

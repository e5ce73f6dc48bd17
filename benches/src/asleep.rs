//! Calls that sleep between two attempts: the bytes that each has on the heap, its task among them.

use crate::{
    annotated,
    body::FAILING,
    measure::heap,
    peers::{backon, execution_policy, seatbelt, summer_resilience, tokio_retry2, tower_resilience_retry},
};
use std::{error::Error, time::Duration};

/// Longer than it takes to count.
const DELAY: Duration = Duration::from_mins(10);

/// What waits, and its bytes for each of so many calls. Needs the [counting allocator](heap::Counting).
///
/// # Errors
/// There is no runtime, or a policy is not valid.
pub fn bytes(calls: u32) -> Result<Vec<(&'static str, f64)>, Box<dyn Error>> {
    annotated::sleep_for(DELAY)?;
    let policy = execution_policy::sleeping(DELAY);
    let belted = seatbelt::sleeping(DELAY);
    let layered = tower_resilience_retry::sleeping(DELAY);
    Ok(vec![
        ("tokio: sleep", of(calls, || tokio::time::sleep(DELAY))?),
        ("ours: annotated, idempotent", of(calls, || annotated::asleep(FAILING))?),
        ("backon", of(calls, || backon::asleep(DELAY))?),
        (
            "execution-policy",
            of(calls, || execution_policy::asleep(policy.clone()))?,
        ),
        ("seatbelt", of(calls, || seatbelt::asleep(belted.clone()))?),
        ("summer-resilience", of(calls, || summer_resilience::asleep(DELAY))?),
        ("tokio-retry2", of(calls, || tokio_retry2::asleep(DELAY))?),
        (
            "tower-resilience-retry",
            of(calls, || tower_resilience_retry::asleep(layered.clone()))?,
        ),
    ])
}

fn of<F: Future<Output: Send> + Send + 'static>(calls: u32, call: impl Fn() -> F) -> Result<f64, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let (heap, tasks) = heap::of(|| {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..calls).map(|_| tokio::spawn(call())).collect();
            // Polled once each, all of them sleep.
            for _ in 0..calls {
                tokio::task::yield_now().await;
            }
            tasks
        })
    });
    let handles = size_of_val(tasks.as_slice());
    let bytes = usize::try_from(heap.bytes)?.saturating_sub(handles);
    Ok(f64::from(u32::try_from(bytes)?) / f64::from(calls))
}

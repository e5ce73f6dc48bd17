//! Tokio's timer, where the current runtime has one.

use super::Sleeping;
use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};
use tokio::runtime::{Handle, Id};

/// Runtimes that were found to have no timer.
static WITHOUT_TIMER: LazyLock<Mutex<HashSet<Id>>> = LazyLock::new(Mutex::default);

/// A sleep on the current runtime's timer; `None` where there is no runtime or it has no timer.
pub(super) fn sleep(duration: Duration) -> Option<Sleeping> {
    let runtime = Handle::try_current().ok()?.id();
    if cfg!(panic = "abort") || without_timer(|runtimes| runtimes.contains(&runtime)) {
        return None;
    }
    // Tokio offers no question for this: making a sleep panics where the runtime has no timer.
    let sleep = catch_unwind(AssertUnwindSafe(|| tokio::time::sleep(duration)));
    match sleep {
        Ok(sleep) => Some(Box::pin(sleep)),
        Err(_) => {
            without_timer(|runtimes| runtimes.insert(runtime));
            None
        }
    }
}

fn without_timer(ask: impl FnOnce(&mut HashSet<Id>) -> bool) -> bool {
    ask(&mut WITHOUT_TIMER.lock().unwrap_or_else(PoisonError::into_inner))
}

//! Tokio's timer, where the current runtime has one.

use pin_project_lite::pin_project;
use std::{
    collections::HashSet,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{LazyLock, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    runtime::{Handle, Id},
    task::coop::unconstrained,
    time::{Instant, Sleep},
};

/// Runtimes that were found to have no timer.
static WITHOUT_TIMER: LazyLock<Mutex<HashSet<Id>>> = LazyLock::new(Mutex::default);

/// A sleep on the current runtime's timer; `None` where there is no runtime or it has no timer.
pub(super) fn sleep(duration: Duration) -> Option<OnRuntime> {
    let runtime = Handle::try_current().ok()?.id();
    if cfg!(panic = "abort") || without_timer(|runtimes| runtimes.contains(&runtime)) {
        return None;
    }
    // Tokio offers no question for this: making a sleep panics where the runtime has no timer.
    let sleep = catch_unwind(AssertUnwindSafe(|| tokio::time::sleep(duration)));
    match sleep {
        Ok(sleep) => Some(OnRuntime { sleep }),
        Err(_) => {
            without_timer(|runtimes| runtimes.insert(runtime));
            None
        }
    }
}

pin_project! {
    /// A sleep on a runtime's timer.
    pub(super) struct OnRuntime {
        #[pin]
        sleep: Sleep,
    }
}

impl OnRuntime {
    /// # Errors
    /// The time that is left, where the runtime has been shut down meanwhile.
    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Result<Poll<()>, Duration> {
        let mut sleep = self.project().sleep;
        // Outside tokio's budget for a task: a body that has used it up must not keep its own timeout from firing.
        let mut unconstrained = unconstrained(sleep.as_mut());
        // A timer whose runtime has been shut down panics.
        catch_unwind(AssertUnwindSafe(|| Pin::new(&mut unconstrained).poll(cx)))
            .map_err(|_| sleep.deadline().saturating_duration_since(Instant::now()))
    }
}

fn without_timer(ask: impl FnOnce(&mut HashSet<Id>) -> bool) -> bool {
    ask(&mut WITHOUT_TIMER.lock().unwrap_or_else(PoisonError::into_inner))
}

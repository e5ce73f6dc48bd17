//! Tokio's timer, where the current runtime has one.

use pin_project_lite::pin_project;
use std::{
    collections::HashMap,
    future::{self, Future},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    runtime::{Handle, Id},
    task::{AbortHandle, coop::unconstrained},
    time::{Instant, Sleep},
};

/// The runtimes that calls have slept on, and what was found there: a watch, or nothing where there is no timer.
static RUNTIMES: LazyLock<Mutex<HashMap<Id, Option<Watch>>>> = LazyLock::new(Mutex::default);

/// A task that does nothing but wait until its runtime ends: a runtime drops its tasks before its timer.
///
/// Tokio offers no question for the end, and a sleep that is polled after it panics.
#[derive(Clone)]
struct Watch(AbortHandle);

impl Watch {
    fn start(runtime: &Handle) -> Self {
        Self(runtime.spawn(future::pending::<()>()).abort_handle())
    }

    fn runtime_has_ended(&self) -> bool {
        self.0.is_finished()
    }
}

/// A sleep on the current runtime's timer; `None` where there is no runtime, or it has no timer or has ended.
pub(super) fn sleep(duration: Duration) -> Option<OnRuntime> {
    if cfg!(panic = "abort") {
        return None;
    }
    let runtime = Handle::try_current().ok()?;
    let known = runtimes().get(&runtime.id()).cloned();
    if let Some(watch) = known {
        let watch = watch.filter(|watch| !watch.runtime_has_ended())?;
        let sleep = tokio::time::sleep(duration);
        return Some(OnRuntime { sleep, watch });
    }
    // Tokio offers no question for this either: making a sleep panics where the runtime has no timer.
    let sleep = catch_unwind(AssertUnwindSafe(|| tokio::time::sleep(duration))).ok();
    // Outside of the lock: a runtime may have hooks for the tasks that are spawned.
    let watch = sleep.is_some().then(|| Watch::start(&runtime));
    let mut runtimes = runtimes();
    // Of runtimes without a timer nobody knows when they end.
    runtimes.retain(|_, watch| watch.as_ref().is_none_or(|watch| !watch.runtime_has_ended()));
    let quicker = runtimes.insert(runtime.id(), watch.clone()).flatten();
    drop(runtimes);
    if let Some(quicker) = quicker {
        quicker.0.abort();
    }
    let watch = watch.filter(|watch| !watch.runtime_has_ended())?;
    Some(OnRuntime { sleep: sleep?, watch })
}

pin_project! {
    /// A sleep on a runtime's timer.
    pub(super) struct OnRuntime {
        #[pin]
        sleep: Sleep,
        watch: Watch,
    }
}

impl OnRuntime {
    /// # Errors
    /// The time that is left, where the runtime has been shut down meanwhile.
    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Result<Poll<()>, Duration> {
        let this = self.project();
        let mut sleep = this.sleep;
        let left = |sleep: &Sleep| sleep.deadline().saturating_duration_since(Instant::now());
        if this.watch.runtime_has_ended() {
            return Err(left(&sleep));
        }
        // Outside tokio's budget for a task: a body that has used it up must not keep its own timeout from firing.
        let mut unconstrained = unconstrained(sleep.as_mut());
        // The runtime may end between the question and the poll, on another thread.
        catch_unwind(AssertUnwindSafe(|| Pin::new(&mut unconstrained).poll(cx))).map_err(|_| left(&sleep))
    }
}

fn runtimes() -> MutexGuard<'static, HashMap<Id, Option<Watch>>> {
    RUNTIMES.lock().unwrap_or_else(PoisonError::into_inner)
}

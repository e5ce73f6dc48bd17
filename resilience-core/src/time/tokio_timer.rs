//! Tokio's timer, where the current runtime has one.

use super::Sleeping;
use futures_timer::Delay;
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
    task::coop::{Unconstrained, unconstrained},
    time::{Instant, Sleep},
};

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
        Ok(sleep) => Some(Box::pin(OnRuntime {
            until: sleep.deadline(),
            sleep: unconstrained(sleep),
            elsewhere: None,
        })),
        Err(_) => {
            without_timer(|runtimes| runtimes.insert(runtime));
            None
        }
    }
}

pin_project! {
    /// A sleep on a runtime's timer that goes on elsewhere when the runtime is shut down.
    struct OnRuntime {
        until: Instant,
        // Outside tokio's budget for a task: a body that has used it up must not keep its own timeout from firing.
        #[pin]
        sleep: Unconstrained<Sleep>,
        elsewhere: Option<Delay>,
    }
}

impl Future for OnRuntime {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if let Some(elsewhere) = this.elsewhere {
            return Pin::new(elsewhere).poll(cx);
        }
        // A timer whose runtime has been shut down panics.
        catch_unwind(AssertUnwindSafe(|| this.sleep.as_mut().poll(cx))).unwrap_or_else(|_| {
            let left = this.until.saturating_duration_since(Instant::now());
            Pin::new(this.elsewhere.insert(Delay::new(left))).poll(cx)
        })
    }
}

fn without_timer(ask: impl FnOnce(&mut HashSet<Id>) -> bool) -> bool {
    ask(&mut WITHOUT_TIMER.lock().unwrap_or_else(PoisonError::into_inner))
}

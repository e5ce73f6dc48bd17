//! The wait between two attempts.

use super::Call;
use crate::{telemetry::events, time};
use std::{
    fmt,
    future::Future,
    panic::UnwindSafe,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

impl Call {
    /// Waits before the next attempt, on the sleeper of the call's registry. Dropping it ends the call; the retry it waited for
    /// costs the budget nothing then.
    #[inline]
    pub fn sleep(&mut self, delay: Duration) -> Sleep<'_> {
        Sleep {
            call: self,
            delay: Some(delay),
        }
    }

    /// Waits before the next attempt, on the sleeper of the call's registry; the thread sleeps.
    #[cold]
    pub fn sleep_blocking(&mut self, delay: Duration) {
        if time::inside_async_runtime() && self.link.warns_first() {
            events::blocking_sleep_in_runtime(self.link.subject());
        }
        if !delay.is_zero() {
            self.link.service.registry().sleeper().sleep_blocking(delay);
        }
    }
}

/// The wait between two attempts of a call.
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep<'c> {
    call: &'c mut Call,
    /// Until the sleep has begun.
    delay: Option<Duration>,
}

impl Future for Sleep<'_> {
    type Output = ();

    #[cold]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { call, delay } = self.get_mut();
        if let Some(delay) = delay.take() {
            if delay.is_zero() {
                return Poll::Ready(());
            }
            let sleeping = call.link.service.registry().sleeper().sleep(delay);
            call.trouble().timer = Some(sleeping);
        }
        let Some(timer) = call.trouble.0.as_mut().and_then(|trouble| trouble.timer.as_mut()) else {
            return Poll::Ready(());
        };
        let polled = timer.as_mut().poll(cx);
        if polled.is_ready() {
            call.trouble().timer = None;
        }
        polled
    }
}

impl Drop for Sleep<'_> {
    #[cold]
    fn drop(&mut self) {
        if let Some(trouble) = &mut self.call.trouble.0 {
            trouble.timer = None;
        }
    }
}

impl fmt::Debug for Sleep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

// Nothing of a call is left half-changed by a sleep.
impl UnwindSafe for Sleep<'_> {}

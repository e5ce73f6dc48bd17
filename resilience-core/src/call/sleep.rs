//! The wait between two attempts.

use super::{AT_ONCE, Call};
use crate::{link::Warning, telemetry::events, time};
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
    ///
    /// [`admit`](Self::admit) is to follow at once: after a delay of zero it takes the time to be what it was when the outcome was
    /// judged.
    #[inline]
    pub fn sleep(&mut self, delay: Duration) -> Sleep<'_> {
        Sleep {
            call: self,
            delay: Some(delay),
        }
    }

    /// Waits before the next attempt, on the sleeper of the call's registry; the thread sleeps. [`admit`](Self::admit) is to follow
    /// at once, as after [`sleep`](Self::sleep).
    #[cold]
    pub fn sleep_blocking(&mut self, delay: Duration) {
        if time::inside_async_runtime() && self.link.is_first(Warning::BlockingSleep) {
            events::blocking_sleep_in_runtime(self.link.subject());
        }
        if delay.is_zero() {
            self.flags |= AT_ONCE;
        } else {
            self.flags &= !AT_ONCE;
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

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.delay == Some(Duration::ZERO) {
            self.get_mut().call.flags |= AT_ONCE;
            return Poll::Ready(());
        }
        self.get_mut().wait(cx)
    }
}

impl Sleep<'_> {
    #[cold]
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(delay) = self.delay.take() {
            self.call.flags &= !AT_ONCE;
            let timer = self.call.link.service.registry().sleep(delay);
            self.call.trouble().start_timer(timer);
        }
        let Some(timer) = self.call.trouble.timer() else {
            return Poll::Ready(());
        };
        let polled = timer.poll(cx);
        if polled.is_ready() {
            self.call.trouble.stop_timer();
        }
        polled
    }
}

impl Drop for Sleep<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.delay.is_none() {
            self.call.trouble.stop_timer();
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

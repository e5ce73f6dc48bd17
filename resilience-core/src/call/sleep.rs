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
            stage: Stage::New(delay),
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
            let registry = self.link.service.registry();
            registry
                .sleeper()
                .sleep_blocking_until(delay, registry.shutdown_signal());
        }
    }
}

/// The wait between two attempts of a call.
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep<'c> {
    call: &'c mut Call,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    New(Duration),
    /// Its place among those who hear of a shutdown.
    Waiting(u64),
    Done,
}

impl Future for Sleep<'_> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.stage == Stage::New(Duration::ZERO) {
            self.get_mut().call.flags |= AT_ONCE;
            return Poll::Ready(());
        }
        self.get_mut().wait(cx)
    }
}

impl Sleep<'_> {
    #[cold]
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let registry = self.call.link.service.registry();
        let mut place = None;
        match self.stage {
            Stage::New(delay) => {
                self.call.flags &= !AT_ONCE;
                let timer = registry.sleep(delay);
                self.call.trouble().start_timer(timer);
            }
            Stage::Waiting(number) => place = Some(number),
            Stage::Done => {}
        }
        // From here on the timer is to be stopped, whatever panics.
        self.stage = place.map_or(Stage::Done, Stage::Waiting);
        let Some(timer) = self.call.trouble.timer() else {
            return Poll::Ready(());
        };
        let is_over = timer.poll(cx).is_ready() || registry.shutdown_signal().poll(&mut place, cx);
        self.stage = place.map_or(Stage::Done, Stage::Waiting);
        if is_over {
            self.stop();
            return Poll::Ready(());
        }
        Poll::Pending
    }

    #[cold]
    fn stop(&mut self) {
        if let Stage::Waiting(place) = self.stage {
            self.call.link.service.registry().shutdown_signal().leave(place);
        }
        self.stage = Stage::Done;
        self.call.trouble.stop_timer();
    }
}

impl Drop for Sleep<'_> {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.stage, Stage::New(_)) {
            self.stop();
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

use super::{
    Sleeping,
    thread_timer::Delay,
    tokio_timer::{self, OnRuntime},
};
use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

pin_project! {
    /// A sleep under way, where a call keeps it: the usual ones need no box of their own.
    #[project = Projected]
    #[derive(Default)]
    pub(crate) enum Timer {
        // None is under way.
        #[default]
        Idle,
        // Of a sleeper that somebody else has written.
        Foreign { sleeping: Sleeping },
        // On the timer thread.
        Thread { delay: Delay },
        // On a runtime's timer.
        Runtime { #[pin] sleep: OnRuntime },
    }
}

impl Timer {
    /// A sleep of the [default sleeper](super::SystemSleeper).
    pub(crate) fn system(duration: Duration) -> Self {
        match tokio_timer::sleep(duration) {
            Some(sleep) => Self::Runtime { sleep },
            None => Self::Thread {
                delay: Delay::new(duration),
            },
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.as_mut().project() {
            Projected::Idle => Poll::Ready(()),
            Projected::Foreign { sleeping } => sleeping.as_mut().poll(cx),
            Projected::Thread { delay } => Pin::new(delay).poll(cx),
            Projected::Runtime { sleep } => match sleep.poll(cx) {
                Ok(polled) => polled,
                Err(left) => {
                    self.set(Self::Thread {
                        delay: Delay::new(left),
                    });
                    self.poll(cx)
                }
            },
        }
    }
}

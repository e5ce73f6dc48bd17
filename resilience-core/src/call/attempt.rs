//! One run of the user's body, in the scope of its call.

use super::{Call, PANICKED, Started, TIMED_OUT};
use crate::{
    interruption::{FromInterruption, Interruption, Reason},
    link::Link,
    scope::{self, Scope},
};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    mem,
    panic::UnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

impl Call {
    /// One run of an async body. Dropping it cancels the attempt.
    #[inline]
    pub fn attempt<F: Future>(&mut self, body: F) -> Attempt<'_, F> {
        Attempt { call: self, body }
    }

    /// One run of a synchronous body.
    #[inline]
    pub fn attempt_blocking<O>(&mut self, body: impl FnOnce() -> O) -> O {
        if self.flags & Link::UNCLOCKED != 0 {
            self.start_clock();
        }
        self.within(body)
    }

    /// Runs `body` in the scope of this call and puts back what was there before.
    #[inline]
    fn within<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let outer = scope::current();
        let before = outer.inside(self.may_retry(outer), self.flags & Scope::NEWS);
        scope::set(before);
        let unwinding = Unwinding {
            call: &mut *self,
            outer,
        };
        let result = body();
        // The guard is for unwinding only: otherwise there is less to do.
        mem::forget(unwinding);
        let after = scope::current();
        if after == before {
            scope::set(outer);
        } else {
            self.learn(outer, after);
        }
        result
    }

    /// Takes up what the body's scope has to tell, and leaves it.
    #[cold]
    fn learn(&mut self, outer: Scope, inner: Scope) {
        self.flags = (self.flags & !Scope::NEWS) | inner.news();
        if inner.has(Scope::APPLIED) {
            // No depth is small enough for another attempt.
            self.flags &= (1 << Link::DEPTH_SHIFT) - 1;
        }
        if inner.has(Scope::CARRIED) {
            let carried = scope::with_surroundings(|here| here.carried_out.clone());
            let known = &mut self.trouble().carried;
            for token in carried {
                if !known.iter().any(|other| Arc::ptr_eq(other, &token)) {
                    known.push(token);
                }
            }
        }
        if inner.has(Scope::CLOCKED) && self.flags & Link::UNCLOCKED != 0 {
            let registry = self.link.service.registry();
            let read = scope::with_surroundings(|here| here.clock_read);
            match read {
                Some((clock, now)) if std::ptr::eq(clock, registry) => self.set_clock(now),
                _ => self.start_clock(),
            }
        }
        if !outer.has(Scope::IN_ATTEMPT) {
            // Everybody around has heard of it.
            scope::with_surroundings(|here| {
                here.carried_out.clear();
                here.clock_read = None;
            });
        }
        scope::set(outer.after(inner));
    }

    /// Starts the clock of this call, and lets those around know that a clock was needed.
    #[cold]
    fn start_clock(&mut self) {
        let registry = self.link.service.registry();
        let now = registry.now();
        self.set_clock(now);
        let scope = scope::current();
        if scope.has(Scope::IN_ATTEMPT) && !scope.has(Scope::CLOCKED) {
            scope::with_surroundings(|here| here.clock_read = Some((registry, now)));
            scope::set(scope.with(Scope::CLOCKED));
        }
    }

    fn set_clock(&mut self, now: Duration) {
        // One nanosecond more than the time, so that the origin itself is a time.
        let nanos = now
            .as_secs()
            .saturating_mul(1_000_000_000)
            .saturating_add(u64::from(now.subsec_nanos()) + 1);
        self.started = Started::new(nanos);
        self.flags &= !Link::UNCLOCKED;
    }

    /// The time since the call's clock started; starts it where it has not.
    pub(super) fn elapsed(&mut self, now: Duration) -> Duration {
        match self.started {
            Some(started) => now.saturating_sub(Duration::from_nanos(started.get() - 1)),
            None => {
                self.start_clock();
                Duration::ZERO
            }
        }
    }

    /// The body is pending: starts the clock, and looks after the attempt's timeout.
    #[inline]
    fn suspended<O: FromInterruption>(&mut self, cx: &mut Context<'_>) -> Poll<O> {
        if self.flags & (Link::UNCLOCKED | Link::TIMEOUT) == 0 {
            return Poll::Pending;
        }
        self.suspended_on_time(cx).map(O::from_interruption)
    }

    #[cold]
    fn suspended_on_time(&mut self, cx: &mut Context<'_>) -> Poll<Interruption> {
        if self.flags & Link::UNCLOCKED != 0 {
            self.start_clock();
        }
        let link = self.link;
        let attempts = self.attempts;
        if self.flags & Link::TIMEOUT == 0 {
            return Poll::Pending;
        }
        let timer = &mut self.trouble().timer;
        if timer.is_none() {
            *timer = link
                .policy()
                .attempt_timeout
                .map(|timeout| link.service.registry().sleeper().sleep(timeout));
        }
        match timer {
            Some(sleeping) => match sleeping.as_mut().poll(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(()) => {
                    *timer = None;
                    self.flags |= TIMED_OUT;
                    Poll::Ready(Interruption::new(link.origin(), Reason::AttemptTimeout, attempts, None))
                }
            },
            // The timeout was taken back since the call began.
            None => Poll::Pending,
        }
    }
}

/// Leaves the scope when the body unwinds.
struct Unwinding<'a> {
    call: &'a mut Call,
    outer: Scope,
}

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        self.call.flags |= PANICKED;
        self.call.learn(self.outer, scope::current());
    }
}

pin_project! {
    /// One run of an async body: polls it in the scope of its call.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Attempt<'c, F> {
        call: &'c mut Call,
        #[pin]
        body: F,
    }
}

impl<F> Future for Attempt<'_, F>
where
    F: Future,
    F::Output: FromInterruption,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.call.within(|| this.body.poll(cx));
        match polled {
            Poll::Ready(outcome) => Poll::Ready(outcome),
            Poll::Pending => this.call.suspended(cx),
        }
    }
}

impl<F> fmt::Debug for Attempt<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

// The call stays whole when a body panics: see its own implementation.
impl<F: UnwindSafe> UnwindSafe for Attempt<'_, F> {}

//! One run of the user's body, in the scope of its call.

use super::{ATTEMPT_CLOCKED, CUT_BY_DEADLINE, Call, DEADLINE, INSIDE, PANICKED, TIMED_OUT};
use crate::{
    deadline::{self, Deadline},
    interruption::{FromInterruption, Interruption, Reason},
    link::Link,
    scope::{self, Scope},
    time::{Started, Timer},
};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    mem,
    panic::UnwindSafe,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

impl Call {
    /// One run of an async body. Dropping it cancels the attempt.
    #[inline]
    pub fn attempt<F: Future>(&mut self, body: F) -> Attempt<'_, F> {
        Attempt {
            call: self,
            body: Some(body),
        }
    }

    /// One run of a synchronous body.
    #[inline]
    pub fn attempt_blocking<O>(&mut self, body: impl FnOnce() -> O) -> O {
        if self.flags & Link::UNCLOCKED != 0 {
            self.read_clock();
        }
        self.within(body)
    }

    /// Runs `body` in the scope of this call and puts back what was there before.
    #[inline]
    fn within<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let outer = scope::current();
        let before = if outer.is_bottom() && self.flags & Link::TIMEOUT == 0 {
            if self.flags & Link::LIMITED != 0 {
                scope::set_deadline(Some(self.own_deadline()));
            }
            let before = Scope::of(self.flags & Link::SCOPE);
            scope::set(before);
            before
        } else {
            self.enter(outer)
        };
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
            self.leave(outer, after);
        }
        result
    }

    /// Enters the scope of an attempt inside `outer`, or of one that has a timeout: see [`scope::enter`].
    #[inline(never)]
    fn enter(&mut self, outer: Scope) -> Scope {
        self.flags |= INSIDE;
        if self.flags & (Link::TIMEOUT | ATTEMPT_CLOCKED) == Link::TIMEOUT {
            self.start_attempt_clock();
        }
        let (may_retry, news) = (self.may_retry(outer), self.flags & Scope::NEWS);
        if self.flags & Link::LIMITED == 0 {
            return scope::enter(outer, may_retry, news);
        }
        if self.flags & Link::UNCLOCKED != 0 {
            let registry = self.link.service.registry();
            if scope::deadline().is_some_and(|around| !around.waits_for(registry)) {
                self.read_clock();
            }
        }
        scope::enter_timed(outer, may_retry, news, self.own_deadline())
    }

    #[cold]
    pub(super) fn leave(&mut self, outer: Scope, inner: Scope) {
        self.learn(outer, inner);
        if inner.has(Scope::CLOCKED) && self.flags & Link::UNCLOCKED != 0 {
            // Somebody inside read a clock, though not ours.
            self.read_clock();
        }
    }

    /// Takes up what the body's scope has to tell, and leaves it. Runs no user code: it may be called while unwinding.
    #[cold]
    fn learn(&mut self, outer: Scope, inner: Scope) {
        self.flags = (self.flags & !Scope::NEWS) | inner.news();
        if inner.has(Scope::APPLIED) {
            // No depth is small enough for another attempt.
            self.flags &= ((1 << Link::DEPTH_SHIFT) - 1) & !Link::RETRIES;
        }
        let wanted = (self.flags & Link::UNCLOCKED != 0).then(|| self.link.service.registry());
        let read = scope::leave(outer, inner, wanted, |tokens| {
            self.trouble().rare_mut().carried.add(tokens);
        });
        if let Some(now) = read {
            self.set_clock(now);
        }
    }

    /// Leaves the scope of a body that panics.
    pub(super) fn unwind(&mut self, outer: Scope) {
        self.flags |= PANICKED;
        self.learn(outer, scope::current());
    }

    /// Starts the clock of this call with a look at the registry's.
    #[inline(never)]
    pub(super) fn read_clock(&mut self) {
        let now = self.link.service.registry().now();
        self.start_clock(now);
    }

    /// Starts the clock of this call, and lets those around know that a clock was needed.
    #[inline]
    pub(super) fn start_clock(&mut self, now: Duration) {
        self.set_clock(now);
        if scope::current().has(Scope::IN_ATTEMPT) {
            scope::tell_clock(self.link.service.registry(), now);
        }
    }

    #[inline]
    fn set_clock(&mut self, now: Duration) {
        self.started = Started::at(now);
        self.flags &= !Link::UNCLOCKED;
    }

    /// The time since the call's clock started; starts it where it has not.
    pub(super) fn elapsed(&mut self, now: Duration) -> Duration {
        if self.flags & Link::UNCLOCKED != 0 {
            self.start_clock(now);
        }
        self.started.elapsed(now)
    }

    /// The body is pending: starts the clock, and looks after the attempt's timeout.
    #[inline]
    fn suspended<O: FromInterruption>(&mut self, cx: &mut Context<'_>) -> Poll<O> {
        if self.flags & (Link::UNCLOCKED | Link::TIMEOUT | DEADLINE) == 0 {
            return Poll::Pending;
        }
        self.suspended_on_time(cx).map(O::from_interruption)
    }

    #[cold]
    fn suspended_on_time(&mut self, cx: &mut Context<'_>) -> Poll<Interruption> {
        if self.flags & Link::UNCLOCKED != 0 {
            self.read_clock();
        }
        if self.flags & (Link::TIMEOUT | DEADLINE) == 0 {
            return Poll::Pending;
        }
        if self.trouble.timer().is_none() {
            // The timeout may have been taken back since the call began.
            let Some(timeout) = self.time_for_attempt() else {
                return Poll::Pending;
            };
            let timer = if self.is_cut_by_time_around() {
                // Nobody's wait: a sleeper that skips all waits, or moves a clock instead, must not end the time of a call.
                Timer::system(timeout)
            } else {
                self.link.service.registry().sleep(timeout)
            };
            self.trouble().start_timer(timer);
        }
        let polled = self.trouble.timer().map(|timer| timer.poll(cx));
        if polled != Some(Poll::Ready(())) {
            return Poll::Pending;
        }
        self.trouble.stop_timer();
        if self.is_cut_by_time_around() && !self.time_around_is_over() {
            // The time of the registry is not that of the system.
            return Poll::Pending;
        }
        // The outcome is ours now, whatever was refused further in before.
        self.flags = (self.flags | TIMED_OUT) & !Scope::MARKED;
        let attempts = self.attempts();
        Poll::Ready(Interruption::new(self.link.origin(), Reason::AttemptTimeout, attempts))
    }
}

impl Call {
    /// How long the present attempt may take: until its own timeout, and no longer than those around have time.
    fn time_for_attempt(&mut self) -> Option<Duration> {
        let policy = self.policy();
        self.trouble().keep_policy(policy);
        let own = policy.attempt_timeout.filter(|_| self.flags & Link::TIMEOUT != 0);
        self.flags &= !CUT_BY_DEADLINE;
        match (own, deadline::left()) {
            (Some(own), Some(left)) if left >= own => Some(own),
            (own, None) => own,
            (_, left) => {
                self.flags |= CUT_BY_DEADLINE;
                left
            }
        }
    }

    /// Whether the timer of the attempt stands for the end of the time of a call around, and nobody has set a deadline.
    fn is_cut_by_time_around(&self) -> bool {
        self.flags & CUT_BY_DEADLINE != 0 && !scope::current().has(Scope::DEADLINE)
    }

    /// Whether the time of the calls around is over, as far as a clock can tell that may lag behind.
    fn time_around_is_over(&self) -> bool {
        let resolution = self.link.service.registry().clock_resolution().0;
        // Times of calls are counted in whole milliseconds.
        deadline::left().is_some_and(|left| left <= Duration::from_millis(resolution + 1))
    }

    /// What the calls inside have to know of the time that this one has left: their waits and timeouts end with it.
    #[inline]
    fn own_deadline(&self) -> Deadline {
        Deadline::OfCall {
            link: self.link,
            started: self.started,
            runs: self.flags & Link::UNCLOCKED == 0,
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
        self.call.unwind(self.outer);
    }
}

pin_project! {
    /// One run of an async body: polls it in the scope of its call.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Attempt<'c, F> {
        call: &'c mut Call,
        // None once it was cut by its timeout.
        #[pin]
        body: Option<F>,
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
        self.poll_as(cx, |outcome| outcome)
    }
}

impl<F: Future> Attempt<'_, F> {
    /// Polls the body; `answered` makes of its outcome what can be an interruption, too.
    #[inline]
    pub(super) fn poll_as<O: FromInterruption>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        answered: impl FnOnce(F::Output) -> O,
    ) -> Poll<O> {
        let mut this = self.project();
        let call = &mut **this.call;
        let Some(body) = this.body.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        if let Poll::Ready(outcome) = call.within(|| body.poll(cx)) {
            return Poll::Ready(answered(outcome));
        }
        let cut = call.suspended(cx);
        if cut.is_ready() {
            // In the scope of the attempt: its destructors are part of it.
            call.within(|| this.body.set(None));
            // What was refused in there makes the timeout no other's.
            call.flags &= !Scope::MARKED;
        }
        cut
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

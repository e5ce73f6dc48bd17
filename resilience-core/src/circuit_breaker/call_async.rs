use super::{CircuitBreaker, Rejected};
use crate::{
    breaker::{Ending, Permit},
    classify::Outcome,
    random::{RandomSource, ThreadRandom},
    time::{Clock, SystemClock},
};
use pin_project_lite::pin_project;
use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
};

pin_project! {
    /// A future that runs through a [`CircuitBreaker`]: see [`CircuitBreaker::call_async`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct CallAsync<'b, F, C: Clock = SystemClock, R: RandomSource = ThreadRandom> {
        breaker: &'b CircuitBreaker<C, R>,
        // None before the first poll; finished after the last.
        permit: Permit,
        #[pin]
        body: F,
    }

    impl<F, C: Clock, R: RandomSource> PinnedDrop for CallAsync<'_, F, C, R> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if !this.permit.is_none() {
                this.breaker.end(*this.permit, Ending::Abandoned);
            }
        }
    }
}

impl<'b, F, C: Clock, R: RandomSource> CallAsync<'b, F, C, R> {
    pub(super) fn new(breaker: &'b CircuitBreaker<C, R>, body: F) -> Self {
        Self {
            breaker,
            permit: Permit::NONE,
            body,
        }
    }
}

impl<F, C, R> Future for CallAsync<'_, F, C, R>
where
    F: Future,
    F::Output: Outcome,
    C: Clock,
    R: RandomSource,
{
    type Output = Result<F::Output, Rejected>;

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a future that knows its body is half as long; what is cold is out of line"
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let breaker = *this.breaker;
        if this.permit.is_none() {
            let word = breaker.breaker.word();
            if *this.permit == Permit::NONE && word.is_healthy() {
                *this.permit = Permit::of_healthy(word);
            } else if *this.permit == Permit::FINISHED {
                return Poll::Pending;
            } else {
                // Nothing is held until then, also if a clock panics.
                *this.permit = Permit::FINISHED;
                *this.permit = breaker.admit(word)?;
            }
        }
        let unwinding = Unwinding {
            breaker,
            permit: this.permit,
        };
        let poll = this.body.poll(cx).map(|outcome| (outcome.verdict(), outcome));
        mem::forget(unwinding);
        let Poll::Ready((verdict, outcome)) = poll else {
            return Poll::Pending;
        };
        let permit = mem::replace(this.permit, Permit::FINISHED);
        breaker.judge(permit, verdict);
        Poll::Ready(Ok(outcome))
    }
}

/// The body panics, or the classification of its outcome.
struct Unwinding<'p, 'b, C: Clock, R: RandomSource> {
    breaker: &'b CircuitBreaker<C, R>,
    permit: &'p mut Permit,
}

impl<C: Clock, R: RandomSource> Drop for Unwinding<'_, '_, C, R> {
    fn drop(&mut self) {
        let permit = mem::replace(self.permit, Permit::FINISHED);
        self.breaker.end(permit, Ending::Failure);
    }
}

impl<F, C: Clock, R: RandomSource> fmt::Debug for CallAsync<'_, F, C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallAsync").finish_non_exhaustive()
    }
}

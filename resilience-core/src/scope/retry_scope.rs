use super::{Around, CarriedOut, Inside, Scope, current, enter, leave, set, with_surroundings};
use crate::{deadline, registry::Registry, telemetry::events};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// A retry loop of your own, made known to the calls inside it, so that attempts do not multiply.
///
/// Run each round of the loop as an [`attempt`](Self::attempt): calls inside see that somebody out here retries, and make one
/// attempt each, through their breakers. Before another round, ask [`may_repeat`](Self::may_repeat).
///
/// ```
/// use resilience_core::scope::{self, RetryScope};
///
/// let mut retries = RetryScope::enter();
/// let mut round = 0;
/// let outcome: Result<u32, &str> = loop {
///     round += 1;
///     let outcome = retries.attempt_blocking(|| if scope::depth() == 1 && round > 1 { Ok(7) } else { Err("down") });
///     if outcome.is_ok() || round == 3 || !retries.may_repeat() {
///         break outcome;
///     }
/// };
/// assert_eq!((outcome, round), (Ok(7), 2));
/// ```
///
/// Nothing is in force between the rounds. A panic of a round, and a round that is dropped half-way, leave the scope, too.
#[derive(Debug, Default)]
#[must_use = "the calls inside know of the loop only if its rounds run as attempts of this"]
pub struct RetryScope {
    /// What the rounds have had to tell: flags of the [`Scope`].
    news: u32,
    /// Somebody further out retries as well.
    nested: bool,
    carried: CarriedOut,
}

impl RetryScope {
    /// Begins a loop.
    pub fn enter() -> Self {
        Self::default()
    }

    /// One round of an async loop.
    pub fn attempt<F: Future>(&mut self, body: F) -> LoopAttempt<'_, F> {
        self.news &= !Scope::MARKED;
        LoopAttempt {
            inside: Inside::new(self, body),
        }
    }

    /// One round of a synchronous loop.
    pub fn attempt_blocking<R>(&mut self, body: impl FnOnce() -> R) -> R {
        self.news &= !Scope::MARKED;
        let mut retries = self;
        retries.run(body)
    }

    /// Whether the loop may make another round after one that failed. Work that was [carried](super::carry) out of the rounds so
    /// far may start no apply from then on.
    ///
    /// `false` once an `#[apply]` has started inside; where the last call inside was refused (circuit open, retry budget spent,
    /// deadline passed): it would be refused again; where an enclosing call or loop retries anyway; once the
    /// [deadline](crate::deadline) in force is over; and in a [plan](crate::plan) that only reads, since nothing is known of what
    /// the rounds do (an event says so).
    #[must_use]
    pub fn may_repeat(&self) -> bool {
        let may_repeat = !self.nested && self.news == 0 && !deadline::is_over();
        if may_repeat && current().has(Scope::READ_ONLY) {
            let registry = with_surroundings(|here| here.registry).unwrap_or_else(Registry::global);
            events::loop_suppressed(registry.subject());
            return false;
        }
        may_repeat && self.carried.supersede()
    }
}

impl Around for &mut RetryScope {
    fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        struct Leave<'a> {
            retries: &'a mut RetryScope,
            outer: Scope,
            expected: Scope,
        }
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                let inner = current();
                if inner == self.expected {
                    set(self.outer);
                    return;
                }
                self.retries.news = inner.news();
                leave(self.outer, inner, None, |tokens| self.retries.carried.add(tokens));
            }
        }
        let outer = current();
        self.nested = outer.depth() > 0;
        let may_retry = self.news & Scope::APPLIED == 0;
        let leave = Leave {
            expected: enter(outer, may_retry, self.news),
            outer,
            retries: self,
        };
        let result = body();
        drop(leave);
        result
    }
}

pin_project! {
    /// One round of an async retry loop: see [`RetryScope::attempt`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct LoopAttempt<'r, F> {
        #[pin]
        inside: Inside<&'r mut RetryScope, F>,
    }
}

impl<F: Future> Future for LoopAttempt<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inside.poll(cx)
    }
}

impl<F> fmt::Debug for LoopAttempt<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopAttempt").finish_non_exhaustive()
    }
}

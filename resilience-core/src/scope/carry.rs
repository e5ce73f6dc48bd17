use super::{Around, Inside, Scope, Surroundings, current, deadline, set, set_deadline, with_surroundings};
use crate::{
    deadline::Deadline,
    sync::{AtomicU8, Ordering},
};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// Takes the scope along into a task of its own: depth, fence and entered registry.
///
/// A bare `tokio::spawn` starts fresh: calls inside it retry as if nothing were around them, and an apply inside it is not
/// seen by the calls that spawned it. With `carry` they see each other. An apply that would start after its attempt was
/// given up for another is refused with [`Reason::Superseded`](crate::Reason::Superseded).
///
/// The scope is taken when `carry` is called, not when the future is first polled.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use resilience_core::scope;
///
/// let handle = tokio::spawn(scope::carry(async { scope::depth() }));
/// assert_eq!(handle.await.unwrap(), 0);
/// # }
/// ```
pub fn carry<F: Future>(future: F) -> Carried<F> {
    Carried {
        inside: Inside::new(Luggage::pack(), future),
    }
}

/// Takes the scope along into a closure that runs on another thread: the twin of [`carry`] for `spawn_blocking`, rayon and
/// `std::thread`.
///
/// ```
/// use resilience_core::scope;
///
/// let thread = std::thread::spawn(scope::carry_blocking(scope::depth));
/// assert_eq!(thread.join().unwrap(), 0);
/// ```
pub fn carry_blocking<R>(closure: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let mut luggage = Luggage::pack();
    move || luggage.run(closure)
}

pin_project! {
    /// A future that runs in the scope in which it was [carried](carry) away.
    #[must_use = "futures do nothing unless awaited or spawned"]
    pub struct Carried<F> {
        #[pin]
        inside: Inside<Luggage, F>,
    }
}

impl<F> fmt::Debug for Carried<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carried").finish_non_exhaustive()
    }
}

impl<F: Future> Future for Carried<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inside.poll(cx)
    }
}

struct Luggage {
    scope: Scope,
    deadline: Option<Deadline>,
    surroundings: Surroundings,
}

impl Luggage {
    fn pack() -> Self {
        let scope = current();
        let deadline = deadline().filter(|_| scope.has(Scope::DEADLINE)).map(Deadline::fixed);
        let mut surroundings = Surroundings::default();
        let token = scope.has(Scope::IN_ATTEMPT).then(|| Arc::new(Token::default()));
        with_surroundings(|here| {
            surroundings.registry = here.registry;
            surroundings.plan.clone_from(&here.plan);
            surroundings.carried_from.clone_from(&here.carried_from);
            surroundings.carried_from.extend(token.clone());
            here.carried_out.extend(token.clone());
        });
        if token.is_some() {
            set(scope.with(Scope::CARRIED));
        }
        // The time of the attempt's call is not the carried work's.
        let limits = if deadline.is_none() { Scope::TIMED } else { 0 };
        Self {
            scope: scope.without(limits).carried(),
            deadline,
            surroundings,
        }
    }
}

impl Around for Luggage {
    fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        struct PutBack<'a> {
            luggage: &'a mut Luggage,
            scope: Scope,
            deadline: Option<Deadline>,
            surroundings: Option<Surroundings>,
        }
        impl Drop for PutBack<'_> {
            fn drop(&mut self) {
                let inner = current();
                self.luggage.scope = inner.carried();
                let mut outer = self.scope;
                let mut restored = self.surroundings.take().unwrap_or_default();
                with_surroundings(|here| {
                    if outer.has(Scope::IN_ATTEMPT) {
                        // Awaited inside an attempt, the carried code is inside that one, too.
                        outer = outer.without(Scope::MARKED).with_news_of(inner);
                        restored.carried_out.append(&mut here.carried_out);
                        restored.clocks_read.append(&mut here.clocks_read);
                    }
                    *here = restored;
                });
                set_deadline(self.deadline);
                set(outer);
            }
        }
        let carried = self.surroundings.clone();
        let surroundings = with_surroundings(|here| std::mem::replace(here, carried));
        let put_back = PutBack {
            scope: current(),
            deadline: deadline(),
            surroundings: Some(surroundings),
            luggage: self,
        };
        set_deadline(put_back.luggage.deadline);
        // The mark of the last inner call is the attempt's that awaits it, to clear or to keep.
        set(put_back.luggage.scope.with_mark_of(put_back.scope));
        body()
    }
}

/// Ties carried work to the attempts that it left: an apply and a further attempt exclude each other.
#[derive(Debug, Default)]
pub(crate) struct Token(AtomicU8);

impl Token {
    const LIVE: u8 = 0;
    const APPLIED: u8 = 1;
    const SUPERSEDED: u8 = 2;

    /// An apply wants to start; `false` where the attempt has been given up for another.
    pub(crate) fn apply(&self) -> bool {
        self.turn(Self::APPLIED)
    }

    /// The attempt is to be given up for another; `false` where an apply has started.
    pub(crate) fn supersede(&self) -> bool {
        self.turn(Self::SUPERSEDED)
    }

    /// Whether an apply has started.
    pub(crate) fn is_applied(&self) -> bool {
        self.0.load(Ordering::Acquire) == Self::APPLIED
    }

    /// Whether the attempt has been given up for another.
    pub(crate) fn is_superseded(&self) -> bool {
        self.0.load(Ordering::Acquire) == Self::SUPERSEDED
    }

    fn turn(&self, to: u8) -> bool {
        match self
            .0
            .compare_exchange(Self::LIVE, to, Ordering::AcqRel, Ordering::Acquire)
        {
            Ok(_) => true,
            Err(found) => found == to,
        }
    }
}

/// The work that was carried out of the attempts of one call, or of one loop.
#[derive(Debug, Default)]
pub(crate) struct CarriedOut(Vec<Arc<Token>>);

impl CarriedOut {
    pub(crate) fn add(&mut self, tokens: &[Arc<Token>]) {
        // What has ended without an apply can start none any more.
        self.0
            .retain(|token| Arc::strong_count(token) > 1 || token.is_applied());
        self.0.extend_from_slice(tokens);
    }

    /// Gives the attempts up for another: the work may start no apply any more. `false` where one has started.
    pub(crate) fn supersede(&self) -> bool {
        !self.0.iter().any(|token| token.is_applied()) && self.0.iter().all(|token| token.supersede())
    }
}

#[cfg(test)]
#[cfg(not(resilience_loom))]
mod tests {
    use super::*;

    #[test]
    fn apply_and_supersede_exclude_each_other() {
        let token = Token::default();
        assert!(token.apply());
        assert!(token.apply());
        assert!(!token.supersede());

        let token = Token::default();
        assert!(token.supersede());
        assert!(!token.apply());
    }
}

#[cfg(test)]
#[cfg(resilience_loom)]
mod models {
    use super::Token;
    use loom::{sync::Arc, thread};

    #[test]
    fn an_apply_and_a_further_attempt_never_both_start() {
        loom::model(|| {
            let token = Arc::new(Token::default());
            let carried = {
                let token = Arc::clone(&token);
                thread::spawn(move || token.apply())
            };
            let caller = {
                let token = Arc::clone(&token);
                thread::spawn(move || token.supersede())
            };
            let (applied, superseded) = (carried.join().unwrap(), caller.join().unwrap());
            assert!(applied != superseded);
        });
    }
}

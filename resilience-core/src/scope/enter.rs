use super::{Around, Inside, Scope, current, set, with_surroundings};
use crate::registry::Registry;
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

impl Registry {
    /// Runs `future` with this registry in place of the global one.
    ///
    /// Calls that name their service by `name = ..` or by a [`ServiceDef`](crate::ServiceDef) find it here; so do calls in
    /// work that is [carried](super::carry) out of the future, but not in a bare `tokio::spawn`.
    pub fn enter<F: Future>(&'static self, future: F) -> Entered<F> {
        Entered {
            inside: Inside::new(self, future),
        }
    }

    /// Runs `closure` with this registry in place of the global one.
    ///
    /// ```
    /// use resilience_core::Registry;
    ///
    /// let answer = Registry::new().enter_blocking(|| 42);
    /// assert_eq!(answer, 42);
    /// ```
    pub fn enter_blocking<R>(&'static self, closure: impl FnOnce() -> R) -> R {
        let mut registry = self;
        registry.run(closure)
    }
}

pin_project! {
    /// A future that runs in a registry that was [entered](Registry::enter).
    #[must_use = "futures do nothing unless awaited"]
    pub struct Entered<F> {
        #[pin]
        inside: Inside<&'static Registry, F>,
    }
}

impl<F> fmt::Debug for Entered<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entered").finish_non_exhaustive()
    }
}

impl<F: Future> Future for Entered<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inside.poll(cx)
    }
}

impl Around for &'static Registry {
    fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        struct Leave {
            outer: Option<&'static Registry>,
            was_entered: bool,
        }
        impl Drop for Leave {
            fn drop(&mut self) {
                with_surroundings(|here| here.registry = self.outer);
                if !self.was_entered {
                    set(current().without(Scope::REGISTRY));
                }
            }
        }
        let outer = with_surroundings(|here| here.registry.replace(*self));
        let scope = current();
        let _leave = Leave {
            outer,
            was_entered: scope.has(Scope::REGISTRY),
        };
        set(scope.with(Scope::REGISTRY));
        body()
    }
}

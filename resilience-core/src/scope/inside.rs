//! A future in what is around it: each time it is polled, and when it is dropped.

use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// What is put in force while something runs in it.
pub(crate) trait Around {
    /// Runs `body` in it, and puts back what was in force before, also where `body` panics.
    fn run<R>(&mut self, body: impl FnOnce() -> R) -> R;

    /// Runs the destructor of what has run in it.
    fn run_destructor(&mut self, destructor: impl FnOnce()) {
        self.run(destructor);
    }
}

pin_project! {
    /// A future that runs in `around`: its destructors are part of it.
    pub(crate) struct Inside<A: Around, F> {
        around: A,
        // None once it is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<A: Around, F> PinnedDrop for Inside<A, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.around.run_destructor(|| this.future.set(None));
        }
    }
}

impl<A: Around, F> Inside<A, F> {
    pub(crate) fn new(around: A, future: F) -> Self {
        Self {
            around,
            future: Some(future),
        }
    }

    pub(crate) fn around(&self) -> &A {
        &self.around
    }
}

impl<A: Around, F: Future> Future for Inside<A, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match this.future.as_pin_mut() {
            Some(future) => this.around.run(|| future.poll(cx)),
            None => Poll::Pending,
        }
    }
}

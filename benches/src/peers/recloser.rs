//! A ring of calls behind a spin lock, reclaimed by epochs.

use super::OPEN;
use crate::{
    body::{Failed, ready, work, work_async},
    subject::Subject,
};
use recloser::{AsyncRecloser, Error, Recloser};
use std::sync::Arc;

impl From<Error<Failed>> for Failed {
    fn from(_: Error<Failed>) -> Self {
        Self
    }
}

fn breaker(calls: usize) -> Recloser {
    Recloser::custom()
        .error_rate(0.5)
        .closed_len(calls)
        .open_wait(OPEN)
        .build()
}

/// Half of so many calls.
#[must_use]
pub fn count_window(calls: usize) -> Subject {
    let breaker = Arc::new(breaker(calls));
    Subject::new(move || {
        let breaker = Arc::clone(&breaker);
        move |input| breaker.call(|| work(input)).map_err(Failed::from)
    })
}

/// Half of so many calls.
#[must_use]
pub fn count_window_async(calls: usize) -> Subject {
    let breaker = AsyncRecloser::from(breaker(calls));
    Subject::new(move || {
        let breaker = breaker.clone();
        move |input| ready(breaker.call(work_async(input)))
    })
}

/// A breaker by itself.
#[must_use]
pub fn one(calls: usize) -> impl Sized {
    breaker(calls)
}

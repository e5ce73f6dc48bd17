//! A tower layer with a policy of one's own, which clones the request for each attempt.

use crate::{
    body::{Body, Failed, ready, work_async},
    subject::Subject,
};
use std::future::{Ready, poll_fn, ready as at_once};
use tower::{
    Service,
    retry::{Policy, Retry},
    service_fn,
};

/// So many attempts are left.
#[derive(Clone)]
struct Attempts(u32);

impl Policy<u64, u64, Failed> for Attempts {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut u64, outcome: &mut Result<u64, Failed>) -> Option<Ready<()>> {
        if outcome.is_ok() || self.0 == 0 {
            return None;
        }
        self.0 -= 1;
        Some(at_once(()))
    }

    fn clone_request(&mut self, input: &u64) -> Option<u64> {
        Some(*input)
    }
}

/// Anything that takes a number and gives one.
trait Numbers: Service<u64, Response = u64, Error = Failed> + Clone + Send + Sync + 'static {}

impl<S: Service<u64, Response = u64, Error = Failed> + Clone + Send + Sync + 'static> Numbers for S {}

/// Three attempts without a delay.
#[must_use]
pub fn asynchronous(body: Body) -> Subject {
    subject(level(service_fn(move |input| async move { body(input) })))
}

/// So many levels of three attempts.
#[must_use]
pub fn nested(levels: usize) -> Subject {
    let one = level(service_fn(work_async));
    match levels {
        1 => subject(one),
        2 => subject(level(one)),
        3 => subject(level(level(one))),
        4 => subject(level(level(level(one)))),
        _ => subject(level(level(level(level(one))))),
    }
}

fn level<S: Numbers>(inner: S) -> Retry<Attempts, S> {
    Retry::new(Attempts(2), inner)
}

fn subject(service: impl Numbers) -> Subject {
    Subject::new(move || {
        let mut service = service.clone();
        move |input| {
            ready(async {
                poll_fn(|cx| service.poll_ready(cx)).await?;
                service.call(input).await
            })
        }
    })
}

/// The bytes of the future of a call that is retried, over its body's.
#[must_use]
pub fn future_size() -> usize {
    size_of_val(&level(service_fn(work_async)).call(1)) - size_of_val(&work_async(1))
}

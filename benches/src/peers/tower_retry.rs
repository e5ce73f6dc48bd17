//! A tower layer with a policy of one's own, which clones the request for each attempt.

use crate::{
    body::{Body, Failed, ready},
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

/// Three attempts without a delay.
#[must_use]
pub fn asynchronous(body: Body) -> Subject {
    Subject::new(move || {
        let mut service = Retry::new(Attempts(2), service_fn(move |input| async move { body(input) }));
        move |input| {
            ready(async {
                poll_fn(|cx| Service::<u64>::poll_ready(&mut service, cx)).await?;
                service.call(input).await
            })
        }
    })
}

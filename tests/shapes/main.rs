//! Every shape of function that the attributes take: it compiles, and it is retried if it says so.
#![allow(
    clippy::cast_possible_truncation,
    clippy::default_trait_access,
    clippy::manual_async_fn,
    clippy::needless_arbitrary_self_type,
    clippy::never_loop,
    clippy::unused_async,
    reason = "what is tested is how it is written"
)]

mod bodies;
mod complex;
mod deep;
mod derived;
mod fallbacks;
mod forbidding;
mod generics;
mod hygiene;
mod limits;
mod lints;
mod made_by_async_trait;
mod names;
mod parameters;
mod plain;
mod receivers;
mod returned_futures;
mod returns;
mod shadowed;
mod tasks;
mod traits;

use resilience_core::{BreakerPolicy, BudgetPolicy, ServiceDef};
use resilience_tests::{Error, immediate};
use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

/// Three attempts, nothing waits, and no shape is in another one's way.
static SHAPES: ServiceDef = ServiceDef::new("shapes")
    .retry(immediate(3))
    .breaker(BreakerPolicy::builder().enabled(false))
    .budget(BudgetPolicy::builder().enabled(false));

/// The work of a shape: it fails until it has run often enough.
#[derive(Debug, Default)]
struct Work {
    runs: AtomicU32,
    failures: u32,
}

impl Work {
    /// Succeeds at the third attempt.
    fn hard() -> Self {
        Self {
            failures: 2,
            ..Self::default()
        }
    }

    /// Succeeds at once.
    fn easy() -> Self {
        Self::default()
    }

    fn run(&self) -> Result<u32, Error> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        if run <= self.failures {
            Err(Error::Down(run))
        } else {
            Ok(run)
        }
    }

    /// The same, and pending in between.
    async fn wait(&self) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        self.run()
    }

    fn runs(&self) -> u32 {
        self.runs.load(Ordering::Relaxed)
    }
}

/// Proof that a future may move to another thread.
fn send<F: Future + Send>(future: F) -> F {
    future
}

//! The attribute on `impl` blocks and traits: every marked method is an operation, and no other is.
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    unused_results
)]
#![allow(
    clippy::arc_with_non_send_sync,
    clippy::future_not_send,
    clippy::manual_async_fn,
    clippy::missing_errors_doc,
    clippy::redundant_pub_crate,
    clippy::missing_const_for_fn,
    clippy::needless_pass_by_ref_mut,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "what is tested is how it is written"
)]

mod arrangements;
mod contradictions;
mod decorated_more;
mod decorated_shapes;
mod decorators;
mod fallbacks;
mod implementations;
mod inherent;
mod interrupted;
mod pointers;
mod rewriting;
mod service;
mod strange;

use resilience_core::{BreakerPolicy, BudgetPolicy, Registry, Service, ServiceOptions};
use resilience_tests::{Error, immediate};
use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

/// Work that is down until it has been tried often enough.
#[derive(Debug, Default)]
pub(crate) struct Work {
    runs: AtomicU32,
    failures: u32,
}

impl Work {
    /// Succeeds at the third attempt.
    pub(crate) fn hard() -> Self {
        Self {
            failures: 2,
            ..Self::default()
        }
    }

    pub(crate) fn run(&self) -> Result<u32, Error> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        if run <= self.failures {
            Err(Error::Down(run))
        } else {
            Ok(run)
        }
    }

    /// The same, and pending in between.
    pub(crate) async fn wait(&self) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        self.run()
    }

    pub(crate) fn runs(&self) -> u32 {
        self.runs.load(Ordering::Relaxed)
    }
}

impl Clone for Work {
    fn clone(&self) -> Self {
        Self {
            runs: AtomicU32::new(self.runs()),
            failures: self.failures,
        }
    }
}

/// Proof that a future may move to another thread.
pub(crate) const fn send<F: Future + Send>(future: F) -> F {
    future
}

/// A service that retries at once, three attempts in all, in a registry of its own.
pub(crate) fn eager(name: &str) -> &'static Service {
    let registry = Registry::new();
    let layer = ServiceOptions::new()
        .retry(immediate(3))
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(BudgetPolicy::builder().enabled(false));
    assert!(registry.configure(name, layer).is_ok());
    registry.service(name)
}

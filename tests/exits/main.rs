//! Every way out of a body with a failure leads to the next attempt, and every way out with a success ends the call.
//!
//! Each body fails by its own way out at its first two runs, and ends well at the third: three runs, and the value of the last.

#![allow(
    clippy::expect_used,
    clippy::let_and_return,
    clippy::manual_async_fn,
    clippy::match_same_arms,
    clippy::needless_question_mark,
    clippy::needless_return,
    clippy::never_loop,
    reason = "the ways out are what this is about, the odd ones too"
)]

mod asynchronous;
mod elsewhere;
mod synchronous;

use resilience_core::{Backoff, Classify, FailureKind, Interruption, Registry, RetryPolicy, Service, ServiceOptions};
use std::{cell::Cell, num::ParseIntError, sync::LazyLock};

/// How often a body has run, and what it is to do next.
#[derive(Debug, Default)]
struct Runs(Cell<u32>);

impl Runs {
    /// Starts a run: the first two fail.
    fn start(&self) -> bool {
        self.0.set(self.0.get() + 1);
        self.0.get() < 3
    }

    fn number(&self) -> u32 {
        self.0.get()
    }

    /// What fails in the first two runs.
    fn attempt(&self) -> Result<u32, Down> {
        if self.number() < 3 {
            Err(Down(self.number()))
        } else {
            Ok(self.number())
        }
    }
}

/// The error of the bodies.
#[derive(Debug, PartialEq)]
enum Error {
    Down(u32),
    Unreadable,
    Interrupted,
}

/// What it is made of on the way out.
#[derive(Debug, PartialEq)]
struct Down(u32);

impl From<Down> for Error {
    fn from(Down(run): Down) -> Self {
        Self::Down(run)
    }
}

impl From<ParseIntError> for Error {
    fn from(_: ParseIntError) -> Self {
        Self::Unreadable
    }
}

impl From<Interruption> for Error {
    fn from(_: Interruption) -> Self {
        Self::Interrupted
    }
}

impl Classify for Error {
    fn classify(&self) -> FailureKind {
        FailureKind::Transient
    }
}

/// Five attempts, one right after the other, and nothing that could hold them back.
fn service() -> &'static Service {
    static REGISTRY: LazyLock<&'static Registry> = LazyLock::new(|| {
        let registry = Registry::new();
        let layer = ServiceOptions::new()
            .retry(RetryPolicy::builder().max_attempts(5).backoff(Backoff::None))
            .breaker(resilience_core::BreakerPolicy::builder().enabled(false))
            .budget(resilience_core::BudgetPolicy::builder().enabled(false));
        registry.configure_defaults(layer).expect("a valid layer");
        registry
    });
    REGISTRY.service("plan_service")
}

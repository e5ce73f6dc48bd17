//! The tools at the end of every path, and their service.

use crate::system::{Backend, Wiring};
use resilience_core::{
    Service, apply, idempotent, plain,
    plan::{self, PlanContext},
    retry_service,
    scope::RetryScope,
};
use resilience_tests::Error;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

/// What a plan does with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Reads.
    Inspect,
    /// Writes.
    Write,
    /// Runs something of which nothing is known, in a retry loop that is older than the service layer.
    Command,
}

/// The tools, behind their service. They are down until they [come back](Self::come_back), so that every repetition shows.
pub(crate) struct Tools {
    pub(crate) service: &'static Service,
    pub(crate) outside: Backend,
    is_back: AtomicBool,
    seen: Mutex<Option<PlanContext>>,
}

impl Tools {
    pub(crate) fn new(wiring: &Wiring) -> Arc<Self> {
        Arc::new(Self {
            service: wiring.registry.service("tool_service"),
            outside: Backend::default(),
            is_back: AtomicBool::default(),
            seen: Mutex::default(),
        })
    }

    /// From here on they succeed.
    pub(crate) fn come_back(&self) {
        self.is_back.store(true, Ordering::Relaxed);
    }

    /// What the last body that ran knew of its plan.
    pub(crate) fn seen(&self) -> Option<PlanContext> {
        self.seen.lock().unwrap().clone()
    }

    fn work(&self) -> Result<u32, Error> {
        *self.seen.lock().unwrap() = plan::current();
        if self.is_back.load(Ordering::Relaxed) {
            Ok(self.outside.answer())
        } else {
            self.outside.fail()
        }
    }

    async fn work_later(&self) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        self.work()
    }

    pub(crate) async fn run(&self, step: Step) -> Result<u32, Error> {
        match step {
            Step::Inspect => self.inspect().await,
            Step::Write => self.write().await,
            Step::Command => {
                let mut retries = RetryScope::enter();
                let mut round = 1;
                loop {
                    let outcome = retries.attempt(self.command()).await;
                    if outcome.is_ok() || round == 3 || !retries.may_repeat() {
                        break outcome;
                    }
                    round += 1;
                }
            }
        }
    }

    pub(crate) fn call_blocking(&self, step: Step) -> Result<u32, Error> {
        match step {
            Step::Inspect => self.inspect_blocking(),
            Step::Write => self.write_blocking(),
            Step::Command => {
                let mut retries = RetryScope::enter();
                let mut round = 1;
                loop {
                    let outcome = retries.attempt_blocking(|| self.command_blocking());
                    if outcome.is_ok() || round == 3 || !retries.may_repeat() {
                        break outcome;
                    }
                    round += 1;
                }
            }
        }
    }
}

#[retry_service(service = self.service)]
impl Tools {
    #[idempotent]
    async fn inspect(&self) -> Result<u32, Error> {
        self.work_later().await
    }

    #[idempotent]
    fn inspect_blocking(&self) -> Result<u32, Error> {
        self.work()
    }

    #[apply]
    async fn write(&self) -> Result<u32, Error> {
        self.work_later().await
    }

    #[apply]
    fn write_blocking(&self) -> Result<u32, Error> {
        self.work()
    }

    #[plain]
    async fn command(&self) -> Result<u32, Error> {
        self.work_later().await
    }

    #[plain]
    fn command_blocking(&self) -> Result<u32, Error> {
        self.work()
    }
}

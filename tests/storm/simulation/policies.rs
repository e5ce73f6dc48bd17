//! What the nodes may do about failures.

use super::{Fault, Node, Server};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use resilience_core::{
    BreakerPolicy, BudgetPolicy, Registry, RetryPolicy, Service, ServiceOptions, retry_service, time::Clock,
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A way to call, by name.
pub(crate) struct Policy {
    pub(crate) name: &'static str,
    /// Puts the policy on a node.
    pub(crate) node: Box<dyn Fn(Node) -> Server + Send + Sync>,
}

impl Policy {
    /// One attempt, and nothing else.
    pub(crate) fn no_retry() -> Self {
        Self::ours("no retry", bare().retry(RetryPolicy::builder().max_attempts(1)))
    }

    /// Three attempts with backoff and full jitter, and nothing else.
    pub(crate) fn retries_alone() -> Self {
        Self::ours("retries alone", bare().retry(RetryPolicy::builder().max_depth(255)))
    }

    /// Only the outermost hop retries.
    pub(crate) fn with_guard() -> Self {
        Self::ours("retries, guard", bare())
    }

    /// Every hop retries as far as its budget goes.
    pub(crate) fn with_budget() -> Self {
        let layer = bare()
            .retry(RetryPolicy::builder().max_depth(255))
            .budget(BudgetPolicy::builder().enabled(true));
        Self::ours("retries, budget", layer)
    }

    /// What holds where nobody says anything.
    pub(crate) fn default() -> Self {
        Self::ours("default policy", ServiceOptions::new())
    }

    /// The default policy, but for the retries.
    pub(crate) fn default_without_retries() -> Self {
        let layer = ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(1));
        Self::ours("default, no retry", layer)
    }

    /// A node whose calls are annotated.
    pub(crate) fn ours(name: &'static str, layer: ServiceOptions) -> Self {
        Self {
            name,
            node: Box::new(move |node| annotated(node, layer)),
        }
    }
}

/// Retries and guard as by default, no budget, no breaker.
fn bare() -> ServiceOptions {
    ServiceOptions::new()
        .budget(BudgetPolicy::builder().enabled(false))
        .breaker(BreakerPolicy::builder().enabled(false))
}

fn annotated(node: Node, layer: ServiceOptions) -> Server {
    let random = Mutex::new(SmallRng::seed_from_u64(node.seed));
    let registry = Registry::builder()
        .clock(Virtual(Instant::now()))
        .random(move || random.lock().unwrap_or_else(PoisonError::into_inner).random())
        .build();
    registry
        .configure("downstream", layer.attempt_timeout(node.patience))
        .expect("a valid layer");
    let client = Arc::new(Client {
        downstream: registry.service("downstream"),
        below: node.below,
    });
    Arc::new(move || {
        let client = Arc::clone(&client);
        Box::pin(async move { client.call().await })
    })
}

/// What a program would contain.
struct Client {
    downstream: &'static Service,
    below: Server,
}

impl Client {
    #[retry_service(service = self.downstream, idempotent)]
    async fn call(&self) -> Result<(), Fault> {
        (self.below)().await
    }
}

/// The runtime's time since the start of the run: the same in every run.
#[derive(Debug)]
struct Virtual(Instant);

impl Clock for Virtual {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

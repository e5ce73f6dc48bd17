//! Other crates in the same place, with their defaults.
//!
//! The circuit breaker of tower-resilience and its retry budgets read `std::time::Instant`, and no virtual time reaches that:
//! they cannot stand here. Its budget is off by default, and its retry layer brings no breaker of its own.

use crate::simulation::{Fault, Node, Policy, Server};
use backon::{ExponentialBuilder, Retryable};
use std::sync::Arc;
use tokio::time::timeout;
use tower::{Service, ServiceExt, service_fn};
use tower_resilience_retry::RetryLayer;

/// Three retries after 1, 2 and 4 seconds, without jitter.
pub(crate) fn backon() -> Policy {
    Policy {
        name: "backon",
        node: Box::new(|node| {
            let node = Arc::new(node);
            Arc::new(move || {
                let node = Arc::clone(&node);
                Box::pin(async move { (|| attempt(&node)).retry(ExponentialBuilder::default()).await })
            })
        }),
    }
}

/// Two retries after 100 and 200 milliseconds, without jitter.
pub(crate) fn tower_resilience() -> Policy {
    Policy {
        name: "tower-resilience",
        node: Box::new(|node| -> Server {
            let node = Arc::new(node);
            let layer = RetryLayer::<(), (), Fault>::builder().build();
            Arc::new(move || {
                let node = Arc::clone(&node);
                let mut service = tower::Layer::layer(
                    &layer,
                    service_fn(move |()| {
                        let node = Arc::clone(&node);
                        async move { attempt(&node).await }
                    }),
                );
                Box::pin(async move { service.ready().await?.call(()).await })
            })
        }),
    }
}

/// What ours says as `attempt_timeout`.
async fn attempt(node: &Node) -> Result<(), Fault> {
    timeout(node.patience, (node.below)()).await.unwrap_or(Err(Fault::Down))
}

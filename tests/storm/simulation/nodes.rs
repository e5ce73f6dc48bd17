//! The nodes of a hop: each with a policy of its own round the call to the hop below.

use super::{Answer, Fault, Hops, NODES_PER_HOP, PATIENCE, PATIENCE_FACTOR, Policy, Scenario, backend::Backend};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What takes requests.
pub(crate) type Server = Arc<dyn Fn() -> Answer + Send + Sync>;

/// A node, before its policy.
pub(crate) struct Node {
    /// What it calls.
    pub(crate) below: Server,
    /// How long it waits for one answer.
    pub(crate) patience: Duration,
    /// Of its chance.
    pub(crate) seed: u64,
}

/// All hops, one upon the other; what comes back is the uppermost.
pub(super) fn build(scenario: &Scenario, policy: &Policy, backend: Arc<Backend>) -> Server {
    let mut below: Server = Arc::new(move || backend.request());
    let mut patience = PATIENCE;
    for hop in 0..scenario.depth {
        let nodes = (0..NODES_PER_HOP).map(|node| {
            let seed = scenario.seed << 16 | (hop << 8 | node) as u64;
            (policy.node)(Node {
                below: Arc::clone(&below),
                patience,
                seed,
            })
        });
        below = balanced(nodes.collect());
        below = match scenario.hops {
            Hops::Layers => below,
            Hops::Programs => remote(below, true),
            Hops::Strangers => remote(below, false),
        };
        patience = patience.mul_f64(PATIENCE_FACTOR);
    }
    below
}

/// One node after the other.
fn balanced(nodes: Vec<Server>) -> Server {
    let turn = AtomicUsize::new(0);
    Arc::new(move || nodes[turn.fetch_add(1, Ordering::Relaxed) % nodes.len()]())
}

/// In a program of its own: nothing of the caller's scope goes there, and it goes on when the caller has gone.
fn remote(server: Server, tells_rejections: bool) -> Server {
    Arc::new(move || {
        let answer = tokio::spawn(server());
        Box::pin(async move {
            match answer.await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(Fault::Interrupted(interruption))) if tells_rejections && interruption.is_rejection() => {
                    Err(Fault::Interrupted(interruption))
                }
                Ok(Err(_)) | Err(_) => Err(Fault::Down),
            }
        })
    })
}

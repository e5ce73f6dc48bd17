//! A service that loses half its capacity for a while, and the clients, layer upon layer, that make it worse or do not.
//!
//! The calls are real: every node has a registry of its own, and the engine drives its calls. Virtual are only the time
//! (tokio's, paused), the clients and the backend. One seed decides all chance, so that a run can be repeated.
//!
//! ```text
//! clients ──► hop 3 ──► hop 2 ──► hop 1 ──► queue ──► workers
//!             2 nodes   2 nodes   2 nodes   2 s deep  10 × 50 ms
//! ```

#![allow(
    clippy::expect_used,
    reason = "a simulation that cannot be set up has nothing to say"
)]

mod backend;
mod faults;
mod measurements;
mod nodes;
mod policies;
mod table;

pub(crate) use faults::{Answer, Fault};
pub(crate) use measurements::{Recovery, Run};
pub(crate) use nodes::{Node, Server};
pub(crate) use policies::Policy;
pub(crate) use table::table;

use backend::Backend;
use measurements::Measurements;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use std::{
    num::NonZero,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::{
    runtime::Builder,
    time::{Instant, sleep_until},
};

/// How the hops stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hops {
    /// Layers of one program: the scope reaches from the outermost to the innermost, and who gives up takes all below along.
    Layers,
    /// Programs of their own: no scope crosses from one to the other, and a call goes on though its caller has given up. A
    /// rejection is told as what it is.
    Programs,
    /// The same, but a rejection arrives as any other failure does.
    Strangers,
}

/// What happens, whatever the policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// The number of hops that call, one above the other.
    pub(crate) depth: usize,
    pub(crate) hops: Hops,
    /// When half the workers are away, in seconds.
    pub(crate) outage: (u64, u64),
    /// The length of the run in seconds.
    pub(crate) length: u64,
    /// How many requests wait at the backend before it turns others away.
    pub(crate) queue: usize,
    /// The share of requests that the backend fails by chance.
    pub(crate) random_errors: f64,
    pub(crate) seed: u64,
}

/// The mean number of requests a second: 70 % of what the backend can do.
pub(crate) const RATE: f64 = 140.0;
const WORKERS: usize = 10;
const WORK: Duration = Duration::from_millis(50);
/// Two seconds of work: waiting outlasts every patience.
const DEEP: usize = 400;
/// A fifth of a second: whoever is let in gets an answer in time.
const SHORT: usize = 40;
const NODES_PER_HOP: usize = 2;
/// The patience of the lowest hop with one attempt; three of its attempts fit into one of the hop above.
const PATIENCE: Duration = Duration::from_millis(500);
const PATIENCE_FACTOR: f64 = 3.5;

impl Scenario {
    /// Half the capacity is away from second 10 to second 40.
    pub(crate) const fn outage(depth: usize) -> Self {
        Self {
            depth,
            hops: Hops::Layers,
            outage: (10, 40),
            length: 80,
            queue: DEEP,
            random_errors: 0.0,
            seed: 1,
        }
    }

    /// Nothing is wrong but two requests in a hundred.
    pub(crate) const fn random_errors(depth: usize) -> Self {
        Self {
            outage: (u64::MAX, u64::MAX),
            length: 60,
            random_errors: 0.02,
            ..Self::outage(depth)
        }
    }

    pub(crate) const fn between(mut self, hops: Hops) -> Self {
        self.hops = hops;
        self
    }

    /// A backend that turns requests away at once, rather than answer when nobody waits any more.
    pub(crate) const fn with_short_queue(mut self) -> Self {
        self.queue = SHORT;
        self
    }

    /// Another length of the outage, in seconds; forty more are to recover in.
    pub(crate) const fn lasting(mut self, seconds: u64) -> Self {
        self.outage.1 = self.outage.0 + seconds;
        self.length = self.outage.1 + 40;
        self
    }

    pub(crate) const fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Plays the scenario to its end.
    pub(crate) fn play(&self, policy: &Policy) -> Run {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without I/O needs nothing from the system");
        let measurements = runtime.block_on(self.clients(policy));
        // What is still queued is nobody's business any more.
        runtime.shutdown_background();
        Run::of(self, policy.name, &measurements)
    }

    async fn clients(&self, policy: &Policy) -> Arc<Measurements> {
        let start = Instant::now();
        let measurements = Arc::new(Measurements::new(start, self.length));
        let backend = Backend::start(*self, start, Arc::clone(&measurements));
        let entry = nodes::build(self, policy, backend);
        let mut random = SmallRng::seed_from_u64(self.seed);

        let mut at = Duration::ZERO;
        let end = Duration::from_secs(self.length);
        loop {
            // Poisson: the gaps are exponentially distributed.
            let gap = -(1.0 - random.random::<f64>()).ln() / RATE;
            at += Duration::from_secs_f64(gap);
            if at >= end {
                break;
            }
            sleep_until(start + at).await;
            let second = at.as_secs();
            measurements.asked(second);
            let (answer, measurements) = (entry(), Arc::clone(&measurements));
            tokio::spawn(async move {
                if answer.await.is_ok() {
                    measurements.answered(second);
                }
            });
        }
        // The last requests get the time that the most patient caller would give them.
        sleep_until(start + end + Duration::from_secs(60)).await;
        measurements
    }
}

/// Plays each scenario under its policy, as many at a time as there are processors; the runs come in the order of the plays.
pub(crate) fn play_all(plays: &[(Scenario, Policy)]) -> Vec<Run> {
    let next = AtomicUsize::new(0);
    let runs = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((scenario, policy)) = plays.get(place) else {
                        break;
                    };
                    let run = scenario.play(policy);
                    runs.lock().unwrap_or_else(PoisonError::into_inner).push((place, run));
                }
            });
        }
    });
    let mut runs = runs.into_inner().unwrap_or_else(PoisonError::into_inner);
    runs.sort_by_key(|(place, _)| *place);
    runs.into_iter().map(|(_, run)| run).collect()
}

//! The backend: a queue, first in, first out, and workers. What is in the queue is worked off, whether anybody still waits or not.

use super::{Answer, Fault, Scenario, WORK, WORKERS, measurements::Measurements};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep, sleep_until},
};

type Reply = oneshot::Sender<Result<(), Fault>>;

pub(super) struct Backend {
    state: Mutex<State>,
    most_queued: usize,
    random_errors: f64,
    measurements: Arc<Measurements>,
}

struct State {
    queue: VecDeque<Reply>,
    /// How many workers are there.
    workers: usize,
    /// How many of them are at work; more than there are, while some that leave finish what they have begun.
    busy: usize,
    random: SmallRng,
}

impl Backend {
    pub(super) fn start(scenario: Scenario, start: Instant, measurements: Arc<Measurements>) -> Arc<Self> {
        let backend = Arc::new(Self {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                workers: WORKERS,
                busy: 0,
                random: SmallRng::seed_from_u64(!scenario.seed),
            }),
            most_queued: scenario.queue,
            random_errors: scenario.random_errors,
            measurements,
        });
        let (from, to) = scenario.outage;
        if from < scenario.length {
            let backend = Arc::clone(&backend);
            tokio::spawn(async move {
                sleep_until(start + Duration::from_secs(from)).await;
                backend.staff(WORKERS / 2);
                sleep_until(start + Duration::from_secs(to)).await;
                backend.staff(WORKERS);
            });
        }
        backend
    }

    /// Puts a request into the queue; where that is full, the answer is an error at once.
    pub(super) fn request(self: &Arc<Self>) -> Answer {
        self.measurements.arrived();
        let (reply, answer) = oneshot::channel();
        {
            let mut state = self.state();
            if state.queue.len() >= self.most_queued {
                return Box::pin(async { Err(Fault::Down) });
            }
            state.queue.push_back(reply);
        }
        self.employ();
        Box::pin(async { answer.await.unwrap_or(Err(Fault::Down)) })
    }

    fn staff(self: &Arc<Self>, workers: usize) {
        self.state().workers = workers;
        self.employ();
    }

    /// Sets idle workers to work, as long as there is any.
    fn employ(self: &Arc<Self>) {
        loop {
            let Some(reply) = self.state().take() else { return };
            let backend = Arc::clone(self);
            tokio::spawn(async move { backend.work(reply).await });
        }
    }

    async fn work(&self, first: Reply) {
        let mut next = Some(first);
        while let Some(reply) = next {
            sleep(WORK).await;
            if reply.is_closed() {
                self.measurements.wasted();
            } else {
                self.measurements.worked();
            }
            next = {
                let mut state = self.state();
                let fails = self.random_errors > 0.0 && state.random.random::<f64>() < self.random_errors;
                // Nobody may be waiting any more.
                let _ = reply.send(if fails { Err(Fault::Down) } else { Ok(()) });
                state.busy -= 1;
                state.take()
            };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A request for a worker that is idle; the worker is busy then.
    fn take(&mut self) -> Option<Reply> {
        if self.busy >= self.workers {
            return None;
        }
        let reply = self.queue.pop_front()?;
        self.busy += 1;
        Some(reply)
    }
}

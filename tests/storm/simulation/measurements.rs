//! What is counted in a run, second by second, and what it comes to.

use super::{RATE, Scenario};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

pub(super) struct Measurements {
    start: Instant,
    seconds: Mutex<Vec<Second>>,
}

/// What happened in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Second {
    /// Requests of clients.
    pub(crate) asked: u32,
    /// Those of them that came to a good end, whenever that was.
    pub(crate) answered: u32,
    /// Requests that reached the backend.
    pub(crate) arrived: u32,
    /// Requests that the backend finished and somebody waited for.
    pub(crate) worked: u32,
    /// Requests that the backend finished for nobody.
    pub(crate) wasted: u32,
}

impl Measurements {
    pub(super) fn new(start: Instant, length: u64) -> Self {
        let seconds = vec![Second::default(); usize::try_from(length).unwrap_or(0)];
        Self {
            start,
            seconds: Mutex::new(seconds),
        }
    }

    pub(super) fn asked(&self, second: u64) {
        self.at(second, |second| second.asked += 1);
    }

    pub(super) fn answered(&self, second: u64) {
        self.at(second, |second| second.answered += 1);
    }

    pub(super) fn arrived(&self) {
        self.at(self.now(), |second| second.arrived += 1);
    }

    pub(super) fn worked(&self) {
        self.at(self.now(), |second| second.worked += 1);
    }

    pub(super) fn wasted(&self) {
        self.at(self.now(), |second| second.wasted += 1);
    }

    fn now(&self) -> u64 {
        self.start.elapsed().as_secs()
    }

    fn at(&self, second: u64, count: impl FnOnce(&mut Second)) {
        let Ok(second) = usize::try_from(second) else { return };
        // What happens after the end is not measured.
        if let Some(second) = self.seconds().get_mut(second) {
            count(second);
        }
    }

    fn seconds(&self) -> MutexGuard<'_, Vec<Second>> {
        self.seconds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When it was over; the sooner, the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Recovery {
    /// There was no outage.
    NotNeeded,
    /// Seconds from the end of the outage to the first of three with 98 of 100 requests answered.
    After(u64),
    /// Not before the end of the run.
    Never,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) policy: &'static str,
    pub(crate) depth: usize,
    /// Requests at the backend for each request of a client, during the outage; over the whole run where there is none.
    pub(crate) amplification: f64,
    /// The load of the worst second, in multiples of what the clients ask for.
    pub(crate) peak: f64,
    pub(crate) recovery: Recovery,
    /// The share of requests that came to a good end: in the outage, or over the whole run where there is none.
    pub(crate) goodput: f64,
    /// The same after the outage.
    pub(crate) goodput_after: f64,
    /// The share of the backend's work that nobody waited for.
    pub(crate) wasted: f64,
    /// Second by second.
    pub(crate) seconds: Vec<Second>,
}

impl Run {
    pub(super) fn of(scenario: &Scenario, policy: &'static str, measurements: &Measurements) -> Self {
        let seconds = measurements.seconds().clone();
        let place = |second: u64| usize::try_from(second).map_or(seconds.len(), |second| second.min(seconds.len()));
        let (from, to) = (place(scenario.outage.0), place(scenario.outage.1));
        let (during, after) = if from == seconds.len() {
            (&seconds[..], &seconds[..0])
        } else {
            (&seconds[from..to], &seconds[to..])
        };
        let sum = |seconds: &[Second], what: fn(&Second) -> u32| f64::from(seconds.iter().map(what).sum::<u32>());
        let busiest = seconds.iter().map(|second| second.arrived).max().unwrap_or(0);
        let wasted = sum(&seconds, |second| second.wasted);
        let good = after.windows(3).position(|three| three.iter().all(Second::is_good));
        Self {
            policy,
            depth: scenario.depth,
            amplification: sum(during, |second| second.arrived) / sum(during, |second| second.asked),
            peak: f64::from(busiest) / RATE,
            recovery: match good {
                _ if after.is_empty() => Recovery::NotNeeded,
                Some(seconds) => Recovery::After(seconds as u64),
                None => Recovery::Never,
            },
            goodput: sum(during, |second| second.answered) / sum(during, |second| second.asked),
            goodput_after: sum(after, |second| second.answered) / sum(after, |second| second.asked).max(1.0),
            wasted: wasted / (wasted + sum(&seconds, |second| second.worked)),
            seconds,
        }
    }
}

impl Second {
    fn is_good(&self) -> bool {
        u64::from(self.answered) * 100 >= u64::from(self.asked) * 98
    }
}

//! Nanoseconds per call: pinned threads, rounds in turns.
//!
//! Every round measures every subject once, so that what disturbs the machine disturbs all of them.

use crate::subject::{Inputs, Subject};
use std::{
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long a subject is measured in a round, about. Long enough for two threads to overlap nearly all the time, though they do not
/// begin in the same instant; so short that many rounds pass before the system puts something else on their cores.
const ROUND: Duration = Duration::from_millis(4);

/// What rounds of one subject with so many threads took: nanoseconds per call.
#[derive(Clone, Copy, Debug)]
pub struct Nanos {
    /// The median of the rounds.
    pub median: f64,
    /// The fifth of the rounds that were quickest end here: what else the machine does only adds.
    pub calm: f64,
}

impl Nanos {
    fn of(mut rounds: Vec<f64>) -> Self {
        rounds.sort_by(f64::total_cmp);
        Self {
            median: rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN),
            calm: rounds.get(rounds.len() / 5).copied().unwrap_or(f64::NAN),
        }
    }
}

/// One thread, and two threads on the same subject, where that was measured.
pub type OneAndTwo = (Nanos, Option<Nanos>);

/// The times of each subject, with one thread and, where it `is_shared`, with two.
#[must_use]
pub fn per_call(subjects: &[(Subject, bool)], inputs: Inputs, rounds: usize) -> Vec<OneAndTwo> {
    let threads = |is_shared: bool| if is_shared { 1..=2 } else { 1..=1 };
    let runs: Vec<(&Subject, usize, u64)> = subjects
        .iter()
        .flat_map(|(subject, is_shared)| threads(*is_shared).map(move |threads| (subject, threads)))
        .map(|(subject, threads)| {
            let calls = calls_for(ROUND, round(subject, inputs, threads, 2_000));
            (subject, threads, calls)
        })
        .collect();
    let mut measured = vec![Vec::with_capacity(rounds); runs.len()];
    for _ in 0..rounds {
        for ((subject, threads, calls), measured) in runs.iter().zip(&mut measured) {
            measured.push(round(subject, inputs, *threads, *calls));
        }
    }
    let mut measured = measured.into_iter().map(Nanos::of);
    let mut next = || measured.next().unwrap_or(Nanos::of(Vec::new()));
    subjects
        .iter()
        .map(|(_, is_shared)| (next(), is_shared.then(&mut next)))
        .collect()
}

/// The nanoseconds per call right after a subject was made: the median of batches so short that they change little.
pub fn of_batches(batches: usize, calls: u64, mut next: impl FnMut() -> Option<(Subject, u64)>) -> f64 {
    let mut measured = Vec::with_capacity(batches);
    let mut drive = None;
    for _ in 0..batches {
        if let Some((subject, filling)) = next() {
            let mut fresh = subject.drive();
            fresh(filling, Inputs::ONE_IN_EIGHT);
            drive = Some(fresh);
        }
        if let Some(drive) = &mut drive {
            let began = Instant::now();
            drive(calls, Inputs::ONE_IN_EIGHT);
            measured.push(nanos(began.elapsed()) / count(calls));
        }
    }
    Nanos::of(measured).median
}

/// The mean over the threads.
fn round(subject: &Subject, inputs: Inputs, threads: usize, calls: u64) -> f64 {
    let arrived = AtomicUsize::new(0);
    let elapsed: Vec<Duration> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|index| {
                let mut drive = subject.drive();
                let arrived = &arrived;
                scope.spawn(move || {
                    pin(Some(index));
                    drive(calls.min(1_000), inputs);
                    arrived.fetch_add(1, Ordering::AcqRel);
                    while arrived.load(Ordering::Acquire) < threads {
                        std::hint::spin_loop();
                    }
                    let began = Instant::now();
                    drive(calls, inputs);
                    began.elapsed()
                })
            })
            .collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    nanos(elapsed.iter().sum()) / count(calls) / count(threads as u64)
}

fn calls_for(time: Duration, nanos_per_call: f64) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few millions")]
    let calls = (nanos(time) / nanos_per_call.max(0.5)) as u64;
    // A multiple of eight, so that the share of failures is exact.
    (calls & !7).max(64)
}

fn nanos(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}

/// Runs something on one core, where that is possible.
pub fn on_one_core<R>(run: impl FnOnce() -> R) -> R {
    pin(Some(0));
    let result = run();
    pin(None);
    result
}

/// Keeps the present thread on one core, or on none in particular, where that is possible.
#[cfg(target_os = "linux")]
fn pin(core: Option<usize>) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    // Asked once, since threads inherit what their parent was pinned to.
    static ALLOWED: OnceLock<CpuSet> = OnceLock::new();
    let allowed = ALLOWED.get_or_init(|| sched_getaffinity(None).unwrap_or_default());
    let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect();
    let mut set = *allowed;
    if let Some(core) = core.and_then(|core| cores.get(core % cores.len().max(1))) {
        set = CpuSet::new();
        set.set(*core);
    }
    let _ = sched_setaffinity(None, &set);
}

/// Keeps the present thread on one core, or on none in particular, where that is possible.
#[cfg(not(target_os = "linux"))]
fn pin(_core: Option<usize>) {}

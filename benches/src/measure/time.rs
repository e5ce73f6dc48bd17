//! Nanoseconds per call: pinned threads, rounds in turns, medians.
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

/// How long a subject is measured in a round, about.
/// Long enough for two threads to overlap nearly all the time, though they do not begin in the same instant.
const ROUND: Duration = Duration::from_millis(20);

/// The nanoseconds per call of each subject, for each number of threads on it: the medians of the rounds.
#[must_use]
pub fn per_call(subjects: &[Subject], inputs: Inputs, threads: &[usize], rounds: usize) -> Vec<Vec<f64>> {
    let runs: Vec<(&Subject, usize, u64)> = threads
        .iter()
        .flat_map(|threads| subjects.iter().map(|subject| (subject, *threads)))
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
    let medians: Vec<f64> = measured.into_iter().map(median).collect();
    medians.chunks(subjects.len().max(1)).map(<[f64]>::to_vec).collect()
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
    median(measured)
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
                    pin(index);
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Keeps the present thread on one core, where that is possible.
#[cfg(target_os = "linux")]
pub fn pin(core: usize) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    // Asked once, since threads inherit what their parent was pinned to.
    static CORES: OnceLock<Vec<usize>> = OnceLock::new();
    let cores = CORES.get_or_init(|| {
        let allowed = sched_getaffinity(None).unwrap_or_default();
        (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect()
    });
    if let Some(core) = cores.get(core % cores.len().max(1)) {
        let mut one = CpuSet::new();
        one.set(*core);
        let _ = sched_setaffinity(None, &one);
    }
}

/// Keeps the present thread on one core, where that is possible.
#[cfg(not(target_os = "linux"))]
pub fn pin(_core: usize) {}

//! The figures that are the same on every machine, near enough: measured here, gated by `budgets`.

use crate::{
    cases::{Case, GROUPS, Group},
    clocks, dependencies,
    figures::{Figures, Kind, Whose, whose},
    measure::{heap, instructions},
    sizes,
};
use std::{
    error::Error,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Which cases are measured, beside the first of a group that has one of them.
pub type Wanted<'a> = &'a (dyn Fn(&Case) -> bool + Sync);

/// Whether a case is one of ours.
#[must_use]
pub fn is_ours(case: &Case) -> bool {
    whose(case.name) == Whose::Ours
}

fn wanted<'a>(group: &'a Group, wanted: Wanted<'a>) -> Vec<&'a Case> {
    if !group.cases.iter().any(wanted) {
        return Vec::new();
    }
    let (first, others) = group.cases.split_at(1);
    first.iter().chain(others.iter().filter(|case| wanted(case))).collect()
}

/// Notes the instructions of a call, on as many cores as there are.
///
/// # Errors
/// There is no valgrind here, or a case cannot be made.
pub fn instructions(figures: &mut Figures, is_wanted: Wanted<'_>) -> Result<(), Box<dyn Error>> {
    let cases: Vec<(&Group, &Case)> = GROUPS
        .iter()
        .flat_map(|group| wanted(group, is_wanted).into_iter().map(move |case| (group, case)))
        .collect();
    let next = AtomicUsize::new(0);
    let counted = Mutex::new(vec![Err("not counted".to_owned()); cases.len()]);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((group, case)) = cases.get(index) else { break };
                    let count = instructions::per_call(group, case).map_err(|error| error.to_string());
                    counted.lock().unwrap_or_else(PoisonError::into_inner)[index] = count;
                }
            });
        }
    });
    for ((group, case), count) in cases.into_iter().zip(counted.into_inner().unwrap_or_default()) {
        figures.note(Kind::Instructions, group.name, case.name, count?);
    }
    Ok(())
}

/// Notes the allocations of a call. Needs the [counting allocator](heap::Counting).
///
/// # Errors
/// A case cannot be made.
pub fn allocations(figures: &mut Figures, is_wanted: Wanted<'_>) -> Result<(), Box<dyn Error>> {
    const CALLS: u32 = 1_000;
    for group in GROUPS {
        for case in wanted(group, is_wanted) {
            let mut drive = group.prepare(case)?.drive();
            drive(8, group.inputs);
            let (heap, ()) = heap::of(|| drive(CALLS.into(), group.inputs));
            let allocations = f64::from(u32::try_from(heap.allocations)?) / f64::from(CALLS);
            figures.note(Kind::Allocations, group.name, case.name, allocations);
        }
    }
    Ok(())
}

/// Notes bytes, readings of the clock, and crates.
///
/// # Errors
/// A policy is not valid, there is no runtime, or no cargo.
pub fn others(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    sizes::bytes(figures)?;
    clocks::readings(figures)?;
    dependencies::crates(figures)
}

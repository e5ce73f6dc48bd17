//! Time per call. It compares within one run only, and gates nothing.

use crate::{
    cases::{FILLS, Fill, Group},
    figures::{Figures, Kind},
    measure::time::{self, on_one_core},
    services,
};
use std::error::Error;

/// Two threads over one, and that over the same of the plain call: what a shared object costs, whatever the machine does.
pub const TWO_TO_ONE: &str = "two threads to one: ";
/// The same, over that of the plain call.
pub const TO_PLAIN: &str = "two threads to one, to the plain call's: ";
/// Calls in a window of time, one in eight of them failing.
pub const WINDOW: &str = "1 in 8 failing, so many calls in a window of time";
/// Their time in the fullest window over that in the emptiest.
pub const GROWTH: &str = "100,000 calls in a window of time, to 64";

/// Notes the time of every case of a group, with one thread and with two on the same object.
///
/// # Errors
/// A case cannot be made.
pub fn of_group(figures: &mut Figures, group: &Group, rounds: usize) -> Result<(), Box<dyn Error>> {
    let mut subjects = Vec::new();
    for case in group.cases {
        subjects.push((group.prepare(case)?, case.is_shared));
    }
    let measured = time::per_call(&subjects, group.inputs, rounds);
    let mut of_plain = None;
    for (case, (one, two)) in group.cases.iter().zip(measured) {
        figures.note(Kind::Nanos, group.name, case.name, one.median);
        let Some(two) = two else { continue };
        figures.note(Kind::NanosOfTwo, group.name, case.name, two.median);
        let two_to_one = two.calm / one.calm;
        let to_plain = two_to_one / *of_plain.get_or_insert(two_to_one);
        for (what, ratio) in [(TWO_TO_ONE, two_to_one), (TO_PLAIN, to_plain)] {
            figures.note(Kind::Ratio, &[what, group.name].concat(), case.name, ratio);
        }
    }
    Ok(())
}

/// Notes the time of a call with more and more calls in a window of time.
///
/// # Errors
/// A breaker cannot be made.
pub fn of_windows(figures: &mut Figures, batches: usize) -> Result<(), Box<dyn Error>> {
    for fill in FILLS {
        let nanos = on_one_core(|| of_window(fill, batches))?;
        figures.note(Kind::Nanos, WINDOW, &row(fill.name, fill.calls), nanos);
    }
    for name in ["ours", "seatbelt", "tower-resilience"] {
        let cost = |calls| figures.cost(Kind::Nanos, WINDOW, &row(name, calls));
        if let (Some(full), Some(empty)) = (cost(100_000), cost(64)) {
            figures.note(Kind::Ratio, GROWTH, name, full / empty);
        }
    }
    Ok(())
}

fn row(name: &str, calls: u64) -> String {
    if calls == 0 {
        name.to_owned()
    } else {
        format!("{name}: {calls}")
    }
}

fn of_window(fill: &Fill, batches: usize) -> Result<f64, Box<dyn Error>> {
    /// Calls that fill a window no further, to speak of.
    const FEW: u64 = 64;
    /// Windows with more are filled once.
    const SOON_FULL: u64 = 1_000;
    let mut failed = None;
    let mut is_first = true;
    let nanos = time::of_batches(batches, FEW, || {
        let is_new = std::mem::take(&mut is_first) || fill.calls <= SOON_FULL && fill.calls > 1;
        let made = is_new.then(fill.make)?;
        made.map_err(|error| failed = Some(error))
            .ok()
            .map(|subject| (subject, fill.calls.max(FEW)))
    });
    failed.map_or(Ok(nanos), Err)
}

/// Notes the time of finding a service by its name.
pub fn of_look_ups(figures: &mut Figures) {
    services::nanos(figures);
}

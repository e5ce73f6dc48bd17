//! One command, one page: everything is measured in one run, printed, and written to `docs/performance.md`.

mod sections;

use crate::{
    cases::{Case, GROUPS},
    compiling, exact,
    figures::Figures,
    measure::instructions,
    page::Page,
    times,
};
use std::{error::Error, time::Instant};

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everything; the page is written.
    Whole,
    /// A few rounds, and neither instructions nor compile time; nothing is written.
    Brief,
}

/// Measures and prints what compiling takes, and nothing else.
///
/// # Errors
/// It cannot be measured.
pub fn compiling() -> Result<(), Box<dyn Error>> {
    let mut figures = Figures::default();
    compiling::seconds(&mut figures)?;
    println!("{}", sections::compiling(&figures));
    Ok(())
}

/// Measures, prints and writes. Needs the [counting allocator](crate::measure::heap::Counting).
///
/// # Errors
/// Something cannot be measured, or the page not be written.
pub fn run(extent: Extent) -> Result<(), Box<dyn Error>> {
    let is_whole = extent == Extent::Whole;
    if is_whole && !instructions::is_possible() {
        return Err("instructions are counted by valgrind, which is not here; `--brief` does without".into());
    }
    let began = Instant::now();
    let every = &|_: &Case| true;
    let mut figures = Figures::default();
    let mut page = Page::begin()?;

    exact::allocations(&mut figures, every)?;
    if is_whole {
        exact::instructions(&mut figures, every)?;
        page.say("\n## Instructions and allocations per call");
        for group in GROUPS {
            page.say(sections::instructions(&figures, group));
        }
    }
    page.say(format_args!("\n## Time per call\n\n{}", sections::ABOUT_TIME));
    for group in GROUPS {
        times::of_group(&mut figures, group, if is_whole { 61 } else { 21 })?;
        page.say(sections::times(&figures, group));
    }
    times::of_windows(&mut figures, if is_whole { 200 } else { 40 })?;
    page.say(sections::windows(&figures));

    exact::others(&mut figures)?;
    times::of_look_ups(&mut figures);
    page.say("\n## Memory and services");
    for table in sections::bytes(&figures) {
        page.say(table);
    }
    page.say(sections::services(&figures));

    page.say("\n## Clock, crates, compile time");
    page.say(sections::readings(&figures));
    page.say(sections::crates(&figures));
    if is_whole {
        compiling::seconds(&mut figures)?;
        page.say(sections::compiling(&figures));
    }
    page.top(sections::targets(&figures));
    println!("\n{} s in all", began.elapsed().as_secs());
    if is_whole { page.write() } else { Ok(()) }
}

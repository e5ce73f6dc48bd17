//! What gates: instructions, allocations, bytes, readings of the clock and crates of every case of ours, against `budgets.toml`, and
//! against the targets that are exact. Never time.
//!
//! `cargo run --release -p benches --bin gate` checks; with `-- --write`, the figures become the budgets. Where there is no valgrind,
//! instructions are skipped.

use benches::{
    budgets::{self, Budgets},
    exact::{self, is_ours},
    figures::{Figures, Kind},
    measure::{heap, instructions},
    targets::{TARGETS, Target},
};
use std::{env, error::Error};

#[global_allocator]
static ALLOCATOR: heap::Counting = heap::Counting;

fn main() -> Result<(), Box<dyn Error>> {
    if instructions::run_as_child()? {
        return Ok(());
    }
    let writes = match env::args().nth(1).as_deref() {
        None => false,
        Some("--write") => true,
        Some(other) => return Err(format!("`{other}` is not known here: `--write`, or nothing").into()),
    };
    let counts = instructions::is_possible();
    let mut figures = Figures::default();
    if counts {
        exact::instructions(&mut figures, &is_ours)?;
    }
    exact::allocations(&mut figures, &is_ours)?;
    exact::others(&mut figures)?;
    if !writes {
        return check(&figures, counts);
    }
    if !counts {
        return Err("instructions are counted by valgrind, which is not here".into());
    }
    budgets::write(&figures)
}

fn check(figures: &Figures, counts: bool) -> Result<(), Box<dyn Error>> {
    let budgets = Budgets::load()?;
    let mut failures = Vec::new();
    for (kind, name) in budgets::KINDS {
        if kind == Kind::Instructions && !counts {
            println!("{name}: skipped, there is no valgrind here");
            continue;
        }
        let found = budgets.check(kind, figures);
        println!("{name}: {} figures, {} over", found.checked, found.failures.len());
        for hint in found.hints {
            println!("  hint: {hint}");
        }
        failures.extend(found.failures.into_iter().map(|failure| format!("{name}: {failure}")));
    }
    let gated = |target: &&Target| target.is_exact() && (counts || target.kind != Kind::Instructions);
    for target in TARGETS.iter().filter(gated) {
        let judged = target.judge(figures);
        if judged.measured.is_none() || judged.is_met == Some(false) {
            failures.push(format!("target not met: {}", target.what));
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    for failure in &failures {
        eprintln!("{failure}");
    }
    Err(format!(
        "{} failures; `-- --write` makes the figures the budgets",
        failures.len()
    )
    .into())
}

//! The instructions of the cases above the plain call, counted by callgrind, beside their budgets.
//!
//! `cargo run --release -p benches --bin instructions` prints all; words after `--` pick the cases that contain one of them.
//! Nothing fails here: the gate is `--bin gate`.

use benches::{
    budgets::Budgets,
    exact,
    figures::{Figures, Kind},
    measure::{heap, instructions},
    table::Table,
};
use std::{env, error::Error};

/// As in the report and the gate, so that they agree to the instruction.
#[global_allocator]
static ALLOCATOR: heap::Counting = heap::Counting;

fn main() -> Result<(), Box<dyn Error>> {
    if instructions::run_as_child()? {
        return Ok(());
    }
    let words: Vec<String> = env::args().skip(1).collect();
    if words.iter().any(|word| word.starts_with("--")) {
        return Err("budgets are checked by `--bin gate`; here, words pick cases".into());
    }
    let budgets = Budgets::load()?;
    let mut figures = Figures::default();
    exact::instructions(&mut figures, &|case| {
        words.is_empty() || words.iter().any(|word| case.name.contains(word.as_str()))
    })?;
    for group in figures.groups(Kind::Instructions) {
        let mut table = Table::new(group, &["case", "instructions", "over plain", "budget"]);
        for (case, count) in figures.group(Kind::Instructions, group) {
            let over = figures.cost(Kind::Instructions, group, case).unwrap_or(f64::NAN);
            let budget = budgets.of(Kind::Instructions, group, case);
            table.row([
                case.into(),
                format!("{count:.1}"),
                format!("{over:+.1}"),
                budget.map_or_else(String::new, |budget| budget.to_string()),
            ]);
        }
        println!("{table}");
    }
    Ok(())
}

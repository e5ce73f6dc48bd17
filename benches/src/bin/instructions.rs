//! The instructions of every case above the plain call, counted by callgrind.
//!
//! `cargo run --release -p benches --bin instructions` prints them; with `-- --check` it fails where a budget in
//! `budgets.toml` is exceeded, and says that it skipped the check where there is no valgrind.

use benches::{
    budgets::Budgets,
    cases::GROUPS,
    measure::instructions::{is_possible, per_call, run_as_child},
    table::Table,
};
use std::{env, error::Error};

fn main() -> Result<(), Box<dyn Error>> {
    if run_as_child()? {
        return Ok(());
    }
    let checks = env::args().skip(1).any(|argument| argument == "--check");
    if !is_possible() {
        println!("there is no valgrind here: skipped");
        return if checks { Ok(()) } else { Err("needs valgrind".into()) };
    }
    let only: Vec<String> = env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let budgets = Budgets::load()?;
    let mut exceeded = Vec::new();
    for group in GROUPS {
        let mut table = Table::new(group.name, &["case", "instructions", "over plain", "budget"]);
        let plain = per_call(&group, &group.cases[0])?;
        for case in group.cases {
            let budget = budgets.instructions(group.name, case.name);
            let is_wanted = only.is_empty() || only.iter().any(|word| case.name.contains(word.as_str()));
            if !is_wanted || (checks && budget.is_none()) {
                continue;
            }
            let count = per_call(&group, case)?;
            let over = count - plain;
            if budget.is_some_and(|budget| over > budget) {
                exceeded.push(format!("{}, {}", group.name, case.name));
            }
            let budget = budget.map_or_else(String::new, |budget| budget.to_string());
            table.row([case.name.into(), format!("{count:.1}"), format!("{over:+.1}"), budget]);
        }
        println!("{table}");
    }
    if exceeded.is_empty() {
        Ok(())
    } else {
        Err(format!("over budget: {}", exceeded.join("; ")).into())
    }
}

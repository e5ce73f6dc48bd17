//! The instructions of a successful call above the bare one, counted by callgrind.
//!
//! `cargo run --release -p benches --bin instructions` runs itself under valgrind, once per case and number of calls; the
//! difference between many calls and few, divided by their number, is exact.

use benches::CASES;
use std::{collections::HashMap, env, error::Error, hint::black_box, process::Command};

const FEW: u64 = 1_000;
const MANY: u64 = 11_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [name, calls] => run(name, calls.parse()?),
        _ => report(),
    }
}

fn run(name: &str, calls: u64) -> Result<(), Box<dyn Error>> {
    let (_, case, _) = CASES.iter().find(|(known, ..)| *known == name).ok_or("no such case")?;
    for call in 0..calls {
        black_box(case(black_box(call))).map_err(|_| "a benchmark must not fail")?;
    }
    Ok(())
}

fn report() -> Result<(), Box<dyn Error>> {
    let mut counts = HashMap::new();
    for (name, _, _) in CASES {
        let extra = instructions(name, MANY)?.saturating_sub(instructions(name, FEW)?);
        counts.insert(name, extra / (MANY - FEW));
    }
    println!("{:<20}{:>14}{:>12}", "case", "instructions", "over bare");
    for (name, _, bare) in CASES {
        println!(
            "{name:<20}{:>14}{:>12}",
            counts[name],
            counts[name].saturating_sub(counts[bare])
        );
    }
    Ok(())
}

fn instructions(name: &str, calls: u64) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([name, &calls.to_string()])
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text
        .split("Collected :")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    Ok(collected
        .ok_or_else(|| format!("callgrind counted nothing:\n{text}"))?
        .parse()?)
}

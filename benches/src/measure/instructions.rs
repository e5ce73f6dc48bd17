//! Instructions per call, counted by callgrind.
//!
//! The program runs itself under valgrind, twice per case; the difference between many calls and few, divided by their number,
//! is exact. What callgrind does not see is the price of an instruction: a locked one counts like any other. Reading the
//! system's clock is a system call under valgrind, where it is a read of shared memory otherwise, so clocks count for more
//! than they cost; the cases with a still clock count the same without.

use crate::cases::{Case, GROUPS, Group};
use std::{env, error::Error, io, process::Command};

/// The first argument of a run under valgrind.
const CHILD: &str = "count";
const FEW: u64 = 1_000;
const MANY: u64 = 5_000;

/// Whether this process is one that is counted; it has done its work then.
///
/// # Errors
/// The case cannot be made.
pub fn run_as_child() -> Result<bool, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [child, group, name, calls] = arguments.as_slice() else {
        return Ok(false);
    };
    if child != CHILD {
        return Ok(false);
    }
    let group = GROUPS
        .iter()
        .find(|known| known.name == *group)
        .ok_or("no such group")?;
    let case = group
        .cases
        .iter()
        .find(|known| known.name == *name)
        .ok_or("no such case")?;
    let subject = group.prepare(case)?;
    subject.drive()(calls.parse()?, group.inputs);
    Ok(true)
}

/// The instructions of one call of this case, on average.
///
/// # Errors
/// There is no valgrind here, or it counts nothing.
pub fn per_call(group: &Group, case: &Case) -> Result<f64, Box<dyn Error>> {
    let extra = count(group, case, MANY)?.saturating_sub(count(group, case, FEW)?);
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok(extra as f64 / (MANY - FEW) as f64)
}

/// Whether there is a valgrind.
#[must_use]
pub fn is_possible() -> bool {
    let version = Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

fn count(group: &Group, case: &Case, calls: u64) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([CHILD, group.name, case.name, &calls.to_string()])
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("valgrind does not start: {error}")))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text
        .split("Collected :")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    match collected {
        Some(collected) if output.status.success() => Ok(collected.parse()?),
        _ => Err(format!("callgrind counted nothing:\n{text}").into()),
    }
}

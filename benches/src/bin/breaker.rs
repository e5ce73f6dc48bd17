//! What the breaker costs, beside its peers: one command, one page.
//!
//! `cargo run --release -p benches --bin breaker` prints instructions (where there is a valgrind), allocations, time with one
//! thread and with two, time with one call in eight failing, and sizes. `-- --brief` leaves instructions out and takes fewer
//! rounds. With figures of time, only those of one run compare.

use benches::{
    cases::{FILLS, GROUPS, Group, REJECTED, SUCCESS, SUCCESS_ASYNC, TROUBLE},
    measure::{heap, instructions, time},
    sizes,
    subject::Subject,
    table::Table,
};
use std::{env, error::Error};

#[global_allocator]
static ALLOCATOR: heap::Counting = heap::Counting;

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    if instructions::run_as_child()? {
        return Ok(());
    }
    let is_brief = env::args().any(|argument| argument == "--brief");
    let rounds = if is_brief { 11 } else { 41 };
    time::pin(0);
    if !is_brief && instructions::is_possible() {
        for group in GROUPS {
            count(&group)?;
        }
    }
    for group in [SUCCESS, SUCCESS_ASYNC] {
        scale(&group, rounds)?;
    }
    for group in [REJECTED, TROUBLE] {
        clock(&group, rounds)?;
    }
    fill(if is_brief { 40 } else { 200 })?;
    weigh()
}

/// Instructions and allocations.
fn count(group: &Group) -> Done {
    let mut table = Table::new(
        format!("{}: instructions, allocations", group.name),
        &["case", "instructions", "over plain", "allocations"],
    );
    let plain = instructions::per_call(group, &group.cases[0])?;
    for case in group.cases {
        let count = instructions::per_call(group, case)?;
        let mut drive = group.prepare(case)?.drive();
        drive(8, group.inputs);
        let (heap, ()) = heap::of(|| drive(1_000, group.inputs));
        table.row([
            case.name.into(),
            format!("{count:.0}"),
            format!("{:+.0}", count - plain),
            format!("{:.1}", per_thousand(heap.allocations)),
        ]);
    }
    println!("{table}");
    Ok(())
}

/// Time with one thread and with two on the same object.
fn scale(group: &Group, rounds: usize) -> Done {
    let subjects = prepare(group)?;
    let measured = time::per_call(&subjects, group.inputs, &[1, 2], rounds);
    let (one, two) = (&measured[0], &measured[1]);
    let mut table = Table::new(
        format!("{}: ns per call, one thread and two", group.name),
        &["case", "one", "over plain", "two", "ratio"],
    );
    for (index, case) in group.cases.iter().enumerate() {
        table.row([
            case.name.into(),
            format!("{:.2}", one[index]),
            format!("{:+.2}", one[index] - one[0]),
            format!("{:.2}", two[index]),
            format!("{:.2}", two[index] / one[index]),
        ]);
    }
    println!("{table}");
    Ok(())
}

/// Time with one thread.
fn clock(group: &Group, rounds: usize) -> Done {
    let nanos = time::per_call(&prepare(group)?, group.inputs, &[1], rounds).concat();
    let mut table = Table::new(format!("{}: ns per call", group.name), &["case", "ns", "over plain"]);
    for (case, ns) in group.cases.iter().zip(&nanos) {
        table.row([case.name.into(), format!("{ns:.2}"), format!("{:+.2}", ns - nanos[0])]);
    }
    println!("{table}");
    Ok(())
}

/// Time with one call in eight failing and more and more calls in a window of time.
fn fill(batches: usize) -> Done {
    /// Calls that fill a window no further, to speak of.
    const FEW: u64 = 64;
    /// Windows with more are filled once.
    const SOON_FULL: u64 = 1_000;
    let mut table = Table::new(
        "1 in 8 failing, calls in a window of time: ns per call",
        &["case", "calls", "ns", "over plain"],
    );
    let mut plain = None;
    for fill in FILLS {
        let mut failed = None;
        let mut is_first = true;
        let nanos = time::of_batches(batches, FEW, || {
            let is_new = std::mem::take(&mut is_first) || fill.calls <= SOON_FULL && fill.calls > 1;
            let made = is_new.then(fill.make)?;
            made.map_err(|error| failed = Some(error))
                .ok()
                .map(|subject| (subject, fill.calls.max(FEW)))
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let plain = *plain.get_or_insert(nanos);
        table.row([
            fill.name.into(),
            fill.calls.to_string(),
            format!("{nanos:.2}"),
            format!("{:+.2}", nanos - plain),
        ]);
    }
    println!("{table}");
    Ok(())
}

/// Bytes.
fn weigh() -> Done {
    let mut table = Table::new("sizes", &["what", "bytes"]);
    for (name, bytes) in sizes::of_types() {
        table.row([name.into(), bytes.to_string()]);
    }
    for (name, bytes) in sizes::on_heap()? {
        table.row([format!("heap, {name}"), bytes.to_string()]);
    }
    println!("{table}");
    Ok(())
}

fn prepare(group: &Group) -> Result<Vec<Subject>, Box<dyn Error>> {
    group.cases.iter().map(|case| group.prepare(case)).collect()
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn per_thousand(count: u64) -> f64 {
    count as f64 / 1_000.0
}

//! What a call costs, beside other crates: one command, one page.
//!
//! `cargo run --release -p benches --bin report` prints instructions and allocations (where there is a valgrind), time with one
//! thread and with two, and sizes, and writes all of it to `docs/performance.md`. `-- --brief` leaves instructions out, takes
//! fewer rounds, and writes nothing. Figures of time compare within one run only.

use benches::{
    asleep,
    cases::{
        FILLS, GROUPS, Group, NESTED, REJECTED, RETRY_EXHAUSTED, RETRY_RECOVERS, RETRY_SUCCESS, SUCCESS, SUCCESS_ASYNC,
        TROUBLE,
    },
    lookups,
    measure::{heap, instructions, time},
    page::Page,
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
    let rounds = if is_brief { 5 } else { 21 };
    let mut page = Page::begin()?;
    time::pin(0);
    if !is_brief && instructions::is_possible() {
        for group in GROUPS {
            count(&mut page, &group)?;
        }
    }
    for group in [SUCCESS, SUCCESS_ASYNC, REJECTED] {
        scale(&mut page, &group, rounds)?;
    }
    // With one thread: of two on tower-resilience, one may wait for the other for milliseconds at each call.
    for group in [TROUBLE, RETRY_SUCCESS, RETRY_RECOVERS, RETRY_EXHAUSTED, NESTED] {
        clock(&mut page, &group, rounds)?;
    }
    fill(&mut page, if is_brief { 40 } else { 200 })?;
    find(&mut page);
    sleep(&mut page)?;
    weigh(&mut page)?;
    if is_brief { Ok(()) } else { page.write() }
}

/// Instructions and allocations.
fn count(page: &mut Page, group: &Group) -> Done {
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
    page.say(table);
    Ok(())
}

/// Time with one thread and with two on the same object.
fn scale(page: &mut Page, group: &Group, rounds: usize) -> Done {
    let subjects = prepare(group)?;
    let measured = time::per_call(&subjects, group.inputs, &[1, 2], rounds);
    let (one, two) = (&measured[0], &measured[1]);
    let mut table = Table::new(
        format!("{}: ns per call, one thread and two", group.name),
        &["case", "one", "over plain", "to ours", "two", "two to one"],
    );
    for (index, case) in group.cases.iter().enumerate() {
        table.row([
            case.name.into(),
            format!("{:.2}", one[index]),
            format!("{:+.2}", one[index] - one[0]),
            to_ours(group, one, index),
            format!("{:.2}", two[index]),
            format!("{:.2}", two[index] / one[index]),
        ]);
    }
    page.say(table);
    Ok(())
}

/// Time with one thread.
fn clock(page: &mut Page, group: &Group, rounds: usize) -> Done {
    let nanos = time::per_call(&prepare(group)?, group.inputs, &[1], rounds).concat();
    let mut table = Table::new(
        format!("{}: ns per call", group.name),
        &["case", "ns", "over plain", "to ours"],
    );
    for (index, (case, ns)) in group.cases.iter().zip(&nanos).enumerate() {
        table.row([
            case.name.into(),
            format!("{ns:.2}"),
            format!("{:+.2}", ns - nanos[0]),
            to_ours(group, &nanos, index),
        ]);
    }
    page.say(table);
    Ok(())
}

/// Time with one call in eight failing and more and more calls in a window of time.
fn fill(page: &mut Page, batches: usize) -> Done {
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
    page.say(table);
    Ok(())
}

/// Services by name.
fn find(page: &mut Page) {
    let mut table = Table::new(
        "finding a service by name: ns",
        &["services", "ours", "std map in a lock"],
    );
    for services in [1, 100, 100_000] {
        let [ours, map] = lookups::nanos(services);
        table.row([services.to_string(), format!("{ours:.1}"), format!("{map:.1}")]);
    }
    page.say(table);
}

/// Calls that wait.
fn sleep(page: &mut Page) -> Done {
    const CALLS: u32 = 100_000;
    let mut table = Table::new("100,000 calls asleep between two attempts", &["what", "bytes each"]);
    for (name, bytes) in asleep::bytes(CALLS)? {
        table.row([name.into(), format!("{bytes:.0}")]);
    }
    page.say(table);
    Ok(())
}

/// Bytes.
fn weigh(page: &mut Page) -> Done {
    let mut table = Table::new("sizes", &["what", "bytes"]);
    for (name, bytes) in sizes::of_types() {
        table.row([name.into(), bytes.to_string()]);
    }
    for (name, bytes) in sizes::on_heap()? {
        table.row([format!("heap, {name}"), bytes.to_string()]);
    }
    page.say(table);
    Ok(())
}

/// The figure of a row over that of the first row of ours.
fn to_ours(group: &Group, figures: &[f64], index: usize) -> String {
    let ours = group.cases.iter().position(|case| case.name.starts_with("ours"));
    ours.map_or_else(String::new, |ours| format!("{:.1}", figures[index] / figures[ours]))
}

fn prepare(group: &Group) -> Result<Vec<Subject>, Box<dyn Error>> {
    group.cases.iter().map(|case| group.prepare(case)).collect()
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn per_thousand(count: u64) -> f64 {
    count as f64 / 1_000.0
}

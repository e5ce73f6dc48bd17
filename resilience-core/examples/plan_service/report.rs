//! The reckoning: what the framework counted beside what the server saw, and whether every promise was kept.

use super::{
    narrator::{Colour, Narrator},
    promises::{Endings, Promise, promises},
    server::{Server, route},
};
use resilience_core::{OperationReport, Registry, Statistics};

/// Which route an operation calls.
pub(crate) const ROUTES: &[(&str, &str)] = &[
    ("fetch_plan", route::PLAN),
    ("validate_plan", route::VALIDATE),
    ("apply_plan", route::APPLY),
    ("prepare_plan", route::STEPS),
    ("roll_out", route::HEALTH),
    ("find_tool", route::TOOL),
];

/// One operation, from both sides.
pub(crate) struct Row {
    pub(crate) service: &'static str,
    pub(crate) operation: OperationReport,
    pub(crate) requests: usize,
}

/// Prints the table and the promises; `true` if all were kept.
pub(crate) fn reckon(narrator: &Narrator, server: &Server, endings: Endings) -> bool {
    let rows = rows(server);
    table(narrator, &rows);

    narrator.chapter(
        "Promises",
        "Each is checked against the server's own ledger of requests and their times.",
    );
    let promises = promises(narrator, server, &rows, endings);
    for Promise { kept, text } in &promises {
        let (colour, head) = if *kept {
            (Colour::Green, "   ok      ")
        } else {
            (Colour::Red, "   BROKEN  ")
        };
        narrator.wrapped(colour, head, text);
    }
    let broken = promises.iter().filter(|promise| !promise.kept).count();
    println!();
    if broken == 0 {
        narrator.line(Colour::Green, &format!("All {} promises were kept.", promises.len()));
    } else {
        narrator.line(
            Colour::Red,
            &format!("{broken} of {} promises were BROKEN.", promises.len()),
        );
    }
    broken == 0
}

fn rows(server: &Server) -> Vec<Row> {
    let requests = |operation: &str| {
        let route = ROUTES.iter().find(|(name, _)| *name == operation);
        route.map_or(0, |(_, route)| server.arrivals(route).len())
    };
    let services = Registry::global().services();
    let rows = services.into_iter().flat_map(|service| {
        let operations = service.operations().into_iter();
        operations.map(|operation| Row {
            service: service.name(),
            requests: requests(operation.name),
            operation,
        })
    });
    rows.collect()
}

fn table(narrator: &Narrator, rows: &[Row]) {
    narrator.chapter(
        "The counts",
        "`requests` is what the server saw; everything left of it is what the framework counted.",
    );
    let head = format!(
        "{:<12} {:<13} {:<10} {:>5} {:>8} {:>7} {:>8} | {:>8}",
        "service", "operation", "kind", "calls", "attempts", "retries", "rejected", "requests"
    );
    narrator.line(Colour::Bold, &head);
    for Row {
        service,
        operation,
        requests,
    } in rows
    {
        let Statistics {
            calls,
            attempts,
            retries,
            rejected,
            ..
        } = operation.statistics;
        let kind = format!("{:?}", operation.kind).to_lowercase();
        println!(
            "{service:<12} {:<13} {kind:<10} {calls:>5} {attempts:>8} {retries:>7} {rejected:>8} | {requests:>8}",
            operation.name
        );
    }
}

//! Tables of figures.

use crate::{
    cases::Group,
    clocks, compiling, dependencies,
    figures::{Figures, Kind, Whose, whose},
    services, sizes,
    table::Table,
    targets::{PROVEN, TARGETS},
    times,
};

/// What the columns of time mean.
pub(super) const ABOUT_TIME: &str = "\
Nanoseconds per call, medians of rounds. `two` is the mean of two threads on the same object. `two to one` compares calm rounds, the
end of the quickest fifth of each: the machine has other things to do, which only add. `to plain's` is that over the same of the
first row, which shares nothing: so the machine's own part is taken out.";

/// Every target, what was measured, and what the best peer does.
pub(super) fn targets(figures: &Figures) -> Table {
    let mut table = Table::new("Targets", &["what", "at most", "measured", "best peer", "met"]);
    for target in TARGETS {
        let judged = target.judge(figures);
        let peer = judged
            .peer
            .map(|(case, cost)| format!("{} ({case})", number(target.kind, cost)));
        table.row([
            target.what.into(),
            target.limit.map_or_else(|| "-".into(), |limit| limit.to_string()),
            judged
                .measured
                .map_or_else(|| "not measured".into(), |(_, cost)| number(target.kind, cost)),
            peer.unwrap_or_else(|| "-".into()),
            judged
                .is_met
                .map_or("-", |is_met| if is_met { "yes" } else { "**no**" })
                .into(),
        ]);
    }
    for (what, test) in PROVEN {
        table.row([
            what.into(),
            "0".into(),
            format!("proved by {test}"),
            "-".into(),
            "yes".into(),
        ]);
    }
    table
}

/// Instructions and allocations of a group.
pub(super) fn instructions(figures: &Figures, group: &Group) -> Table {
    let mut table = Table::new(
        group.name,
        &["case", "instructions", "over plain", "to ours", "allocations"],
    );
    for (case, count) in figures.group(Kind::Instructions, group.name) {
        table.row([
            case.into(),
            number(Kind::Instructions, count),
            signed(figures, Kind::Instructions, group.name, case),
            to_ours(figures, Kind::Instructions, group.name, count),
            figures
                .get(Kind::Allocations, group.name, case)
                .map_or_else(String::new, |count| number(Kind::Allocations, count)),
        ]);
    }
    table
}

/// Times of a group, with one thread and with two.
pub(super) fn times(figures: &Figures, group: &Group) -> Table {
    let mut table = Table::new(
        group.name,
        &[
            "case",
            "one",
            "over plain",
            "to ours",
            "two",
            "two to one",
            "to plain's",
        ],
    );
    for (case, nanos) in figures.group(Kind::Nanos, group.name) {
        let ratio = |of: &str| figures.get(Kind::Ratio, &[of, group.name].concat(), case);
        let cell = |kind, value: Option<f64>| value.map_or_else(|| "-".into(), |value| number(kind, value));
        table.row([
            case.into(),
            number(Kind::Nanos, nanos),
            signed(figures, Kind::Nanos, group.name, case),
            to_ours(figures, Kind::Nanos, group.name, nanos),
            cell(Kind::Nanos, figures.get(Kind::NanosOfTwo, group.name, case)),
            cell(Kind::Ratio, ratio(times::TWO_TO_ONE)),
            cell(Kind::Ratio, ratio(times::TO_PLAIN)),
        ]);
    }
    table
}

/// Fuller and fuller windows of time.
pub(super) fn windows(figures: &Figures) -> Table {
    let mut table = Table::new(times::WINDOW, &["case: calls", "ns", "over plain", "to ours"]);
    for (case, nanos) in figures.group(Kind::Nanos, times::WINDOW) {
        let ours = case
            .split_once(": ")
            .and_then(|(_, calls)| figures.get(Kind::Nanos, times::WINDOW, &["ours: ", calls].concat()));
        table.row([
            case.into(),
            number(Kind::Nanos, nanos),
            signed(figures, Kind::Nanos, times::WINDOW, case),
            ours.map_or_else(String::new, |ours| format!("{:.1}", nanos / ours)),
        ]);
    }
    table
}

/// Types, futures, breakers, and calls asleep.
pub(super) fn bytes(figures: &Figures) -> Vec<Table> {
    [sizes::TYPES, sizes::FUTURES, sizes::BREAKERS, sizes::ASLEEP]
        .map(|group| simple(figures, Kind::Bytes, group, "bytes"))
        .into()
}

/// The memory of services, and finding them.
pub(super) fn services(figures: &Figures) -> Table {
    let mut table = Table::new(services::LOOK_UP, &["in what, services", "ns", "to ours", "bytes each"]);
    let mut ours = f64::NAN;
    for (case, nanos) in figures.group(Kind::Nanos, services::LOOK_UP) {
        // The first of each number of services.
        if whose(case) == Whose::Ours {
            ours = nanos;
        }
        let bytes = figures.get(Kind::Bytes, services::MEMORY, case);
        table.row([
            case.into(),
            format!("{nanos:.1}"),
            format!("{:.1}", nanos / ours),
            bytes.map_or_else(String::new, |bytes| number(Kind::Bytes, bytes)),
        ]);
    }
    table
}

/// Who reads the clock.
pub(super) fn readings(figures: &Figures) -> Table {
    let mut table = Table::new("readings of the clock per call", &["case", "readings"]);
    for (group, state) in [(clocks::READINGS, ""), (clocks::REJECTED, ", rejected")] {
        for (case, readings) in figures.group(Kind::Readings, group) {
            table.row([format!("{case}{state}"), number(Kind::Readings, readings)]);
        }
    }
    table
}

/// What comes along.
pub(super) fn crates(figures: &Figures) -> Table {
    simple(figures, Kind::Crates, dependencies::LINKED, "crates")
}

/// Check and build.
pub(super) fn compiling(figures: &Figures) -> Table {
    let [check, build] = compiling::WAYS;
    let mut table = Table::new(
        "compiling 1,000 async methods",
        &[
            "methods",
            "check, s",
            "to plain",
            "to instrument",
            "build, s",
            "to plain",
            "to instrument",
        ],
    );
    for (case, _) in figures.group(Kind::Seconds, check.seconds) {
        let columns = [check, build].map(|way| {
            let cell = |kind, group| figures.get(kind, group, case).unwrap_or(f64::NAN);
            [
                cell(Kind::Seconds, way.seconds),
                cell(Kind::Ratio, way.to_plain),
                cell(Kind::Ratio, way.to_instrument),
            ]
        });
        let figures = columns.into_iter().flatten().map(|value| format!("{value:.2}"));
        table.row(std::iter::once(case.to_owned()).chain(figures));
    }
    table
}

fn simple(figures: &Figures, kind: Kind, group: &str, column: &str) -> Table {
    let has_peers = figures.best_peer(kind, group).is_some();
    let columns = ["what", column, "to ours"];
    let mut table = Table::new(group, if has_peers { &columns } else { &columns[..2] });
    for (case, value) in figures.group(kind, group) {
        let ratio = has_peers.then(|| to_ours(figures, kind, group, value));
        table.row([case.to_owned(), number(kind, value)].into_iter().chain(ratio));
    }
    table
}

/// The figure of a row over that of the first row of ours.
fn to_ours(figures: &Figures, kind: Kind, group: &str, value: f64) -> String {
    let ours = figures.group(kind, group).find(|(case, _)| whose(case) == Whose::Ours);
    ours.map_or_else(String::new, |(_, ours)| format!("{:.1}", value / ours))
}

fn signed(figures: &Figures, kind: Kind, group: &str, case: &str) -> String {
    let cost = figures.cost(kind, group, case).unwrap_or(f64::NAN);
    let sign = if cost < 0.0 { "" } else { "+" };
    format!("{sign}{}", number(kind, cost))
}

fn number(kind: Kind, value: f64) -> String {
    match kind {
        Kind::Instructions | Kind::Bytes | Kind::Crates => format!("{value:.0}"),
        Kind::Allocations | Kind::Readings => format!("{value:.1}"),
        Kind::Nanos | Kind::NanosOfTwo | Kind::Ratio | Kind::Seconds => format!("{value:.2}"),
    }
}

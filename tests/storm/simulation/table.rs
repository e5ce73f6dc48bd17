//! The runs as a table of eighty columns.

use super::{Recovery, Run};
use std::fmt::Write;

type Column = (&'static str, fn(&Run) -> String);

const LOAD: [Column; 3] = [
    ("amplification", |run| format!("{:.2}", run.amplification)),
    ("peak load", |run| format!("{:.1}", run.peak)),
    ("recovery, s", |run| match run.recovery {
        Recovery::NotNeeded => "-".to_owned(),
        Recovery::After(seconds) => seconds.to_string(),
        Recovery::Never => "never".to_owned(),
    }),
];

const WORTH: [Column; 3] = [
    ("goodput, %", |run| percent(run.goodput)),
    ("goodput after, %", |run| match run.recovery {
        Recovery::NotNeeded => "-".to_owned(),
        _ => percent(run.goodput_after),
    }),
    ("wasted work, %", |run| percent(run.wasted)),
];

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// One line per policy, the depths side by side.
pub(crate) fn table(runs: &[Run]) -> String {
    format!("{}\n{}", block(runs, LOAD), block(runs, WORTH))
}

fn block(runs: &[Run], columns: [Column; 3]) -> String {
    let mut depths: Vec<_> = runs.iter().map(|run| run.depth).collect();
    depths.sort_unstable();
    depths.dedup();
    let mut policies: Vec<_> = Vec::new();
    for run in runs {
        if !policies.contains(&run.policy) {
            policies.push(run.policy);
        }
    }

    let line = |name: &str, cells: [String; 3]| {
        let mut line = format!("{name:<17}");
        for ((head, _), cells) in columns.iter().zip(cells) {
            // Writing to a string does not fail.
            let _ = write!(line, " | {cells:>width$}", width = head.len().max(depths.len() * 6));
        }
        line + "\n"
    };
    let numbers = depths
        .iter()
        .map(|depth| format!("{depth:>6}"))
        .collect::<Vec<_>>()
        .concat();
    let mut text = line("", columns.map(|(head, _)| head.to_owned()));
    text.push_str(&line("depth", columns.map(|_| numbers.clone())));
    for policy in policies {
        let cells = columns.map(|(_, cell)| {
            let at = |depth| runs.iter().find(|run| run.policy == policy && run.depth == depth);
            let cells = depths
                .iter()
                .map(|depth| format!("{:>6}", at(*depth).map(cell).unwrap_or_default()));
            cells.collect::<Vec<_>>().concat()
        });
        text.push_str(&line(policy, cells));
    }
    text
}

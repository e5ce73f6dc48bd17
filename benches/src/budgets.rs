//! What ours may cost: the committed figures of `budgets.toml`, and what is found when others are held against them. Never time.

use crate::figures::{Figures, Kind, Whose, whose};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// By group and case.
type Committed = BTreeMap<String, BTreeMap<String, f64>>;

/// The kinds that are gated, each a table of `budgets.toml`.
pub const KINDS: [(Kind, &str); 5] = [
    (Kind::Instructions, "instructions"),
    (Kind::Allocations, "allocations"),
    (Kind::Bytes, "bytes"),
    (Kind::Readings, "readings"),
    (Kind::Crates, "crates"),
];

/// The committed budgets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    tolerance: Tolerance,
    #[serde(default)]
    instructions: Committed,
    #[serde(default)]
    allocations: Committed,
    #[serde(default)]
    bytes: Committed,
    #[serde(default)]
    readings: Committed,
    #[serde(default)]
    crates: Committed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tolerance {
    instructions: Room,
    allocations: Room,
    bytes: Room,
    readings: Room,
    crates: Room,
    /// Below its budget by this share of it, a figure deserves a lower one.
    hint: f64,
}

/// How far a figure may be above its budget: a share of the budget, or so much, whichever is more.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Room {
    share: f64,
    least: f64,
}

impl Room {
    fn above(self, budget: f64) -> f64 {
        (budget.abs() * self.share).max(self.least)
    }
}

/// What is wrong, and what could be better.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Figures over their budget or without one, and budgets of nothing.
    pub failures: Vec<String>,
    /// Budgets that could be lower.
    pub hints: Vec<String>,
    /// How many figures were held against a budget.
    pub checked: usize,
}

impl Budgets {
    /// Reads `budgets.toml`.
    ///
    /// # Errors
    /// It cannot be read or understood.
    pub fn load() -> Result<Self, Box<dyn Error>> {
        Ok(toml::from_str(&fs::read_to_string(path())?)?)
    }

    /// The budget of a case.
    #[must_use]
    pub fn of(&self, kind: Kind, group: &str, case: &str) -> Option<f64> {
        self.committed(kind)?.0.get(group)?.get(case).copied()
    }

    fn committed(&self, kind: Kind) -> Option<(&Committed, Room)> {
        match kind {
            Kind::Instructions => Some((&self.instructions, self.tolerance.instructions)),
            Kind::Allocations => Some((&self.allocations, self.tolerance.allocations)),
            Kind::Bytes => Some((&self.bytes, self.tolerance.bytes)),
            Kind::Readings => Some((&self.readings, self.tolerance.readings)),
            Kind::Crates => Some((&self.crates, self.tolerance.crates)),
            _ => None,
        }
    }

    /// Holds every figure of ours of this kind against its budget, and every budget against the figures.
    #[must_use]
    pub fn check(&self, kind: Kind, figures: &Figures) -> Findings {
        let mut findings = Findings::default();
        let Some((committed, room)) = self.committed(kind) else {
            return findings;
        };
        for (group, case, cost) in ours(kind, figures) {
            let Some(budget) = self.of(kind, group, case) else {
                findings.failures.push(format!("{group}, {case}: has no budget"));
                continue;
            };
            findings.checked += 1;
            if cost > budget + room.above(budget) {
                let failure = format!("{group}, {case}: {cost:.1} is over the budget of {budget}");
                findings.failures.push(failure);
            } else if cost < budget * (1.0 - self.tolerance.hint) - room.least {
                let hint =
                    format!("{group}, {case}: {cost:.1} is far below the budget of {budget}, which could be lower");
                findings.hints.push(hint);
            }
        }
        for (group, cases) in committed {
            for case in cases.keys() {
                if figures.get(kind, group, case).is_none() {
                    findings
                        .failures
                        .push(format!("{group}, {case}: is budgeted, but measured nowhere"));
                }
            }
        }
        findings
    }
}

/// Every figure of ours of a kind, with its group and case.
fn ours(kind: Kind, figures: &Figures) -> impl Iterator<Item = (&str, &str, f64)> {
    figures.groups(kind).into_iter().flat_map(move |group| {
        figures
            .group(kind, group)
            .filter(|(case, _)| whose(case) == Whose::Ours)
            .filter_map(move |(case, _)| Some((group, case, figures.cost(kind, group, case)?)))
    })
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("budgets.toml")
}

/// Makes the figures of ours the budgets; the tolerance and what else stands above the first budget is kept.
///
/// # Errors
/// `budgets.toml` cannot be read or written.
pub fn write(figures: &Figures) -> Result<(), Box<dyn Error>> {
    let present = fs::read_to_string(path())?;
    fs::write(path(), rewritten(&present, figures)?)?;
    Ok(())
}

fn rewritten(present: &str, figures: &Figures) -> Result<String, Box<dyn Error>> {
    let is_budget = |line: &str| KINDS.iter().any(|(_, name)| line.starts_with(&format!("[{name}")));
    let mut text: String = present
        .split_inclusive('\n')
        .take_while(|line| !is_budget(line))
        .collect();
    for (kind, name) in KINDS {
        let mut last = None;
        for (group, case, cost) in ours(kind, figures) {
            if last != Some(group) {
                writeln!(text, "{}[{name}.{group:?}]", if last.is_some() { "\n" } else { "" })?;
                last = Some(group);
            }
            // Rounded up, to what is the same in the next run.
            let parts = if kind == Kind::Allocations { 1_000.0 } else { 10.0 };
            writeln!(text, "{case:?} = {}", (cost * parts - 1e-6).ceil() / parts + 0.0)?;
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "
        [tolerance]
        instructions = { share = 0.05, least = 3 }
        allocations = { share = 0, least = 0 }
        bytes = { share = 0, least = 0 }
        readings = { share = 0, least = 0 }
        crates = { share = 0, least = 0 }
        hint = 0.2
        ";

    fn budgets(instructions: &str) -> Budgets {
        toml::from_str(&format!("{HEAD}\n[instructions.success]\n{instructions}")).unwrap()
    }

    fn measured(ours: f64) -> Figures {
        let mut figures = Figures::default();
        for (case, value) in [("plain call", 20.0), ("ours", 20.0 + ours), ("peer", 900.0)] {
            figures.note(Kind::Instructions, "success", case, value);
        }
        figures
    }

    #[test]
    fn a_figure_may_be_over_its_budget_by_the_tolerance_and_no_more() {
        let budgets = budgets("ours = 100");
        let found = |ours| budgets.check(Kind::Instructions, &measured(ours));

        assert_eq!(
            found(105.0),
            Findings {
                checked: 1,
                ..Findings::default()
            }
        );
        assert_eq!(
            found(105.1).failures,
            ["success, ours: 105.1 is over the budget of 100"]
        );
    }

    #[test]
    fn a_small_budget_has_the_least_room() {
        let budgets = budgets("ours = 10");
        let found = |ours| budgets.check(Kind::Instructions, &measured(ours)).failures.len();

        assert_eq!([found(13.0), found(13.1)], [0, 1]);
    }

    #[test]
    fn a_figure_far_below_its_budget_is_hinted_at() {
        let findings = budgets("ours = 100").check(Kind::Instructions, &measured(70.0));

        assert_eq!(findings.failures.len(), 0);
        assert_eq!(findings.hints.len(), 1);
    }

    #[test]
    fn what_has_no_budget_fails_and_so_does_a_budget_of_nothing() {
        let findings = budgets("forgotten = 1").check(Kind::Instructions, &measured(1.0));

        assert_eq!(
            findings.failures,
            [
                "success, ours: has no budget",
                "success, forgotten: is budgeted, but measured nowhere"
            ]
        );
    }

    #[test]
    fn written_budgets_hold_what_was_measured_and_keep_the_tolerance() {
        let text = rewritten(&format!("{HEAD}\n[instructions.old]\nours = 1\n"), &measured(9.96)).unwrap();

        assert!(text.starts_with(HEAD));
        assert!(text.ends_with("[instructions.\"success\"]\n\"ours\" = 10\n"), "{text}");
        assert!(!text.contains("old"));
    }

    #[test]
    fn the_committed_budgets_are_understood() {
        assert!(Budgets::load().is_ok());
    }
}

//! What ours is to cost, and whether it does. The limits stand in `list` and nowhere else: page and gate judge by them.

mod list;

use crate::figures::{Figures, Kind};
pub use list::{PROVEN, TARGETS};

/// Something that is to cost no more than so much.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What is measured, and in what.
    pub what: &'static str,
    /// What the dearest of the cases may cost, if there is a limit.
    pub limit: Option<f64>,
    /// What kind of figure it is.
    pub kind: Kind,
    /// Groups and cases.
    cases: &'static [(&'static str, &'static str)],
    /// The group of the other crates' figures.
    peers: Option<&'static str>,
}

impl Target {
    /// Whether the figure is the same on every machine, so that a limit can be a gate.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        matches!(
            self.kind,
            Kind::Instructions | Kind::Allocations | Kind::Bytes | Kind::Readings | Kind::Crates
        )
    }
}

/// A target, and what became of it in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged<'a> {
    /// The cost of the dearest case, and its name.
    pub measured: Option<(&'static str, f64)>,
    /// The other crate that costs the least.
    pub peer: Option<(&'a str, f64)>,
    /// Whether the limit is kept, where there is a limit and a figure.
    pub is_met: Option<bool>,
}

impl Target {
    /// Holds it against the figures of a run, which count to a hundredth.
    #[must_use]
    pub fn judge<'a>(&self, figures: &'a Figures) -> Judged<'a> {
        let costs: Option<Vec<(&'static str, f64)>> = self
            .cases
            .iter()
            .map(|(group, case)| Some((*case, figures.cost(self.kind, group, case)?)))
            .collect();
        let measured = costs.and_then(|costs| costs.into_iter().max_by(|one, other| one.1.total_cmp(&other.1)));
        Judged {
            measured,
            peer: self.peers.and_then(|group| figures.best_peer(self.kind, group)),
            is_met: self
                .limit
                .zip(measured)
                .map(|(limit, (_, cost))| (cost * 100.0).round() / 100.0 <= limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Target = Target {
        what: "instructions",
        limit: Some(12.0),
        kind: Kind::Instructions,
        cases: &[("success", "ours"), ("success", "ours: held")],
        peers: Some("success"),
    };

    fn measured(held: f64) -> Figures {
        let mut figures = Figures::default();
        for (case, value) in [
            ("plain call", 20.0),
            ("ours", 29.0),
            ("ours: held", held),
            ("peer", 60.0),
        ] {
            figures.note(Kind::Instructions, "success", case, value);
        }
        figures
    }

    #[test]
    fn the_dearest_case_counts_and_may_cost_the_limit() {
        let figures = measured(32.0);

        assert_eq!(
            TARGET.judge(&figures),
            Judged {
                measured: Some(("ours: held", 12.0)),
                peer: Some(("peer", 40.0)),
                is_met: Some(true)
            }
        );
        assert_eq!(TARGET.judge(&measured(32.01)).is_met, Some(false));
    }

    #[test]
    fn nothing_is_met_while_a_case_is_not_measured() {
        let mut figures = Figures::default();
        figures.note(Kind::Instructions, "success", "ours", 1.0);

        assert_eq!(TARGET.judge(&figures).measured, None);
        assert_eq!(TARGET.judge(&figures).is_met, None);
    }

    #[test]
    fn a_figure_without_a_limit_is_neither_met_nor_missed() {
        let unlimited = Target { limit: None, ..TARGET };

        assert_eq!(unlimited.judge(&measured(99.0)).is_met, None);
    }
}

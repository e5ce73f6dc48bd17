//! Every figure of a run: what was measured, in which group, of which case.

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Instructions per call.
    Instructions,
    /// Allocations per call.
    Allocations,
    /// Bytes, of what the group says.
    Bytes,
    /// Readings of the clock per call.
    Readings,
    /// Crates that come along.
    Crates,
    /// Nanoseconds per call, with one thread.
    Nanos,
    /// Nanoseconds per call, with two threads on one object.
    NanosOfTwo,
    /// Something over something else.
    Ratio,
    /// Seconds of compiling.
    Seconds,
}

impl Kind {
    /// Whether the first row of a group is what the others are compared with.
    const fn is_over_plain(self) -> bool {
        matches!(self, Self::Instructions | Self::Nanos | Self::NanosOfTwo)
    }
}

/// Whose a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This framework's.
    Ours,
    /// Another crate's.
    Peers,
    /// Nobody's: what the others are compared with.
    Baseline,
}

/// Whose a row of this name is.
#[must_use]
pub fn whose(case: &str) -> Whose {
    const BASELINES: [&str; 6] = [
        "plain call",
        "loop by hand",
        "tokio: sleep",
        "plain",
        "instrument",
        "instrument, skip_all",
    ];
    if case.starts_with("ours") {
        Whose::Ours
    } else if BASELINES.contains(&case) {
        Whose::Baseline
    } else {
        Whose::Peers
    }
}

#[derive(Clone, Debug)]
struct Figure {
    kind: Kind,
    group: String,
    case: String,
    value: f64,
}

/// The figures of a run, in the order in which they were measured.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    /// Adds one.
    pub fn note(&mut self, kind: Kind, group: &str, case: &str, value: f64) {
        self.0.push(Figure {
            kind,
            group: group.to_owned(),
            case: case.to_owned(),
            value,
        });
    }

    /// The figures of a group, by case.
    pub fn group<'a>(&'a self, kind: Kind, group: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
        self.0
            .iter()
            .filter(move |figure| figure.kind == kind && figure.group == group)
            .map(|figure| (figure.case.as_str(), figure.value))
    }

    /// The groups that have figures of this kind, each once.
    #[must_use]
    pub fn groups(&self, kind: Kind) -> Vec<&str> {
        let mut groups = Vec::new();
        for figure in self.0.iter().filter(|figure| figure.kind == kind) {
            if !groups.contains(&figure.group.as_str()) {
                groups.push(figure.group.as_str());
            }
        }
        groups
    }

    /// One figure.
    #[must_use]
    pub fn get(&self, kind: Kind, group: &str, case: &str) -> Option<f64> {
        self.group(kind, group)
            .find(|(known, _)| *known == case)
            .map(|(_, value)| value)
    }

    /// The part of a figure that is judged: above the plain call, where there is one.
    #[must_use]
    pub fn cost(&self, kind: Kind, group: &str, case: &str) -> Option<f64> {
        let value = self.get(kind, group, case)?;
        if !kind.is_over_plain() {
            return Some(value);
        }
        let (_, plain) = self.group(kind, group).next()?;
        Some(value - plain)
    }

    /// The lowest cost that another crate has in this group.
    #[must_use]
    pub fn best_peer(&self, kind: Kind, group: &str) -> Option<(&str, f64)> {
        self.0
            .iter()
            .filter(|figure| figure.kind == kind && figure.group == group && whose(&figure.case) == Whose::Peers)
            .filter_map(|figure| Some((figure.case.as_str(), self.cost(kind, group, &figure.case)?)))
            .min_by(|one, other| one.1.total_cmp(&other.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured() -> Figures {
        let mut figures = Figures::default();
        for (case, value) in [("plain call", 20.0), ("ours", 30.0), ("slow", 90.0), ("quick", 70.0)] {
            figures.note(Kind::Instructions, "success", case, value);
            figures.note(Kind::Allocations, "success", case, value);
        }
        figures
    }

    #[test]
    fn a_call_costs_what_it_takes_above_the_plain_one() {
        assert_eq!(measured().cost(Kind::Instructions, "success", "ours"), Some(10.0));
        assert_eq!(measured().cost(Kind::Allocations, "success", "ours"), Some(30.0));
        assert_eq!(measured().cost(Kind::Instructions, "success", "unknown"), None);
    }

    #[test]
    fn the_best_peer_is_neither_ours_nor_the_plain_call() {
        assert_eq!(
            measured().best_peer(Kind::Instructions, "success"),
            Some(("quick", 50.0))
        );
        assert_eq!(measured().best_peer(Kind::Nanos, "success"), None);
    }

    #[test]
    fn groups_are_named_once_and_in_order() {
        let mut figures = measured();
        figures.note(Kind::Instructions, "rejected", "ours", 1.0);

        assert_eq!(figures.groups(Kind::Instructions), ["success", "rejected"]);
    }
}

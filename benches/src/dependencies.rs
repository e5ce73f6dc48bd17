//! The crates that come along with each crate, by `cargo tree`: those that are linked, without what only macros need.

use crate::figures::{Figures, Kind};
use std::{collections::BTreeSet, env, error::Error, process::Command};

/// The only group of these figures.
pub const LINKED: &str = "crates linked beside the crate itself";

const PEERS: [&str; 11] = [
    "backon",
    "circuitbreaker-rs",
    "execution-policy",
    "failsafe",
    "recloser",
    "seatbelt",
    "summer-resilience",
    "tokio-retry2",
    "tower",
    "tower-resilience-circuitbreaker",
    "tower-resilience-retry",
];

/// Notes how many. The peers have the features that they are measured with.
///
/// # Errors
/// There is no cargo.
pub fn crates(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    let mut note = |case: &str, crates: &BTreeSet<&str>| {
        let count = u32::try_from(crates.len()).unwrap_or(u32::MAX);
        figures.note(Kind::Crates, LINKED, case, count.into());
    };
    note(
        "ours: default features",
        &below("resilience-core", &tree(&["--package=resilience-core"])?),
    );
    note(
        "ours: no features",
        &below(
            "resilience-core",
            &tree(&["--package=resilience-core", "--no-default-features"])?,
        ),
    );
    let all = tree(&["--package=benches"])?;
    for peer in PEERS {
        note(peer, &below(peer, &all));
    }
    Ok(())
}

/// A line for each crate: how deep it stands, and its name and version.
fn tree(of: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--edges=normal,no-proc-macro", "--prefix=depth", "--no-dedupe"])
        .args(of)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The crates under the first line of this crate, each version once.
fn below<'a>(name: &str, tree: &'a str) -> BTreeSet<&'a str> {
    let lines = tree.lines().filter_map(|line| {
        let digits = line.find(|letter: char| !letter.is_ascii_digit())?;
        Some((
            line[..digits].parse::<u32>().ok()?,
            line[digits..].trim_end_matches(" (*)"),
        ))
    });
    let mut from = lines.skip_while(|(_, known)| known.split(' ').next() != Some(name));
    let Some((depth, _)) = from.next() else {
        return BTreeSet::new();
    };
    from.take_while(|(below, _)| *below > depth)
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "0benches v0.1.0\n1backon v1.6.0\n2fastrand v2.3.0\n2tokio v1.54.1\n3pin v0.2.1\n3fastrand v2.3.0\n1tower v0.5.3\n2pin v0.2.1\n";

    #[test]
    fn a_crate_brings_what_stands_under_it_each_once() {
        let crates = below("backon", TREE);

        assert_eq!(
            crates.into_iter().collect::<Vec<_>>(),
            ["fastrand v2.3.0", "pin v0.2.1", "tokio v1.54.1"]
        );
        assert_eq!(below("tower", TREE).len(), 1);
        assert_eq!(below("absent", TREE).len(), 0);
    }
}

//! What the attribute costs while compiling: 1,000 async methods, bare and annotated, checked and built.
//!
//! A workspace with one crate per variant is written into a temporary directory, with the lock file of this one. The variants are
//! compiled in turns, so that a busy machine is busy for all of them.

mod source;

use crate::figures::{Figures, Kind};
use source::{VARIANTS, Variant};
use std::{env, error::Error, fs, path::Path, process::Command, time::Instant};

/// A way to compile, and what its figures are called.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    subcommand: &'static str,
    rounds: usize,
    /// Seconds of compiling.
    pub seconds: &'static str,
    /// The time over that of the bare methods.
    pub to_plain: &'static str,
    /// The time over that of the methods with `tracing::instrument`.
    pub to_instrument: &'static str,
}

/// Types and borrows, and everything: code for debugging, without optimisation.
pub const WAYS: [Way; 2] = [
    Way {
        subcommand: "check",
        rounds: 3,
        seconds: "cargo check, 1,000 async methods",
        to_plain: "cargo check, to plain",
        to_instrument: "cargo check, to instrument",
    },
    Way {
        subcommand: "build",
        rounds: 2,
        seconds: "cargo build, 1,000 async methods",
        to_plain: "cargo build, to plain",
        to_instrument: "cargo build, to instrument",
    },
];

/// Notes the quickest of a few rounds, since what else the machine does only adds, and their ratios.
///
/// # Errors
/// There is no cargo, a crate is neither here nor to be had, or a variant does not compile.
pub fn seconds(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("benches stands in a workspace")?;
    let workspace = env::temp_dir().join(format!("resilience_compiling_{}", std::process::id()));
    source::write(root, &workspace)?;
    let measured = measure(figures, &workspace);
    fs::remove_dir_all(&workspace)?;
    measured
}

fn measure(figures: &mut Figures, workspace: &Path) -> Result<(), Box<dyn Error>> {
    for way in WAYS {
        // Once for the dependencies, which all of them have in common.
        compile(workspace, way, &VARIANTS[0])?;
        let mut quickest = [f64::INFINITY; VARIANTS.len()];
        for _ in 0..way.rounds {
            for (variant, quickest) in VARIANTS.iter().zip(&mut quickest) {
                *quickest = quickest.min(compile(workspace, way, variant)?);
            }
        }
        for (variant, seconds) in VARIANTS.iter().zip(quickest) {
            figures.note(Kind::Seconds, way.seconds, variant.name, seconds);
        }
        for (group, other) in [(way.to_plain, "plain"), (way.to_instrument, "instrument")] {
            let other = figures
                .get(Kind::Seconds, way.seconds, other)
                .ok_or("nothing to compare with")?;
            for (variant, seconds) in VARIANTS.iter().zip(quickest) {
                figures.note(Kind::Ratio, group, variant.name, seconds / other);
            }
        }
    }
    Ok(())
}

/// The seconds of compiling a variant whose source is newer than what is known of it.
fn compile(workspace: &Path, way: Way, variant: &Variant) -> Result<f64, Box<dyn Error>> {
    let source = workspace.join(variant.package).join("lib.rs");
    fs::write(&source, fs::read(&source)?)?;
    let start = Instant::now();
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([way.subcommand, "--quiet", "--package", variant.package])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .status()?;
    let time = start.elapsed().as_secs_f64();
    if status.success() {
        Ok(time)
    } else {
        Err(format!("{} does not compile", variant.name).into())
    }
}

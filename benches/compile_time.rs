//! What the attribute costs while compiling: `cargo check` of 1,000 async methods, bare and annotated.
//!
//! `cargo run --release -p benches --bin compile_time [rounds]` writes a workspace with one crate per variant into a temporary
//! directory and checks them in turn, so that a busy machine is busy for all of them; it prints the medians and their ratios.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// In blocks of a hundred.
const BLOCKS: usize = 10;
const METHODS: usize = 100;

/// The name of a variant, and its attribute.
const VARIANTS: &[(&str, &str)] = &[
    ("plain", ""),
    ("ours", "#[resilience_core::retry_service(name = \"plan_service\")]"),
    (
        "ours_idempotent",
        "#[resilience_core::retry_service(name = \"plan_service\", idempotent)]",
    ),
    ("instrument", "#[tracing::instrument]"),
    ("instrument_skip_all", "#[tracing::instrument(skip_all)]"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = env::args().nth(1).map_or(Ok(5), |rounds| rounds.parse())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("benches stands in a workspace")?;
    let workspace = env::temp_dir().join("resilience_compile_time");
    write_workspace(root, &workspace)?;
    for (name, _) in VARIANTS {
        // Once for the dependencies.
        check(&workspace, name)?;
    }
    let mut times = vec![Vec::new(); VARIANTS.len()];
    for _ in 0..rounds {
        for ((name, _), times) in VARIANTS.iter().zip(&mut times) {
            times.push(check(&workspace, name)?);
        }
    }
    report(&mut times)
}

fn report(times: &mut [Vec<Duration>]) -> Result<(), Box<dyn Error>> {
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            times.sort();
            times.get(times.len() / 2).map_or(f64::NAN, Duration::as_secs_f64)
        })
        .collect();
    let of = |wanted: &str| {
        VARIANTS
            .iter()
            .position(|(name, _)| *name == wanted)
            .map(|at| medians[at])
    };
    let plain = of("plain").ok_or("no variant to compare with")?;
    let instrument = of("instrument").ok_or("no variant to compare with")?;
    println!(
        "{:<22}{:>10}{:>12}{:>16}{:>14}",
        "cargo check", "seconds", "x plain", "x instrument", "ms a method"
    );
    for ((name, _), median) in VARIANTS.iter().zip(&medians) {
        println!(
            "{name:<22}{median:>10.2}{:>12.2}{:>16.2}{:>14.2}",
            median / plain,
            median / instrument,
            // A thousand methods, a thousand milliseconds.
            median - plain
        );
    }
    Ok(())
}

/// The time of one `cargo check` of a variant whose source is newer than what is known of it.
fn check(workspace: &Path, name: &str) -> Result<Duration, Box<dyn Error>> {
    let source = workspace.join(name).join("lib.rs");
    fs::write(&source, fs::read(&source)?)?;
    let start = Instant::now();
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--quiet", "--package", name])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .status()?;
    let time = start.elapsed();
    if status.success() {
        Ok(time)
    } else {
        Err(format!("`{name}` does not compile").into())
    }
}

fn write_workspace(root: &Path, workspace: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(workspace)?;
    fs::copy(root.join("Cargo.lock"), workspace.join("Cargo.lock"))?;
    fs::copy(root.join("rust-toolchain.toml"), workspace.join("rust-toolchain.toml"))?;
    let names: Vec<String> = VARIANTS.iter().map(|(name, _)| format!("{name:?}")).collect();
    let members = names.join(", ");
    fs::write(
        workspace.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"),
    )?;
    let runtime: PathBuf = root.join("resilience-core");
    for (name, attribute) in VARIANTS {
        let folder = workspace.join(name);
        fs::create_dir_all(&folder)?;
        fs::write(
            folder.join("Cargo.toml"),
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
                 [dependencies]\nresilience-core = {{ path = '{}' }}\ntracing = {{ version = \"0.1\", features = [\"attributes\"] }}\n",
                runtime.display()
            ),
        )?;
        fs::write(folder.join("lib.rs"), source(attribute)?)?;
    }
    Ok(())
}

/// Small methods with an early return and a `?`, used as trait objects.
fn source(attribute: &str) -> Result<String, Box<dyn Error>> {
    let mut source = String::from(
        "use resilience_core::{Classify, Interruption};\nuse std::{future::Future, pin::Pin};\n\
         #[derive(Debug, Classify)]\npub enum PlanError { #[permanent] Missing(std::num::ParseIntError), #[interruption] Interrupted(Interruption) }\n\
         impl From<std::num::ParseIntError> for PlanError { fn from(error: std::num::ParseIntError) -> Self { Self::Missing(error) } }\n\
         pub type Boxed<'a> = Pin<Box<dyn Future<Output = Result<u32, PlanError>> + 'a>>;\n",
    );
    for block in 0..BLOCKS {
        writeln!(
            source,
            "#[derive(Debug)] pub struct Client{block};\nimpl Client{block} {{"
        )?;
        for method in 0..METHODS {
            writeln!(
                source,
                "    {attribute}\n    pub async fn fetch_{method}(&self, id: u32, text: &str) -> Result<u32, PlanError> {{\n        \
                 if id == {method} {{ return Ok(0); }}\n        let number: u32 = text.parse()?;\n        Ok(number + id)\n    }}"
            )?;
        }
        writeln!(source, "    pub fn all(&self) -> Vec<Boxed<'_>> {{ vec![")?;
        for method in 0..METHODS {
            writeln!(source, "        Box::pin(self.fetch_{method}(1, \"2\")),")?;
        }
        writeln!(source, "    ] }}\n}}")?;
    }
    Ok(source)
}

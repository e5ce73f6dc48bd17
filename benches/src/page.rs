//! The page that the figures go to: on the terminal at once, and into `docs/performance.md` in the end.

use std::{
    env,
    error::Error,
    fmt::{self, Write as _},
    fs,
    path::Path,
    process::Command,
};

/// What has been said so far.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// A page that begins with where and when it was made.
    ///
    /// # Errors
    /// The lock file cannot be read.
    pub fn begin() -> Result<Self, Box<dyn Error>> {
        let mut page = Self::default();
        page.say(concat!(
            "# What a call costs\n\n",
            "Made by `cargo run --release -p benches --bin report`, all of it in one run. Figures of time compare within this page\n",
            "only; instructions, allocations and sizes are the same everywhere. `to ours` is the figure of a row over that of the\n",
            "first row of ours. `benches/README.md` says how it is measured."
        ));
        page.say(format_args!(
            "\n- machine: {}, {} cores, {} {}\n- compiler: {}\n- date: {}\n- versions: {}",
            processor(),
            std::thread::available_parallelism().map_or(1, usize::from),
            env::consts::OS,
            env::consts::ARCH,
            output_of("rustc", &["--version"]),
            output_of("date", &["-u", "+%Y-%m-%d"]),
            versions()?,
        ));
        Ok(page)
    }

    /// Says something more.
    pub fn say(&mut self, text: impl fmt::Display) {
        println!("{text}");
        let _ = writeln!(self.0, "{text}");
    }

    /// Writes the page to `docs/performance.md`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), Box<dyn Error>> {
        let mut text = self.0.replace("\n\n\n", "\n\n").trim_end().to_owned();
        text.push('\n');
        fs::write(workspace().join("docs/performance.md"), text)?;
        Ok(())
    }
}

fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

fn processor() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name"));
    model
        .map_or("unknown", |model| model.trim_start_matches([' ', '\t', ':']))
        .to_owned()
}

fn output_of(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// The versions of what is compared, from the lock file.
fn versions() -> Result<String, Box<dyn Error>> {
    const COMPARED: [&str; 11] = [
        "resilience-core",
        "backon",
        "backon-macros",
        "circuitbreaker-rs",
        "execution-policy",
        "failsafe",
        "recloser",
        "tokio",
        "tokio-retry2",
        "tower",
        "tower-resilience-circuitbreaker",
    ];
    let lock: toml::Table = toml::from_str(&fs::read_to_string(workspace().join("Cargo.lock"))?)?;
    let packages = lock
        .get("package")
        .and_then(toml::Value::as_array)
        .ok_or("no packages in the lock file")?;
    let text = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let found = packages.iter().filter_map(|package| {
        let name = text(package, "name").filter(|name| COMPARED.contains(&name.as_str()))?;
        Some(format!("{name} {}", text(package, "version")?))
    });
    Ok(found.collect::<Vec<_>>().join(", "))
}

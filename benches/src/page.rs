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
pub struct Page {
    head: String,
    top: String,
    body: String,
}

impl Page {
    /// A page that begins with where and when it was made.
    ///
    /// # Errors
    /// The lock file cannot be read.
    pub fn begin() -> Result<Self, Box<dyn Error>> {
        let head = format!(
            concat!(
                "# What a call costs\n\n",
                "Made by `cargo run --release -p benches --bin report`, all of it in one run. Figures of time compare within this page\n",
                "only; instructions, allocations and sizes are the same everywhere. `over plain` is what is left above the first row,\n",
                "`to ours` the figure of a row over that of the first row of ours. `benches/README.md` says how it is measured, what the\n",
                "others are given, and where we are not ahead.\n\n",
                "- machine: {}, {} cores, {} {}\n- compiler: {}\n- date: {}\n- versions: {}\n",
            ),
            processor(),
            std::thread::available_parallelism().map_or(1, usize::from),
            env::consts::OS,
            env::consts::ARCH,
            output_of("rustc", &["--version"]),
            output_of("date", &["-u", "+%Y-%m-%d"]),
            versions()?,
        );
        println!("{head}");
        Ok(Self {
            head,
            ..Self::default()
        })
    }

    /// Says something more.
    pub fn say(&mut self, text: impl fmt::Display) {
        println!("{text}");
        let _ = writeln!(self.body, "{text}");
    }

    /// Says what is known in the end, and belongs at the top.
    pub fn top(&mut self, text: impl fmt::Display) {
        println!("{text}");
        self.top = text.to_string();
    }

    /// Writes the page to `docs/performance.md`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), Box<dyn Error>> {
        let text = [self.head.as_str(), &self.top, &self.body].join("\n");
        let mut text = text.replace("\n\n\n", "\n\n").trim_end().to_owned();
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

/// The versions of what is compared, from the lock file: those that this crate depends on, where there are several.
fn versions() -> Result<String, Box<dyn Error>> {
    let lock: toml::Table = toml::from_str(&fs::read_to_string(workspace().join("Cargo.lock"))?)?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let found = compared(packages.ok_or("no packages in the lock file")?);
    Ok(found.join(", "))
}

fn compared(packages: &[toml::Value]) -> Vec<String> {
    const COMPARED: [&str; 18] = [
        "async-trait",
        "backon",
        "backon-macros",
        "circuitbreaker-rs",
        "dashmap",
        "execution-policy",
        "failsafe",
        "papaya",
        "recloser",
        "resilience-core",
        "seatbelt",
        "summer-resilience",
        "tokio",
        "tokio-retry2",
        "tower",
        "tower-resilience-circuitbreaker",
        "tower-resilience-retry",
        "tracing",
    ];
    let text = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let named = |name: &'static str| {
        packages.iter().filter_map(move |package| {
            let version = text(package, "version")?;
            (text(package, "name")? == name).then(|| format!("{name} {version}"))
        })
    };
    let here = packages
        .iter()
        .find(|package| text(package, "name").as_deref() == Some("benches"));
    let depended: Vec<&str> = here
        .and_then(|package| package.get("dependencies")?.as_array())
        .map(|names| names.iter().filter_map(toml::Value::as_str).collect())
        .unwrap_or_default();
    COMPARED
        .into_iter()
        .filter_map(|name| {
            let all: Vec<String> = named(name).collect();
            // With several versions, the lock file says which one is meant.
            let meant = all.iter().find(|version| depended.contains(&version.as_str()));
            meant.or_else(|| all.first()).cloned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_versions_the_one_that_is_compared_is_named() {
        let lock: toml::Table = toml::from_str(
            "[[package]]\nname = 'benches'\nversion = '0.1.0'\ndependencies = ['backon', 'tower 0.5.3']\n\
             [[package]]\nname = 'backon'\nversion = '1.6.0'\n\
             [[package]]\nname = 'tower'\nversion = '0.4.0'\n\
             [[package]]\nname = 'tower'\nversion = '0.5.3'\n",
        )
        .unwrap();

        assert_eq!(
            compared(lock["package"].as_array().unwrap()),
            ["backon 1.6.0", "tower 0.5.3"]
        );
    }
}

//! The crates that are compiled: small methods with an early return and a `?`, used as trait objects.

use std::{error::Error, fmt::Write as _, fs, path::Path};

/// In blocks of a hundred.
const BLOCKS: usize = 10;
const METHODS: usize = 100;

/// The same methods with another attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    /// What it is called on the page.
    pub(super) name: &'static str,
    /// What its crate is called.
    pub(super) package: &'static str,
    /// Stands on every method.
    attribute: &'static str,
    /// Stands on the block, and on a trait that declares its methods.
    of_trait: Option<&'static str>,
}

const fn variant(name: &'static str, package: &'static str, attribute: &'static str) -> Variant {
    Variant {
        name,
        package,
        attribute,
        of_trait: None,
    }
}

pub(super) const VARIANTS: [Variant; 7] = [
    variant("plain", "plain", ""),
    variant(
        "ours",
        "ours",
        "#[resilience_core::retry_service(name = \"plan_service\")]",
    ),
    variant(
        "ours: idempotent",
        "ours_idempotent",
        "#[resilience_core::retry_service(name = \"plan_service\", idempotent)]",
    ),
    variant("instrument", "instrument", "#[tracing::instrument]"),
    variant(
        "instrument, skip_all",
        "instrument_skip_all",
        "#[tracing::instrument(skip_all)]",
    ),
    Variant {
        of_trait: Some("#[async_trait::async_trait]"),
        ..variant("async_trait", "async_trait_methods", "")
    },
    variant(
        "backon-macros",
        "backon_methods",
        "#[backon_macros::backon(backoff = backon::ConstantBuilder::default, sleep = no_sleep)]",
    ),
];

/// Writes the workspace.
pub(super) fn write(root: &Path, workspace: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(workspace)?;
    fs::copy(root.join("Cargo.lock"), workspace.join("Cargo.lock"))?;
    fs::copy(root.join("rust-toolchain.toml"), workspace.join("rust-toolchain.toml"))?;
    let members = VARIANTS.map(|variant| format!("{:?}", variant.package)).join(", ");
    fs::write(
        workspace.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"),
    )?;
    for variant in &VARIANTS {
        let folder = workspace.join(variant.package);
        fs::create_dir_all(&folder)?;
        fs::write(
            folder.join("Cargo.toml"),
            manifest(variant, &root.join("resilience-core")),
        )?;
        fs::write(folder.join("lib.rs"), source(variant)?)?;
    }
    Ok(())
}

fn manifest(variant: &Variant, runtime: &Path) -> String {
    format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
         [dependencies]\n\
         async-trait = \"0.1\"\n\
         backon = {{ version = \"1.6\", default-features = false, features = [\"std\"] }}\n\
         backon-macros = \"1.0\"\n\
         resilience-core = {{ path = '{}' }}\n\
         tracing = {{ version = \"0.1\", features = [\"attributes\"] }}\n",
        variant.package,
        runtime.display()
    )
}

const HEAD: &str = "\
use resilience_core::{Classify, Interruption};
use std::{future::{Future, Ready, ready}, pin::Pin, time::Duration};

#[derive(Debug, Classify)]
pub enum PlanError {
    #[permanent]
    Missing(std::num::ParseIntError),
    #[interruption]
    Interrupted(Interruption),
}

impl From<std::num::ParseIntError> for PlanError {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Missing(error)
    }
}

pub type Boxed<'a> = Pin<Box<dyn Future<Output = Result<u32, PlanError>> + 'a>>;

pub fn no_sleep(_: Duration) -> Ready<()> {
    ready(())
}
";

fn source(variant: &Variant) -> Result<String, Box<dyn Error>> {
    let mut source = HEAD.to_owned();
    for block in 0..BLOCKS {
        writeln!(source, "\n#[derive(Debug)]\npub struct Client{block};\n")?;
        match variant.of_trait {
            Some(attribute) => {
                writeln!(source, "{attribute}\npub trait Fetch{block} {{")?;
                for method in 0..METHODS {
                    writeln!(source, "    async {};", signature(method))?;
                }
                writeln!(source, "}}\n\n{attribute}\nimpl Fetch{block} for Client{block} {{")?;
                methods(&mut source, "async")?;
            }
            None => {
                writeln!(source, "impl Client{block} {{")?;
                methods(&mut source, &format!("{}\n    pub async", variant.attribute))?;
            }
        }
        writeln!(
            source,
            "}}\n\nimpl Client{block} {{\n    pub fn all(&self) -> Vec<Boxed<'_>> {{\n        vec!["
        )?;
        for method in 0..METHODS {
            writeln!(source, "            Box::pin(self.fetch_{method}(1, \"2\")),")?;
        }
        writeln!(source, "        ]\n    }}\n}}")?;
    }
    Ok(source)
}

fn methods(source: &mut String, before: &str) -> Result<(), Box<dyn Error>> {
    for method in 0..METHODS {
        writeln!(source, "    {before} {} {{", signature(method))?;
        writeln!(source, "        if id == {method} {{ return Ok(0); }}")?;
        writeln!(
            source,
            "        let number: u32 = text.parse()?;\n        Ok(number + id)\n    }}"
        )?;
    }
    Ok(())
}

fn signature(method: usize) -> String {
    format!("fn fetch_{method}(&self, id: u32, text: &str) -> Result<u32, PlanError>")
}

//! What calls may cost: the figures that are gated. Never time.

use serde::Deserialize;
use std::{collections::BTreeMap, error::Error, fs, path::Path};

/// The committed budgets, by group and case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// Instructions above the plain call.
    pub instructions: BTreeMap<String, BTreeMap<String, f64>>,
    /// Bytes.
    pub sizes: BTreeMap<String, usize>,
}

impl Budgets {
    /// Reads `budgets.toml`.
    ///
    /// # Errors
    /// It cannot be read or understood.
    pub fn load() -> Result<Self, Box<dyn Error>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("budgets.toml");
        Ok(toml::from_str(&fs::read_to_string(path)?)?)
    }

    /// The budget of a case.
    #[must_use]
    pub fn instructions(&self, group: &str, case: &str) -> Option<f64> {
        self.instructions.get(group)?.get(case).copied()
    }
}

//! Settings: their layers, sources, mistakes, and how they change while calls run.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]
#![allow(
    clippy::items_after_statements,
    reason = "an annotated function stands next to what is asserted of it"
)]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod bounded;
mod explained;
mod formats;
mod hostile;
mod layers;
mod lenient;
mod mistakes;
mod overrides;
mod registered;
mod reload;
mod watch;

use resilience_core::{
    Registry, Settings,
    settings::{Format, InvalidSettings, Loader},
};

/// A loader of one TOML text.
fn toml(text: &str) -> Loader {
    Loader::new().text("ops.toml", Format::Toml, text)
}

/// What a TOML text says to a registry that knows nothing.
fn read(text: &str) -> Result<Settings, InvalidSettings> {
    toml(text).load(Registry::new())
}

/// A registry under the settings of a TOML text.
fn under(text: &str) -> &'static Registry {
    let registry = Registry::new();
    registry.reconfigure(read(text).unwrap()).unwrap();
    registry
}

/// The value that holds for an operation, and the layer that said so.
fn holds(registry: &Registry, service: &str, operation: &str, key: &str) -> (String, &'static str) {
    let explanation = registry.explain(service, operation);
    let explained = explanation.get(key).unwrap();
    (explained.value().to_owned(), explained.level().as_str())
}

fn attempts(registry: &Registry, service: &str, operation: &str) -> String {
    holds(registry, service, operation, "retry.max_attempts").0
}

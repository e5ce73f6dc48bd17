//! What holds for an operation, and who said so.

use super::{
    Level, Settings, Stack,
    keys::{KEYS, Key},
    path,
};
use crate::redact;
use std::fmt;

/// Every value that holds for an operation of a service, with the layer that it comes from.
///
/// Made by [`Registry::explain`](crate::Registry::explain). Prints as a table:
///
/// ```
/// use resilience_core::{Registry, RetryPolicy, ServiceOptions, Settings};
///
/// let registry = Registry::new();
/// let patient = ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(5));
/// registry.reconfigure(Settings::new().service("plan_service", patient))?;
///
/// let explanation = registry.explain("plan_service", "fetch_plan");
/// let attempts = explanation.get("retry.max_attempts").unwrap();
/// assert_eq!((attempts.value(), attempts.level().as_str()), ("5", "service"));
/// println!("{explanation}");
/// # Ok::<(), resilience_core::settings::InvalidSettings>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) is_known: bool,
    pub(crate) attribute_gives_way: bool,
    values: Vec<Explained>,
}

/// One value that holds, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    key: &'static str,
    value: String,
    level: Level,
    source: Option<String>,
}

impl Explained {
    /// The key: `retry.max_attempts`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The value that holds, as it is written in settings.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The layer that said so.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The file and line, or the environment variable, where the loader knew it.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }
}

impl Explanation {
    pub(crate) fn new(service: &str, operation: &str, stack: &Stack, settings: &Settings) -> Self {
        let merged = stack.merged();
        let explained = |key: &Key| {
            let (level, value) = stack.highest(|layer| key.text(layer));
            let source = path::of(level, service, operation, key.path).and_then(|path| {
                let other = path::of(level, service, operation, super::keys::MAX_RETRIES);
                let spelling = (key.path == super::keys::MAX_ATTEMPTS).then_some(other).flatten();
                let source = settings.sources.of(&path);
                source.or_else(|| settings.sources.of(&spelling?)).map(str::to_owned)
            });
            Explained {
                key: key.path,
                value: value.unwrap_or_else(|| key.default_in(&merged)),
                level,
                source,
            }
        };
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            is_known: false,
            attribute_gives_way: false,
            values: KEYS.iter().filter(|key| !key.is_spelling()).map(explained).collect(),
        }
    }

    /// Every value, in the order of the documentation.
    #[must_use]
    pub fn values(&self) -> &[Explained] {
        &self.values
    }

    /// The value of one key: `retry.max_attempts`. `None` where there is no such key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Explained> {
        self.values.iter().find(|explained| explained.key == key)
    }

    /// Whether the code declares the service: only then `[global]` reaches it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// Whether what the attribute says does not go together with the other layers, so that it is left out as a whole.
    #[must_use]
    pub fn attribute_gives_way(&self) -> bool {
        self.attribute_gives_way
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}",
            redact::text(&path::part(&self.service)),
            redact::text(&path::part(&self.operation))
        )?;
        if !self.is_known {
            write!(f, " (no code declares the service: [global] does not reach it)")?;
        }
        if self.attribute_gives_way {
            write!(f, " (the attribute does not go together with the rest and is left out)")?;
        }
        let width = |text: fn(&Explained) -> &str| self.values.iter().map(|value| text(value).len()).max();
        let (keys, values) = (width(|value| value.key), width(|value| &value.value));
        let (keys, values) = (keys.unwrap_or(0), values.unwrap_or(0));
        for explained in &self.values {
            let line = format!(
                "  {:keys$}  {:values$}  {:10}  {}",
                explained.key,
                explained.value,
                explained.level,
                explained.source().unwrap_or_default()
            );
            write!(f, "\n{}", line.trim_end())?;
        }
        Ok(())
    }
}

use super::{
    lay::lay,
    source::{Format, Source},
};
use crate::{
    registry::Registry,
    settings::{InvalidSettings, Mistake, Settings},
    telemetry::events,
};
#[cfg(feature = "watch")]
use std::path::Path;
use std::{path::PathBuf, sync::Arc};

/// Reads settings from sources, each laid over those named before it.
///
/// Nothing is read before [`load`](Self::load) or [`load_leniently`](Self::load_leniently), and each time anew; neither puts
/// anything into force. A loader is plain data: clone it, keep it, load again.
///
/// ```
/// use resilience_core::{Registry, settings::{Format, Loader}};
///
/// let registry = Registry::new();
/// let settings = Loader::new()
///     .text("built in", Format::Toml, "[services.plan_service.retry]\nmax_attempts = 5")
///     .optional_file("resilience.toml")
///     .environment()
///     .load(registry)?;
/// registry.reconfigure(settings)?;
///
/// let explanation = registry.explain("plan_service", "fetch_plan");
/// assert_eq!(explanation.get("retry.max_attempts").unwrap().source(), Some("built in:2"));
/// # Ok::<(), resilience_core::settings::InvalidSettings>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Loader {
    sources: Vec<Source>,
}

impl Loader {
    /// A loader without sources: it loads settings that say nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A file, which must be there: `.toml`, `.json`, `.yaml` or `.yml`, at most 1 MiB.
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.with(Source::File {
            path: path.into(),
            is_optional: false,
        })
    }

    /// A file like [`file`](Self::file) that may be missing.
    pub fn optional_file(self, path: impl Into<PathBuf>) -> Self {
        self.with(Source::File {
            path: path.into(),
            is_optional: true,
        })
    }

    /// A text; `name` is what mistakes call it.
    pub fn text(self, name: &str, format: Format, text: &str) -> Self {
        self.with(Source::Text {
            name: name.to_owned(),
            format,
            text: text.to_owned(),
        })
    }

    /// The environment of the process: `RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_ATTEMPTS=5`, and above those the
    /// overrides in `RESILIENCE_RETRY_SERVICE_OVERRIDES`. Empty variables count as unset.
    pub fn environment(self) -> Self {
        self.with(Source::Environment)
    }

    /// Variables as [`environment`](Self::environment) reads them, from elsewhere.
    pub fn variables<N: Into<String>, V: Into<String>>(self, variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = variables.into_iter();
        self.with(Source::Variables(
            variables.map(|(name, value)| (name.into(), value.into())).collect(),
        ))
    }

    /// Overrides as one JSON object, `{"plan_service": {"retry": {"max_attempts": 5}}}`, of at most 10,000 characters; `name` is
    /// what mistakes call it.
    pub fn overrides(self, name: &str, json: &str) -> Self {
        self.with(Source::Overrides {
            name: name.to_owned(),
            json: json.to_owned(),
        })
    }

    /// Any other source that the crate `config` knows, such as a remote store.
    pub fn source(self, source: impl config::Source + Send + Sync + 'static) -> Self {
        self.with(Source::Foreign(Arc::new(source)))
    }

    /// Settings made in code.
    pub fn code(self, settings: Settings) -> Self {
        self.with(Source::Code(Box::new(settings)))
    }

    fn with(mut self, source: Source) -> Self {
        self.sources.push(source);
        self
    }

    /// The settings of all sources together, if there is nothing wrong with any of them.
    ///
    /// They are judged together with what the code says of the services that `registry` knows.
    ///
    /// # Errors
    /// [`InvalidSettings`] with the mistakes of every source.
    pub fn load(&self, registry: &Registry) -> Result<Settings, InvalidSettings> {
        let (settings, mistakes) = lay(&self.sources, registry);
        InvalidSettings::unless_none(mistakes)?;
        Ok(settings)
    }

    /// What is good of the settings of all sources: a mistake costs what it stands in, and an event tells of it.
    ///
    /// - A source that cannot be read is left out, and so are keys that nobody knows.
    /// - A value that is wrong, or does not go together with the others, costs all that this source says of the service (or in
    ///   `[defaults]`, or in `[global]`): what lower sources say of it holds, or else what the settings in force say.
    ///
    /// [`Registry::reconfigure`] takes the result.
    pub fn load_leniently(&self, registry: &Registry) -> Loaded {
        let (settings, mistakes) = lay(&self.sources, registry);
        let (skipped, omitted) = mistakes.into_parts();
        for mistake in &skipped {
            events::override_skipped(registry.subject(), mistake);
        }
        if omitted > 0 {
            events::overrides_skipped(registry.subject(), omitted);
        }
        Loaded {
            settings,
            skipped,
            omitted,
        }
    }

    /// The files that are read.
    #[cfg(feature = "watch")]
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().filter_map(|source| match source {
            Source::File { path, .. } => Some(path.as_path()),
            _ => None,
        })
    }
}

/// What loading leniently found.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Loaded {
    /// What is good.
    pub settings: Settings,
    /// Why the rest was left out: the first 100 mistakes. There is an event for each.
    pub skipped: Vec<Mistake>,
    /// How many more mistakes there were. One event says so.
    pub omitted: usize,
}

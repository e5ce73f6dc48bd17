//! The parts of settings that stand or fall as one.

use crate::settings::{Level, Mistakes, Settings, keys, model::ServiceSettings};

/// A part of the settings: what a mistake spoils as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Defaults,
    Global,
    Service(String),
}

impl Section {
    /// The section whose word `level` is, for a service.
    pub(super) fn of(level: Level, service: &str) -> Option<Self> {
        match level {
            Level::Defaults => Some(Self::Defaults),
            Level::Global => Some(Self::Global),
            Level::Service | Level::Operation => Some(Self::Service(service.to_owned())),
            Level::Library | Level::Definition | Level::Attribute => None,
        }
    }
}

/// What one source says in one section.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) section: Section,
    pub(super) layer: ServiceSettings,
    /// The path of each value, and its origin.
    pub(super) origins: Vec<(String, String)>,
    pub(super) mistakes: Mistakes,
    /// A value is wrong, not only a key that nobody knows: the section does not count.
    pub(super) is_broken: bool,
}

impl Said {
    pub(super) fn new(section: Section) -> Self {
        Self {
            section,
            layer: ServiceSettings::default(),
            origins: Vec::new(),
            mistakes: Mistakes::default(),
            is_broken: false,
        }
    }

    /// Lays this over what `settings` say so far.
    pub(super) fn lay_over(&self, settings: &mut Settings) {
        match &self.section {
            Section::Defaults => settings.defaults = self.layer.layer().over(settings.defaults),
            Section::Global => settings.global = self.layer.layer().over(settings.global),
            Section::Service(name) => settings
                .services
                .entry(name.clone())
                .or_default()
                .put(self.layer.clone()),
        }
        for (path, origin) in &self.origins {
            // The two spellings of one setting replace each other.
            let spellings = [keys::MAX_ATTEMPTS, keys::MAX_RETRIES];
            for spelling in spellings {
                for other in spellings {
                    if let Some(section) = path.strip_suffix(spelling) {
                        settings.sources.forget(&format!("{section}{other}"));
                    }
                }
            }
            settings.sources.put(path.clone(), origin.clone());
        }
    }
}

/// Settings made in code, by sections.
pub(super) fn sections(settings: &Settings) -> Vec<Said> {
    let of = |section, layer: ServiceSettings| Said {
        layer,
        ..Said::new(section)
    };
    let mut said = vec![
        of(Section::Defaults, settings.defaults.into()),
        of(Section::Global, settings.global.into()),
    ];
    for (name, layer) in &settings.services {
        said.push(of(Section::Service(name.clone()), layer.clone()));
    }
    said
}

//! Where settings are read from.

use super::{environment, json, overrides, toml, yaml};
use crate::settings::{Mistake, MistakeKind, Settings};
use config::{Map, Value};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

/// How a text of settings is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// TOML 1.1.
    Toml,
    /// JSON, as RFC 8259 has it.
    Json,
    /// YAML 1.2: one document, without anchors, aliases and tags.
    Yaml,
}

impl Format {
    /// By the ending of a file's name: `toml`, `json`, `yaml` or `yml`.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        match ending.to_ascii_lowercase().as_str() {
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// No settings need more; what is longer was not meant for us.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// One source.
#[derive(Clone, Debug)]
pub(super) enum Source {
    File {
        path: PathBuf,
        is_optional: bool,
    },
    Text {
        name: String,
        format: Format,
        text: String,
    },
    /// The process's environment, as it is when it is read.
    Environment,
    Variables(Vec<(String, String)>),
    Overrides {
        name: String,
        json: String,
    },
    Foreign(Arc<dyn config::Source + Send + Sync>),
    Code(Box<Settings>),
}

/// The values of one source, each with its origin; and what could not be read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) values: Map<String, Value>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Tree {
    pub(super) fn refused(mistake: Mistake) -> Self {
        Self {
            values: Map::new(),
            mistakes: vec![mistake],
        }
    }
}

/// A mistake about a source as a whole, or a place in it.
pub(super) fn unreadable(source: impl Into<String>, problem: impl Into<String>) -> Mistake {
    Mistake {
        kind: MistakeKind::Unreadable,
        source: Some(source.into()),
        path: String::new(),
        value: None,
        problem: problem.into(),
    }
}

impl Source {
    /// The trees of this source, from the lowest to the highest.
    pub(super) fn read(&self) -> Vec<Tree> {
        match self {
            Self::File { path, is_optional } => read_file(path, *is_optional).into_iter().collect(),
            Self::Text { name, format, text } => vec![parse(*format, text, name)],
            Self::Environment => environment::of_the_process(),
            Self::Variables(variables) => {
                environment::of(variables.iter().map(|(name, value)| (name.into(), value.into())))
            }
            Self::Overrides { name, json } => vec![overrides::read(json, name)],
            Self::Foreign(source) => vec![match source.collect() {
                Ok(values) => Tree {
                    values,
                    mistakes: Vec::new(),
                },
                Err(error) => Tree::refused(unreadable(format!("{source:?}"), error.to_string())),
            }],
            Self::Code(_) => Vec::new(),
        }
    }
}

fn read_file(path: &Path, is_optional: bool) -> Option<Tree> {
    let name = path.display().to_string();
    let Some(format) = Format::of(path) else {
        let problem = "the name must end in .toml, .json, .yaml or .yml";
        return Some(Tree::refused(unreadable(name, problem)));
    };
    match read_bounded(path) {
        Ok(bytes) if bytes.len() > MAX_BYTES => Some(Tree::refused(unreadable(name, too_long()))),
        Ok(bytes) => Some(match String::from_utf8(bytes) {
            Ok(text) => parse(format, &text, &name),
            Err(error) => {
                let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
                let line = good.filter(|byte| **byte == b'\n').count().saturating_add(1);
                Tree::refused(unreadable(format!("{name}:{line}"), "is no UTF-8"))
            }
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_optional => None,
        Err(error) => Some(Tree::refused(unreadable(name, format!("cannot be read: {error}")))),
    }
}

/// One byte more than allowed is enough to know: the file may be a device that never ends.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        // A pipe would keep us waiting for ever.
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What a file holds, as far as we would read it.
#[cfg(feature = "watch")]
pub(in crate::settings) fn peek(path: &Path) -> Result<Vec<u8>, io::ErrorKind> {
    read_bounded(path).map_err(|error| error.kind())
}

fn too_long() -> String {
    format!("is longer than {MAX_BYTES} bytes")
}

pub(super) fn parse(format: Format, text: &str, name: &str) -> Tree {
    if text.len() > MAX_BYTES {
        return Tree::refused(unreadable(name, too_long()));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Toml => toml::read(text, name),
        Format::Json => json::read(text, name),
        Format::Yaml => yaml::read(text, name),
    }
}

/// A text by its lines: tells the origin of a byte, `resilience.toml:7`.
pub(super) struct Lines<'a> {
    name: &'a str,
    /// Where each line but the first begins.
    begins: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(name: &'a str, text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            name,
            begins: ends.map(|(index, _)| index.saturating_add(1)).collect(),
        }
    }

    pub(super) fn at(&self, byte: usize) -> String {
        let before = self.begins.partition_point(|begin| *begin <= byte);
        format!("{}:{}", self.name, before.saturating_add(1))
    }
}

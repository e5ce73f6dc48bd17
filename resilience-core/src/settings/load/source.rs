//! Where settings are read from.

use super::{environment, json, overrides, toml, yaml};
use crate::{
    redact,
    settings::{Mistake, MistakeKind, Mistakes, Settings},
};
use config::{Map, Value};
use std::{
    fmt, fs,
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
#[derive(Clone)]
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
    pub(super) mistakes: Mistakes,
}

impl Tree {
    pub(super) fn refused(mistake: Mistake) -> Self {
        Self {
            values: Map::new(),
            mistakes: mistake.into(),
        }
    }
}

/// A mistake about a source as a whole, or a place in it.
///
/// What `problem` quotes must have gone through the redaction.
pub(super) fn unreadable(source: impl AsRef<str>, problem: impl Into<String>) -> Mistake {
    Mistake::new(MistakeKind::Unreadable, Some(source.as_ref()), "", None, problem.into())
}

/// Names the sources, and keeps to itself what they say: texts and variables may hold what is for nobody else.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "File({})", redact::displayed(&path.display())),
            Self::Text { name, .. } => write!(f, "Text({})", redact::text(name)),
            Self::Environment => f.write_str("Environment"),
            Self::Variables(variables) => write!(f, "Variables({})", variables.len()),
            Self::Overrides { name, .. } => write!(f, "Overrides({})", redact::text(name)),
            Self::Foreign(source) => write!(f, "Foreign({})", redact::displayed(&format_args!("{source:?}"))),
            Self::Code(_) => f.write_str("Code"),
        }
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
                    mistakes: Mistakes::default(),
                },
                Err(error) => {
                    let name = redact::displayed(&format_args!("{source:?}"));
                    Tree::refused(unreadable(name, redact::displayed(&error)))
                }
            }],
            Self::Code(_) => Vec::new(),
        }
    }
}

fn read_file(path: &Path, is_optional: bool) -> Option<Tree> {
    let name = shown_name(&path.display().to_string());
    let Some(format) = Format::of(path) else {
        let problem = "the name must end in .toml, .json, .yaml or .yml";
        return Some(Tree::refused(unreadable(name, problem)));
    };
    match read_bounded(path) {
        Ok(bytes) if bytes.len() > MAX_BYTES => Some(Tree::refused(unreadable(name, too_long()))),
        // As good as missing: a file that says nothing on purpose has at least a comment, or `{}`.
        Ok(bytes) if is_optional && is_blank(&bytes) => None,
        Ok(bytes) => Some(match String::from_utf8(bytes) {
            Ok(text) => parse(format, &text, &name),
            Err(error) => {
                let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
                let line = good.filter(|byte| **byte == b'\n').count().saturating_add(1);
                Tree::refused(unreadable(format!("{name}:{line}"), "is no UTF-8"))
            }
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_optional => None,
        Err(error) => Some(Tree::refused(unreadable(
            name,
            format!("cannot be read: {}", redact::displayed(&error)),
        ))),
    }
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    // To open a device may already do something.
    regular(&fs::metadata(path)?)?;
    read_opened(path)
}

/// Reads a file of which nothing is known: what the path names may have changed since anybody looked.
fn read_opened(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Opening a pipe would otherwise wait until somebody writes to it. Regular files take no notice.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    regular(&file.metadata()?)?;
    let mut bytes = Vec::new();
    // One byte more than allowed is enough to know.
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn regular(metadata: &fs::Metadata) -> io::Result<()> {
    if metadata.is_file() {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// Whether a file is empty but for white space and a byte order mark.
pub(in crate::settings) fn is_blank(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().all(u8::is_ascii_whitespace)
}

/// What the origins of a file's values begin with.
#[cfg(feature = "watch")]
pub(in crate::settings) fn origin(path: &Path) -> String {
    format!("{}:", shown_name(&path.display().to_string()))
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

/// The name of a source as origins have it: redacted, and short enough for a line number to follow.
pub(super) fn shown_name(name: &str) -> String {
    const MOST_CHARS: usize = 180;
    let mut shown = redact::text(name);
    if let Some((end, _)) = shown.char_indices().nth(MOST_CHARS) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// A text by its lines: tells the origin of a byte, `resilience.toml:7`.
pub(super) struct Lines {
    /// Bounded, so that the line is always seen.
    name: String,
    /// Where each line but the first begins.
    begins: Vec<usize>,
}

impl Lines {
    pub(super) fn of(name: &str, text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            name: shown_name(name),
            begins: ends.map(|(index, _)| index.saturating_add(1)).collect(),
        }
    }

    pub(super) fn at(&self, byte: usize) -> String {
        let before = self.begins.partition_point(|begin| *begin <= byte);
        format!("{}:{}", self.name, before.saturating_add(1))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_pipe_in_place_of_a_file_that_was_looked_at_does_not_keep_its_reader_waiting() {
        let path = std::env::temp_dir().join(format!("resilience-pipe-{}.toml", std::process::id()));
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());

        let read = read_opened(&path);

        fs::remove_file(&path).unwrap();
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn directories_and_devices_are_not_read() {
        for path in ["/dev/null", "/dev/zero", "/"] {
            for read in [read_opened, read_bounded] {
                assert!(read(Path::new(path)).is_err(), "{path}");
            }
        }
    }
}

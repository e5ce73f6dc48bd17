//! What is wrong with settings: all of it at once, each with its place.

use crate::redact;
use std::{
    collections::HashSet,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

/// One mistake in settings: where it stands, what was said, and what would be right.
///
/// Prints as one line: `resilience.toml:7: services.plan_service.retry.max_attempts is 0, but must be 1 to 1000000`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Mistake {
    kind: MistakeKind,
    source: Option<String>,
    path: String,
    value: Option<String>,
    problem: String,
}

/// What kind of mistake it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MistakeKind {
    /// A source, or a part of it, cannot be read.
    Unreadable,
    /// There is no such key. Loading leniently leaves out this key alone.
    UnknownKey,
    /// The value is of another type than the key.
    WrongType,
    /// The value is outside the range of the key.
    OutOfRange,
    /// The value does not go together with another one, which may stand in another layer.
    Conflict,
}

impl Mistake {
    /// A mistake whose texts are fit to be shown: what comes from a source is redacted and bounded. `problem` is our own text;
    /// what it quotes must have gone through the redaction already.
    pub(crate) fn new(
        kind: MistakeKind,
        source: Option<&str>,
        path: &str,
        value: Option<&str>,
        problem: String,
    ) -> Self {
        Self {
            kind,
            source: source.map(redact::text),
            path: redact::text(path),
            value: value.map(redact::text),
            problem,
        }
    }

    /// What kind of mistake it is.
    #[must_use]
    pub fn kind(&self) -> MistakeKind {
        self.kind
    }

    /// The file and line, or the environment variable; `None` for settings made in code.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The path of the key: `services.plan_service.retry.max_attempts`. Empty for a source as a whole. Names are redacted, and
    /// cut to a readable length.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What was said, as text, cut to a readable length.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// What is wrong and what would be right: the allowed range, or the nearest key.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.source {
            write!(f, "{source}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{} ", self.path)?;
        }
        if let Some(value) = &self.value {
            write!(f, "is {value}, but ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Mistake {}

/// Mistakes as they are found: the first ones in full, the others as a number, so that a file that is wrong from end to end
/// costs no more memory than one with a few mistakes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mistakes {
    kept: Vec<Mistake>,
    omitted: usize,
}

impl Mistakes {
    /// How many are kept.
    pub(crate) const MAX: usize = 100;

    /// Keeps a mistake while there is room, and counts it otherwise without making it.
    #[cfg(feature = "settings")]
    pub(crate) fn push(&mut self, mistake: impl FnOnce() -> Mistake) {
        if self.kept.len() < Self::MAX {
            self.kept.push(mistake());
        } else {
            self.omitted = self.omitted.saturating_add(1);
        }
    }

    #[cfg(feature = "settings")]
    pub(crate) fn append(&mut self, others: Self) {
        for mistake in others.kept {
            self.push(|| mistake);
        }
        self.omitted = self.omitted.saturating_add(others.omitted);
    }

    /// Takes each of `found` once, however often it is found, and none that is kept already.
    pub(crate) fn append_once(&mut self, found: impl Iterator<Item = Mistake>) {
        let digest = |mistake: &Mistake| {
            let mut hasher = DefaultHasher::new();
            mistake.hash(&mut hasher);
            hasher.finish()
        };
        let mut seen: HashSet<u64> = self.kept.iter().map(digest).collect();
        for mistake in found {
            if !seen.insert(digest(&mistake)) {
                continue;
            }
            if self.kept.len() < Self::MAX {
                self.kept.push(mistake);
            } else {
                self.omitted = self.omitted.saturating_add(1);
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The mistakes that are kept, and the number of the others.
    pub(crate) fn into_parts(self) -> (Vec<Mistake>, usize) {
        (self.kept, self.omitted)
    }
}

#[cfg(feature = "watch")]
impl FromIterator<Mistake> for Mistakes {
    fn from_iter<I: IntoIterator<Item = Mistake>>(found: I) -> Self {
        let mut mistakes = Self::default();
        for mistake in found {
            mistakes.push(|| mistake);
        }
        mistakes
    }
}

#[cfg(feature = "settings")]
impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self {
            kept: vec![mistake],
            omitted: 0,
        }
    }
}

/// Settings that were refused, with the mistakes that were found. Nothing has changed.
///
/// Prints one mistake per line, and at the end how many more there are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSettings {
    mistakes: Vec<Mistake>,
    omitted: usize,
}

impl InvalidSettings {
    /// An error if there are mistakes.
    pub(crate) fn unless_none(mistakes: Mistakes) -> Result<(), Self> {
        if mistakes.is_empty() {
            return Ok(());
        }
        let (mistakes, omitted) = mistakes.into_parts();
        Err(Self { mistakes, omitted })
    }

    /// The mistakes that were found, in the order of the sources: the first 100.
    #[must_use]
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// How many more mistakes were found than [`mistakes`](Self::mistakes) lists.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    /// As many of the mistakes as fit into one event, on one line.
    #[cfg(feature = "watch")]
    pub(crate) fn brief(&self) -> String {
        const MOST_BYTES: usize = 1_000;
        let mut brief = String::new();
        for mistake in &self.mistakes {
            let line = mistake.to_string();
            if !brief.is_empty() {
                if brief.len().saturating_add(line.len()) > MOST_BYTES {
                    break;
                }
                brief.push_str("; ");
            }
            brief.push_str(&line);
        }
        brief
    }
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{mistake}")?;
        }
        match self.omitted {
            0 => Ok(()),
            1 => f.write_str("\nand 1 more mistake"),
            more => write!(f, "\nand {more} more mistakes"),
        }
    }
}

impl std::error::Error for InvalidSettings {}

//! What is wrong with settings: all of it at once, each with its place.

use std::fmt;

/// One mistake in settings: where it stands, what was said, and what would be right.
///
/// Prints as one line: `resilience.toml:7: services.plan_service.retry.max_attempts is 0, but must be 1 to 1000000`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Mistake {
    pub(crate) kind: MistakeKind,
    pub(crate) source: Option<String>,
    pub(crate) path: String,
    pub(crate) value: Option<String>,
    pub(crate) problem: String,
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

    /// The path of the key: `services.plan_service.retry.max_attempts`. Empty for a source as a whole.
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

/// Settings that were refused, with every mistake that was found. Nothing has changed.
///
/// Prints one mistake per line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSettings {
    mistakes: Vec<Mistake>,
}

impl InvalidSettings {
    /// An error if there are mistakes.
    pub(crate) fn unless_none(mistakes: Vec<Mistake>) -> Result<(), Self> {
        if mistakes.is_empty() {
            Ok(())
        } else {
            Err(Self { mistakes })
        }
    }

    /// Every mistake that was found, in the order of the sources.
    #[must_use]
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
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
        Ok(())
    }
}

impl std::error::Error for InvalidSettings {}

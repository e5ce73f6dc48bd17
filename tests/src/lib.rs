//! What the tests share: an error of every kind, a service or a breaker to call, and a record of the events.

mod alone;
mod exact;
mod plans;
mod recording;
pub mod restricted;
pub mod strict;

pub use alone::alone;
pub use exact::exact;
pub use plans::{Plans, World, down, fine, immediate, ms, secs};
pub use recording::{Recording, record};

/// The examples of the page compile, or do not, as it says.
#[cfg(doctest)]
#[doc = include_str!("../../docs/compiler-errors.md")]
pub struct CompilerErrors;

use resilience_core::{Classify, FailureKind, Interruption, Reason};
use std::time::Duration;

/// An error of every kind.
#[derive(Clone, Copy, Debug)]
pub enum Error {
    /// Transient; the number is that of the run that failed.
    Down(u32),
    /// Throttled, with the hint of the server.
    Busy(Option<Duration>),
    /// Permanent.
    Missing,
    /// Ignored.
    Cancelled,
    /// Ours.
    Interrupted(Interruption),
    /// Ours too, but taken by the user for something that may pass: the worst that a classification can do.
    Unlucky(Interruption),
}

impl Error {
    /// The interruption, if it is one.
    #[must_use]
    pub fn interruption(&self) -> Option<Interruption> {
        match self {
            Self::Interrupted(interruption) | Self::Unlucky(interruption) => Some(*interruption),
            _ => None,
        }
    }

    /// Why the call was interrupted, if it was.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.interruption().map(|interruption| interruption.reason())
    }

    /// The same interruption, taken for something that may pass.
    #[must_use]
    pub fn mistaken(self) -> Self {
        self.interruption().map_or(self, Self::Unlucky)
    }
}

/// Interruptions are equal when they say the same.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}

impl Classify for Error {
    fn classify(&self) -> FailureKind {
        match self {
            Self::Down(_) | Self::Unlucky(_) => FailureKind::Transient,
            Self::Busy(retry_after) => FailureKind::Throttled {
                retry_after: *retry_after,
            },
            Self::Missing => FailureKind::Permanent,
            Self::Cancelled => FailureKind::Ignored,
            Self::Interrupted(interruption) => interruption.classify(),
        }
    }
}

impl From<Interruption> for Error {
    fn from(interruption: Interruption) -> Self {
        Self::Interrupted(interruption)
    }
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../docs/configuration.md")]
struct Configuration;

#[cfg(doctest)]
#[doc = include_str!("../../docs/breaker.md")]
struct BreakerPage;

#[cfg(doctest)]
#[doc = include_str!("../../docs/apply.md")]
struct ApplyPage;

#[cfg(doctest)]
#[doc = include_str!("../../docs/partitions.md")]
struct PartitionsPage;

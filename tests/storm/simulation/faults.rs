//! What a request may come to.

use resilience_core::{Classify, FailureKind, Interruption};
use std::{future::Future, pin::Pin};

/// The answer to a request, under way.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>>;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// An error for an answer, or no answer for as long as the caller had patience: another try may do better.
    Down,
    /// Our own layer ended the call.
    Interrupted(Interruption),
}

impl Classify for Fault {
    fn classify(&self) -> FailureKind {
        match self {
            Self::Down => FailureKind::Transient,
            Self::Interrupted(interruption) => interruption.classify(),
        }
    }
}

impl From<Interruption> for Fault {
    fn from(interruption: Interruption) -> Self {
        Self::Interrupted(interruption)
    }
}

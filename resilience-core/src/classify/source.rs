//! A field that decides where its type is classified, within an enum that says what holds otherwise.
//!
//! Which of the two it is depends on the type, which no macro knows. The compiler does: for a classified one it finds
//! [`KindOfSource`] at the reference itself, and only otherwise looks one reference further, where [`KindWithoutSource`] is.

use super::{Classify, FailureKind};
use std::fmt;

/// A field that is asked.
pub struct Source<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> fmt::Debug for Source<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").finish_non_exhaustive()
    }
}

/// The answer of a type that is classified.
pub trait KindOfSource {
    /// The kind of failure that the field is.
    fn kind_or(&self, otherwise: FailureKind) -> FailureKind;
}

impl<T: Classify + ?Sized> KindOfSource for Source<'_, T> {
    fn kind_or(&self, _: FailureKind) -> FailureKind {
        self.0.classify()
    }
}

/// The answer of any other type.
pub trait KindWithoutSource {
    /// What the enum says of all that say nothing.
    fn kind_or(&self, otherwise: FailureKind) -> FailureKind;
}

impl<T: ?Sized> KindWithoutSource for &Source<'_, T> {
    fn kind_or(&self, otherwise: FailureKind) -> FailureKind {
        otherwise
    }
}

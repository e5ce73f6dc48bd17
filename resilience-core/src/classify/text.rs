//! What an error says, for events.

use super::chain;
use std::{
    error::Error,
    fmt::{self, Display},
    ops::Deref,
};

/// What an error says, as [`Classify::describe`](super::Classify::describe) and
/// [`Outcome::error_text`](super::Outcome::error_text) hand it to events.
///
/// Nothing is formatted before an event needs it. An event gets the text without secrets and control characters, cut to 200
/// characters.
///
/// ```
/// use resilience_core::classify::ErrorText;
/// use std::io;
///
/// let error = io::Error::other("the disk is full");
/// assert_eq!(ErrorText::error(&error).to_string(), "the disk is full");
/// assert_eq!(ErrorText::display(&503).to_string(), "503");
/// ```
#[derive(Clone, Copy)]
pub struct ErrorText<'a>(Said<'a>);

#[derive(Clone, Copy)]
enum Said<'a> {
    Display(&'a dyn Display),
    Error(&'a (dyn Error + 'a)),
    /// Without its sources.
    Link(&'a (dyn Error + 'a)),
}

impl<'a> ErrorText<'a> {
    /// The text of `error` and of its [sources](Error::source), as `outer: inner`.
    #[must_use]
    pub fn error(error: &'a (dyn Error + 'a)) -> Self {
        Self(Said::Error(error))
    }

    /// The text of a value that is not an [`Error`].
    #[must_use]
    pub fn display(text: &'a dyn Display) -> Self {
        Self(Said::Display(text))
    }

    /// The text of the last source alone.
    pub(crate) fn innermost(self) -> Self {
        match self.0 {
            Said::Error(error) => error
                .source()
                .and_then(|source| chain::links(source).last())
                .map_or(self, Self::link),
            Said::Display(_) | Said::Link(_) => self,
        }
    }

    fn link(error: &'a (dyn Error + 'static)) -> Self {
        Self(Said::Link(error))
    }
}

impl Display for ErrorText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match self.0 {
            Said::Display(text) => return text.fmt(f),
            Said::Link(error) => return Display::fmt(error, f),
            Said::Error(error) => error,
        };
        write!(f, "{error}")?;
        match error.source() {
            Some(source) => chain::links(source).try_for_each(|link| write!(f, ": {link}")),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ErrorText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorText({self})")
    }
}

/// For `#[derive(Classify)]`: the text of an error, that of its chain where the type is an [`Error`], else what it displays, else none.
///
/// The compiler looks for a method here first and then where this dereferences to, so that the bounds decide.
#[derive(Debug)]
pub struct Described<'a, T: ?Sized>(Displayed<'a, T>);

#[derive(Debug)]
pub struct Displayed<'a, T: ?Sized>(Silent<'a, T>);

#[derive(Debug)]
pub struct Silent<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Described<'a, T> {
    /// Asks for the text of `value`.
    #[must_use]
    pub fn new(value: &'a T) -> Self {
        Self(Displayed(Silent(value)))
    }
}

impl<'a, T: Error> Described<'a, T> {
    /// The text.
    #[must_use]
    #[allow(clippy::unnecessary_wraps, reason = "stands in for one that has no text")]
    pub fn text(&self) -> Option<ErrorText<'a>> {
        Some(ErrorText::error(self.0.0.0))
    }
}

impl<'a, T: Display> Displayed<'a, T> {
    /// The text.
    #[must_use]
    #[allow(clippy::unnecessary_wraps, reason = "stands in for one that has no text")]
    pub fn text(&self) -> Option<ErrorText<'a>> {
        Some(ErrorText::display(self.0.0))
    }
}

impl<'a, T: ?Sized> Silent<'a, T> {
    /// The text.
    #[must_use]
    #[allow(clippy::unused_self, reason = "stands in for those that have a text")]
    pub fn text(&self) -> Option<ErrorText<'a>> {
        None
    }
}

impl<'a, T: ?Sized> Deref for Described<'a, T> {
    type Target = Displayed<'a, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a, T: ?Sized> Deref for Displayed<'a, T> {
    type Target = Silent<'a, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug)]
    struct Outer(io::Error);

    impl Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no plan")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    struct Shown;

    impl Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("shown")
        }
    }

    struct Mute;

    #[test]
    fn an_error_says_its_chain_and_the_innermost_link_alone() {
        let error = Outer(io::Error::other("full"));

        assert_eq!(ErrorText::error(&error).to_string(), "no plan: full");
        assert_eq!(ErrorText::error(&error).innermost().to_string(), "full");
        assert_eq!(ErrorText::error(&error.0).innermost().to_string(), "full");
    }

    #[test]
    fn the_text_is_the_best_that_the_type_has() {
        let text = |text: Option<ErrorText<'_>>| text.map(|text| text.to_string());

        assert_eq!(
            text(Described::new(&Outer(io::Error::other("full"))).text()).unwrap(),
            "no plan: full"
        );
        assert_eq!(text(Described::new(&Shown).text()).unwrap(), "shown");
        assert_eq!(text(Described::new(&Mute).text()), None);
    }
}

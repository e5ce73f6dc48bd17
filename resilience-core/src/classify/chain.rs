//! Errors whose type says nothing: the first of their sources that is known decides.

use super::{Classify, ErrorText, FailureKind, Verdict, known, verdict_of};
use std::{error::Error, iter};

/// The links of a chain that are looked at: a source that is its own source must not hold a call for ever.
const LONGEST: usize = 64;

/// The kind of the first link that is known.
pub(super) fn kind_of(error: &(dyn Error + 'static)) -> Option<FailureKind> {
    links(error).find_map(known::kind_of)
}

pub(super) fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| error.source()).take(LONGEST)
}

fn kind_or_unknown(error: &(dyn Error + 'static)) -> FailureKind {
    kind_of(error).unwrap_or(FailureKind::Unknown)
}

macro_rules! by_chain {
    ($($error:ty),*) => {$(
        /// By its chain: see the [module](crate::classify).
        impl Classify for $error {
            fn classify(&self) -> FailureKind {
                kind_or_unknown(self)
            }

            fn describe(&self) -> Option<ErrorText<'_>> {
                Some(ErrorText::error(self))
            }
        }
    )*};
}

by_chain!(
    dyn Error + 'static,
    dyn Error + Send + 'static,
    dyn Error + Send + Sync + 'static
);

/// By its chain: see the [module](crate::classify).
#[cfg(feature = "anyhow")]
impl Classify for anyhow::Error {
    fn classify(&self) -> FailureKind {
        kind_or_unknown(self.as_ref())
    }

    fn describe(&self) -> Option<ErrorText<'_>> {
        Some(ErrorText::error(self.as_ref()))
    }
}

/// For `classify = ..`: the first error that is known in the chain of [sources](Error::source) decides; if there is none, the
/// kind is [`Unknown`](FailureKind::Unknown). The [module](crate::classify) lists the errors that are known.
///
/// For error types that neither you nor this crate classifies. `Box<dyn Error + Send + Sync>` and `anyhow::Error` are
/// classified like this by themselves.
///
/// ```
/// use resilience_core::{FailureKind, Verdict, classify};
/// use std::{error::Error, fmt, io};
///
/// #[derive(Debug)]
/// struct PlanError(io::Error);
///
/// impl fmt::Display for PlanError {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str("the plan cannot be read")
///     }
/// }
///
/// impl Error for PlanError {
///     fn source(&self) -> Option<&(dyn Error + 'static)> {
///         Some(&self.0)
///     }
/// }
///
/// let reset: Result<(), _> = Err(PlanError(io::ErrorKind::ConnectionReset.into()));
/// assert_eq!(classify::chain(&reset), Verdict::Failure(FailureKind::Transient));
/// ```
#[inline]
pub fn chain<T, E: Error + 'static>(result: &Result<T, E>) -> Verdict {
    verdict_of(result, |error| kind_or_unknown(error))
}

/// The kind of the first `E` in a chain of [sources](Error::source), the error itself included.
///
/// For a classifier of your own: an error type of yours inside somebody else's is not known here.
///
/// ```
/// use resilience_core::{Classify, FailureKind, classify};
/// use std::{error::Error, fmt};
///
/// #[derive(Debug, Classify)]
/// #[transient]
/// struct Busy;
///
/// impl fmt::Display for Busy {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str("busy")
///     }
/// }
///
/// impl Error for Busy {}
///
/// let error: Box<dyn Error + Send + Sync> = Busy.into();
/// assert_eq!(classify::find::<Busy>(&*error), Some(FailureKind::Transient));
/// ```
#[must_use]
pub fn find<E: Error + Classify + 'static>(error: &(dyn Error + 'static)) -> Option<FailureKind> {
    links(error)
        .find_map(|link| link.downcast_ref::<E>())
        .map(Classify::classify)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fmt, io};

    /// Wraps an error, or itself.
    #[derive(Debug)]
    struct Wrapped(Option<Box<dyn Error + Send + Sync>>);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("wrapped")
        }
    }

    impl Error for Wrapped {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            match &self.0 {
                Some(inner) => Some(&**inner),
                None => Some(self),
            }
        }
    }

    fn wrapped(error: impl Into<Box<dyn Error + Send + Sync>>) -> Box<dyn Error + Send + Sync> {
        Box::new(Wrapped(Some(error.into())))
    }

    /// R035
    #[test]
    fn the_first_known_link_decides() {
        let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
        let table: [(Box<dyn Error + Send + Sync>, FailureKind); 8] = [
            (reset().into(), FailureKind::Transient),
            (wrapped(reset()), FailureKind::Transient),
            (wrapped(wrapped(reset())), FailureKind::Transient),
            (wrapped(io::Error::other(wrapped(reset()))), FailureKind::Transient),
            (
                wrapped(io::Error::from(io::ErrorKind::NotFound)),
                FailureKind::Permanent,
            ),
            ("nobody knows".into(), FailureKind::Unknown),
            (wrapped("nobody knows"), FailureKind::Unknown),
            (io::Error::other("nobody knows").into(), FailureKind::Unknown),
        ];
        for (error, expected) in table {
            assert_eq!(error.classify(), expected, "{error:?}");
            let less: Box<dyn Error> = error;
            assert_eq!(less.classify(), expected, "{less:?}");
        }
    }

    #[test]
    fn a_chain_without_end_ends() {
        assert_eq!(
            chain::<(), _>(&Err(Wrapped(None))),
            Verdict::Failure(FailureKind::Unknown)
        );
    }
}

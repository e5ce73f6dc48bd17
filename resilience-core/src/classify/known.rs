//! The errors of other people that are known here, and what kind of failure each of them is.

use super::{Classify, ErrorText, FailureKind, Verdict, chain, verdict_of};
use crate::interruption::Interruption;
use std::{error::Error, io};

/// The kind of one link of a chain, where its type is known and says something.
pub(super) fn kind_of(error: &(dyn Error + 'static)) -> Option<FailureKind> {
    if let Some(interruption) = error.downcast_ref::<Interruption>() {
        return Some(interruption.classify());
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return kind_of_io_error(error);
    }
    #[cfg(feature = "tokio")]
    if error.is::<tokio::time::error::Elapsed>() {
        return Some(FailureKind::Transient);
    }
    boxed(error).and_then(chain::kind_of)
}

/// What is in a box: as a source, a box hides the type of what it holds.
fn boxed<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    // A boxed trait object is no error itself, and cannot be a source; what can is a box of a type that is known here.
    if let Some(error) = error.downcast_ref::<Box<io::Error>>() {
        return Some(&**error);
    }
    error.downcast_ref::<Box<Interruption>>().map(|error| &**error as _)
}

/// `None` where the error says nothing: of the kind `Other`, and nothing known inside.
fn kind_of_io_error(error: &io::Error) -> Option<FailureKind> {
    let inside = error.get_ref().map(|inside| inside as &(dyn Error + 'static));
    // An interruption that became an I/O error has the kind that fits best, and is ours all the same.
    if let Some(interruption) = inside.and_then(|inside| inside.downcast_ref::<Interruption>()) {
        return Some(interruption.classify());
    }
    match error.kind() {
        io::ErrorKind::Other => inside.and_then(chain::kind_of),
        kind => Some(kind_of_io(kind)),
    }
}

fn kind_of_io(kind: io::ErrorKind) -> FailureKind {
    use io::ErrorKind as Kind;
    match kind {
        Kind::AddrNotAvailable
        | Kind::BrokenPipe
        | Kind::ConnectionAborted
        | Kind::ConnectionRefused
        | Kind::ConnectionReset
        | Kind::HostUnreachable
        | Kind::Interrupted
        | Kind::NetworkDown
        | Kind::NetworkUnreachable
        | Kind::NotConnected
        | Kind::ResourceBusy
        | Kind::TimedOut
        | Kind::UnexpectedEof
        | Kind::WouldBlock => FailureKind::Transient,
        _ => FailureKind::Permanent,
    }
}

/// See [`io`](fn@io) for the kinds that are transient.
impl Classify for io::Error {
    fn classify(&self) -> FailureKind {
        kind_of_io_error(self).unwrap_or(FailureKind::Unknown)
    }

    fn describe(&self) -> Option<ErrorText<'_>> {
        Some(ErrorText::error(self))
    }
}

/// For `classify = ..`: by the kind of an I/O error.
///
/// Transient are refused, reset, aborted and broken connections, unreachable hosts and networks, timeouts, unexpected ends
/// and busy resources. The kind `Other` is what is inside it, and [`Unknown`](FailureKind::Unknown) where nothing known is.
/// Everything else is permanent. [`io::Error`] is classified like this by itself, too.
#[inline]
pub fn io<T>(result: &io::Result<T>) -> Verdict {
    verdict_of(result, Classify::classify)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_io_error_is_classified_by_its_kind() {
        let table = [
            (io::ErrorKind::ConnectionReset, FailureKind::Transient),
            (io::ErrorKind::TimedOut, FailureKind::Transient),
            (io::ErrorKind::NotFound, FailureKind::Permanent),
            (io::ErrorKind::PermissionDenied, FailureKind::Permanent),
            (io::ErrorKind::Other, FailureKind::Unknown),
        ];
        for (kind, expected) in table {
            assert_eq!(io::Error::from(kind).classify(), expected, "{kind:?}");
        }
    }

    #[test]
    fn what_is_inside_an_io_error_decides_where_its_kind_says_nothing() {
        let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(io::Error::other(reset()).classify(), FailureKind::Transient);
        assert_eq!(io::Error::other(Box::new(reset())).classify(), FailureKind::Transient);
        assert_eq!(io::Error::other("full").classify(), FailureKind::Unknown);
        let denied = io::Error::new(io::ErrorKind::PermissionDenied, reset());
        assert_eq!(denied.classify(), FailureKind::Permanent);
    }
}

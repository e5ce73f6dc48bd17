//! What `#[throttled(after = field)]` may name.

use std::time::Duration;

/// A field that can hold how long a service wants to be left alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no length of time",
    label = "`after` names a field of the type `Duration` or `Option<Duration>`",
    note = "the field holds what the service asked for, `None` where it asked for nothing"
)]
pub trait Hint {
    /// The time, if there is one.
    fn retry_after(&self) -> Option<Duration>;
}

impl Hint for Duration {
    fn retry_after(&self) -> Option<Duration> {
        Some(*self)
    }
}

impl Hint for Option<Duration> {
    fn retry_after(&self) -> Option<Duration> {
        *self
    }
}

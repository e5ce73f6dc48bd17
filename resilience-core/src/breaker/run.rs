//! How long a run of failures has lasted: what tells an outage from a few failures that chance has put in a row.

use super::word::{Tick, Ticks};
use std::time::Duration;

/// The present run of failures, as far as the word has no room for it: a tick that the word could hold would wrap within minutes.
///
/// Only read and written under the lock. Whether it is that of the present run, the [word](super::word::Closed::spanned) says.
#[derive(Debug)]
pub(super) struct Run {
    /// When its second failure came: a single failure reads no clock.
    began: Tick,
    /// How long it must last.
    span: Ticks,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            began: Tick(0),
            span: Ticks(0),
        }
    }
}

impl Run {
    pub(super) fn set_span(&mut self, span: Duration) {
        self.span = Ticks::of(span);
    }

    pub(super) fn begin(&mut self, now: Tick) {
        self.began = now;
    }

    /// Whether the run has lasted long enough. A clock that is put back makes it begin then, so that it does not last for days.
    pub(super) fn has_lasted(&mut self, now: Tick) -> bool {
        self.began = self.began.min(now);
        now >= self.began.plus(self.span)
    }
}

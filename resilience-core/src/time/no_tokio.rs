//! In place of tokio's timer, where there is none.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

pub(super) fn sleep(_duration: Duration) -> Option<OnRuntime> {
    None
}

/// There is none.
pub(super) struct OnRuntime(Infallible);

impl OnRuntime {
    pub(super) fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Result<Poll<()>, Duration> {
        match self.0 {}
    }
}

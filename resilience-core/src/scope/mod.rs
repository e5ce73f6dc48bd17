//! What running code can see of the calls around it: depth, apply fence, mark.
//!
//! The scope is one packed word in a thread-local, set for the duration of each poll (or of the synchronous body) and put
//! back by a guard. A call keeps its own part inside its future, so the scope follows a task from thread to thread, holds
//! under `join!`, `select!`, `block_on` and `block_in_place`, and needs no pointers between frames. A spawned task starts
//! fresh; [`carry`] takes the scope along on request.
//!
//! One limit: what an attempt polls itself is inside it. If a synchronous attempt drives a current-thread runtime with
//! `block_on`, or an async one a `LocalSet` with `run_until`, then *every* task of that executor is polled inside the attempt,
//! spawned ones too: they make one attempt each, and an apply in one of them disarms the call. It errs towards fewer retries.

mod attempt;
mod carry;
mod enter;
mod fence;
mod inside;
mod retry_scope;
mod surroundings;
mod word;

pub(crate) use attempt::{enter, enter_timed, leave, tell_clock, told_clock};
pub use carry::{Carried, carry, carry_blocking};
pub(crate) use carry::{CarriedOut, Token};
pub use enter::Entered;
pub(crate) use fence::{mark, raise_fence};
pub(crate) use inside::{Around, Inside};
pub use retry_scope::{LoopAttempt, RetryScope};
pub(crate) use surroundings::{Note, Surroundings, deadline, set_deadline, with_surroundings};
pub(crate) use word::{Scope, current, set};

/// The number of enclosing calls that may still retry.
///
/// At a policy's `max_depth` (1 by default) and deeper, a call makes one attempt and leaves the retrying to those around it.
///
/// ```
/// assert_eq!(resilience_core::scope::depth(), 0);
/// ```
#[must_use]
pub fn depth() -> u32 {
    current().depth()
}

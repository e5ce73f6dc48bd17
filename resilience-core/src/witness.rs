//! What only the compiler can find, since no macro can look there: what a trait says of its methods, and what a type can do.

use crate::classify::Verdict;

/// The trait declares this method `#[apply]`.
#[derive(Clone, Copy, Debug)]
pub struct Applied;

/// What a trait says of a method that an implementation may call idempotent: nothing.
#[diagnostic::on_unimplemented(
    message = "`idempotent` here, but the trait declares this method `#[apply]`",
    label = "a failed call would run again, and make the change again",
    note = "remove `idempotent` if a second run would repeat the change, or `#[apply]` from the trait if it would do no harm"
)]
pub trait MayBeRepeated {}

#[diagnostic::do_not_recommend]
impl MayBeRepeated for () {}

/// Asks the compiler whether the method that the closure finds may be repeated. The closure is never called.
#[inline]
pub fn ask<S: ?Sized, M: MayBeRepeated>(_: impl FnOnce(&S) -> M) {}

/// What an idempotent method may call of its own block: anything but an apply.
#[diagnostic::on_unimplemented(
    message = "an `idempotent` method calls a method that is `#[apply]`",
    label = "a failed attempt would make the change again",
    note = "remove `idempotent` from this method, or move the call out of it"
)]
pub trait MayBeCalledAgain {}

#[diagnostic::do_not_recommend]
impl MayBeCalledAgain for () {}

/// Asks the compiler whether a method may be called by one that is repeated. Never called.
pub fn may_be_called_again<M: MayBeCalledAgain>(_: M) {}

/// Implemented by what every attempt of an idempotent operation can have for itself: what is copied, not given away.
#[diagnostic::on_unimplemented(
    message = "the first attempt would give this `{Self}` away, and the next one would have none",
    label = "every attempt needs one: write `clone(..)` with this name in the attribute, or take it by reference",
    note = "`#[retry_service(.., idempotent, clone(name))]`, `#[idempotent(clone(name))]`, or `clone(name)` on the whole block"
)]
pub trait EveryAttemptHasOne {}

#[diagnostic::do_not_recommend]
impl<T: Copy> EveryAttemptHasOne for T {}

/// Compiles only for a parameter that may be given away by each attempt.
pub const fn every_attempt_has_one<T: EveryAttemptHasOne>(_: &T) {}

/// Compiles only for a classifier of the outcome, where nothing is there to be judged.
pub fn can_judge<O>(_: impl FnOnce(&O) -> Verdict) {}

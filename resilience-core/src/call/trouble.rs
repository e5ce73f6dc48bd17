//! What only calls in trouble need: nothing for most calls, and one box for the others, with the timer inside.
//!
//! Thousands of calls may sleep between two attempts, so the box is small: what few of them need has a box of its own.

use crate::{
    budget::Cost,
    classify::FailureKind,
    link::Kept,
    scope::CarriedOut,
    time::{Started, Timer},
};
use pin_project_lite::pin_project;
use std::{pin::Pin, time::Duration};

/// Nothing, for most calls.
pub(super) struct InTrouble(Option<Pin<Box<Trouble>>>);

pin_project! {
    #[derive(Default)]
    struct Trouble {
        // The attempt's timeout, or the sleep between two attempts.
        #[pin]
        timer: Timer,
        // The policy, kept from the first retry to the end of the call.
        policy: Option<Kept>,
        account: Account,
        rare: Option<Box<Rare>>,
    }
}

impl Trouble {
    #[cold]
    fn new() -> Pin<Box<Self>> {
        Box::pin(Self::default())
    }
}

/// What few of the calls in trouble need.
#[derive(Default)]
pub(super) struct Rare {
    /// The delay before the present attempt, without the server's hint, where the next one depends on it.
    pub(super) delay: Option<Duration>,
    /// What the last failure was, where a fallback is to be told.
    pub(super) last_failure: Option<FailureKind>,
    /// When the present attempt started, where it is not the first and has a timeout.
    pub(super) attempt_started: Started,
    /// The work that was carried out of the call's attempts.
    pub(super) carried: CarriedOut,
}

/// The attempts admitted after the first (20 bits, more than any policy allows), and what the budget charged for the present
/// one, in thousandths of a token (10 bits).
#[derive(Clone, Copy, Default)]
struct Account(u32);

const COST_SHIFT: u32 = 20;
const ATTEMPTS_MASK: u32 = (1 << COST_SHIFT) - 1;

impl Account {
    const fn further_attempts(self) -> u32 {
        self.0 & ATTEMPTS_MASK
    }

    fn count_attempt(&mut self) {
        if self.further_attempts() < ATTEMPTS_MASK {
            self.0 += 1;
        }
    }

    fn paid(self) -> Cost {
        Cost::of_thousandths((self.0 >> COST_SHIFT).into())
    }

    fn pay(&mut self, cost: Cost) {
        #[allow(clippy::cast_possible_truncation, reason = "at most 1,000")]
        let thousandths = cost.to_thousandths() as u32;
        self.0 = self.further_attempts() | (thousandths << COST_SHIFT);
    }
}

impl InTrouble {
    pub(super) const NONE: Self = Self(None);

    #[inline]
    fn begun(&mut self) -> Pin<&mut Trouble> {
        self.0.get_or_insert_with(Trouble::new).as_mut()
    }

    pub(super) fn policy(&self) -> Option<Kept> {
        self.0.as_ref().and_then(|trouble| trouble.policy)
    }

    /// Keeps the policy, unless one is kept already.
    #[inline]
    pub(super) fn keep_policy(&mut self, policy: Kept) {
        if self.policy().is_none() {
            *self.begun().project().policy = Some(policy);
        }
    }

    pub(super) fn further_attempts(&self) -> u32 {
        self.0.as_ref().map_or(0, |trouble| trouble.account.further_attempts())
    }

    pub(super) fn count_further_attempt(&mut self) {
        self.begun().project().account.count_attempt();
    }

    pub(super) fn paid(&self) -> Cost {
        self.0
            .as_ref()
            .map_or(Cost::default(), |trouble| trouble.account.paid())
    }

    pub(super) fn pay(&mut self, cost: Cost) {
        self.begun().project().account.pay(cost);
    }

    /// The timer that runs, if one does.
    pub(super) fn timer(&mut self) -> Option<Pin<&mut Timer>> {
        let timer = self.0.as_mut()?.as_mut().project().timer;
        (!timer.is_idle()).then_some(timer)
    }

    pub(super) fn start_timer(&mut self, timer: Timer) {
        self.begun().project().timer.set(timer);
    }

    pub(super) fn stop_timer(&mut self) {
        if let Some(mut timer) = self.timer() {
            timer.set(Timer::Idle);
        }
    }

    pub(super) fn rare(&self) -> Option<&Rare> {
        self.0.as_ref().and_then(|trouble| trouble.rare.as_deref())
    }

    pub(super) fn rare_mut(&mut self) -> &mut Rare {
        self.begun().project().rare.get_or_insert_default()
    }
}

impl Drop for InTrouble {
    #[inline]
    fn drop(&mut self) {
        #[cold]
        fn discard(trouble: Pin<Box<Trouble>>) {
            drop(trouble);
        }
        // Left to the compiler this is a function call for every call that ends.
        if let Some(trouble) = self.0.take() {
            discard(trouble);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_sleeps_has_no_more_on_the_heap_than_a_timer_and_two_words() {
        // Of tokio's timer, or of a sleeper's box.
        let timer = size_of::<Timer>();
        assert!(size_of::<Trouble>() <= timer + 2 * size_of::<u64>(), "{timer}");
        // Beside tokio's timer, a word to see whether its runtime has ended.
        #[cfg(feature = "tokio")]
        assert!(timer <= size_of::<tokio::time::Sleep>() + size_of::<usize>(), "{timer}");
    }

    #[test]
    fn attempts_and_what_was_paid_do_not_mix() {
        let mut account = Account::default();
        account.pay(Cost::of_thousandths(1_000));
        for _ in 0..2_000_000 {
            account.count_attempt();
        }
        assert_eq!(account.paid(), Cost::of_thousandths(1_000));
        // More than the most that a policy allows.
        assert_eq!(account.further_attempts(), 1_048_575);

        account.pay(Cost::of_thousandths(7));
        assert_eq!(account.paid(), Cost::of_thousandths(7));
        assert_eq!(account.further_attempts(), 1_048_575);
    }
}

//! A synchronous call of one attempt in one go: steps are taken one by one only where something is to be seen to.

use super::{ADMITTED, BEGUN, Call, InTrouble};
use crate::{
    breaker::{Permit, Word},
    classify::{Outcome, Verdict},
    interruption::FromInterruption,
    link::Link,
    operation::Operation,
    scope::{self, Scope},
    time::Started,
};
use std::mem;

/// What the body sees where nobody is around.
const INSIDE: Scope = Scope::of(Scope::IN_ATTEMPT);

impl Operation {
    /// Runs a synchronous body that gets one attempt: [`begin`](Self::begin), [`admit`](Call::admit),
    /// [`attempt_blocking`](Call::attempt_blocking) and [`finish`](Call::finish) in one.
    ///
    /// ```
    /// use resilience_core::Operation;
    ///
    /// static COUNT: Operation = Operation::plain("plan_service", "count_plans");
    ///
    /// let count = COUNT.call_blocking(|| std::io::Result::Ok(7));
    /// assert_eq!(count.unwrap(), 7);
    /// ```
    #[inline]
    pub fn call_blocking<O: Outcome + FromInterruption>(&'static self, body: impl FnOnce() -> O) -> O {
        if scope::current().is_bottom() {
            if let Some(link) = self.known_link() {
                let word = link.service.breaker().word();
                if link.word() == Scope::IN_ATTEMPT && word.is_healthy() {
                    return run_at_once(link, word, body);
                }
            }
        }
        self.run_in_steps(body)
    }

    #[cold]
    #[inline(never)]
    fn run_in_steps<O: Outcome + FromInterruption>(&'static self, body: impl FnOnce() -> O) -> O {
        let mut call = self.begin();
        if let Err(interruption) = call.admit() {
            return O::from_interruption(interruption);
        }
        let outcome = call.attempt_blocking(body);
        call.finish(outcome)
    }
}

#[inline]
fn run_at_once<O: Outcome>(link: &'static Link, word: Word, body: impl FnOnce() -> O) -> O {
    scope::set(INSIDE);
    let unwinding = Unwinding { link, word };
    let outcome = body();
    mem::forget(unwinding);
    if scope::current() != INSIDE {
        return leave_and_finish(link, word, outcome);
    }
    scope::set(Scope::BOTTOM);
    let service = link.service;
    if outcome.verdict() == Verdict::Success
        && service.budget().is_full()
        && service.breaker().word() == word
        && link.counters.add_clean_success_at_hand()
    {
        return outcome;
    }
    finish(link, word, outcome)
}

/// The call as it is after its body has run.
fn admitted(link: &'static Link, word: Word) -> Call {
    Call {
        link,
        permit: Permit::of_healthy(word),
        trouble: InTrouble::NONE,
        started: Started::default(),
        flags: link.word() | ADMITTED | BEGUN,
    }
}

#[cold]
#[inline(never)]
fn leave_and_finish<O: Outcome>(link: &'static Link, word: Word, outcome: O) -> O {
    let mut call = admitted(link, word);
    call.leave(Scope::BOTTOM, scope::current());
    call.finish(outcome)
}

#[cold]
#[inline(never)]
fn finish<O: Outcome>(link: &'static Link, word: Word, outcome: O) -> O {
    admitted(link, word).finish(outcome)
}

/// The body panics.
struct Unwinding {
    link: &'static Link,
    word: Word,
}

impl Drop for Unwinding {
    fn drop(&mut self) {
        admitted(self.link, self.word).unwind(Scope::BOTTOM);
    }
}

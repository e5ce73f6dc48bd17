//! Manual control: a breaker that is held in a state, and one that starts anew.

use super::{
    Breaker,
    change::Transition,
    memory::Memory,
    word::{Closed, State, Tick, Word},
};
use crate::{policy::BreakerPolicy, sync::seeded};

/// Who decides what a breaker does: its rules, or an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BreakerMode {
    /// The rules of the policy.
    #[default]
    Automatic,
    /// Every call is rejected, until the mode is changed.
    ForcedOpen,
    /// Every call is admitted, whatever comes back. Outcomes are not judged; statistics count them as ignored.
    ForcedClosed,
    /// Every call is admitted, as if there were no breaker. Nothing is counted.
    Disabled,
}

impl BreakerMode {
    /// The name in events: `automatic`, `forced_open`, `forced_closed` or `disabled`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::ForcedOpen => "forced_open",
            Self::ForcedClosed => "forced_closed",
            Self::Disabled => "disabled",
        }
    }
}

impl Breaker {
    /// Who decides.
    pub(crate) fn mode(&self) -> BreakerMode {
        match self.word().state() {
            State::Held(mode) => mode,
            _ => BreakerMode::Automatic,
        }
    }

    /// Holds the breaker in a state, or gives it back to its rules: closed then, with nothing remembered. Asking for the mode
    /// that holds already changes nothing.
    pub(crate) fn set_mode(&self, mode: BreakerMode, now: Tick, policy: &BreakerPolicy) -> Option<Transition> {
        self.control(now, policy, |word, memory| match (word.state(), mode) {
            (State::Held(present), mode) if present == mode => None,
            (State::Held(_), BreakerMode::Automatic) => Some((memory.close(word), Transition::Held(mode))),
            (_, BreakerMode::Automatic) => None,
            (_, mode) => Some((word.turned(State::Held(mode)), Transition::Held(mode))),
        })
    }

    /// Closes the circuit under the rules of its policy and forgets everything that could open it, in one step.
    pub(crate) fn reset(&self, now: Tick, policy: &BreakerPolicy) -> Option<Transition> {
        self.control(now, policy, |word, memory| {
            memory.forget_half_open();
            Some((memory.close(word), Transition::Reset))
        })
    }

    /// Puts another policy in place: state and counts stay, and the window keeps what fits the new one. An open circuit recovers
    /// when the new policy says so, if that is earlier.
    pub(crate) fn adopt(&self, policy: &BreakerPolicy) {
        if self.parts.get().is_none() && !policy.has_window() && !policy.is_timed() && self.word().is_healthy() {
            return;
        }
        let parts = self.parts(policy);
        let mut memory = parts.memory();
        memory.adopt(policy);
        loop {
            let word = self.word();
            let next = match word.state() {
                State::Closed(present) => {
                    let in_a_row = if policy.is_cumulative() { 0 } else { present.failures };
                    let closed = Closed {
                        spanned: present.spanned,
                        ramping: present.ramping && !policy.ramp().is_zero(),
                        ..memory.closed()
                    };
                    word.with_closed(closed.with_failures(in_a_row))
                }
                State::Open { deadline, reopenings } => {
                    let Some(sooner) = memory
                        .open_until(reopenings, policy)
                        .filter(|end| end.is_before(deadline))
                    else {
                        return;
                    };
                    word.with(State::Open {
                        deadline: sooner,
                        reopenings,
                    })
                }
                // Whoever closes it asks the memory.
                State::HalfOpen { .. } | State::Held(_) => return,
            };
            if self.replace(word, next) || seeded("adopted_unseen") {
                return;
            }
        }
    }

    fn control(
        &self,
        now: Tick,
        policy: &BreakerPolicy,
        order: impl Fn(Word, &mut Memory<'_>) -> Option<(Word, Transition)>,
    ) -> Option<Transition> {
        let parts = self.parts(policy);
        let mut memory = parts.memory();
        loop {
            let word = self.word();
            let (next, transition) = order(word, &mut memory)?;
            if self.replace(word, next) {
                memory.enter(word, next, now, transition);
                return Some(transition);
            }
        }
    }
}

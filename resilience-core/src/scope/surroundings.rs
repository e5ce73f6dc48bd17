//! What is too large for the scope's word: deadline, entered registry, carried tokens, the clock of the poll.
//!
//! Touched only when a flag of the word says so. The deadline lies apart from the rest: every retry asks for it, and it can be
//! copied.

use super::{Scope, carry::Token, current};
use crate::{deadline::Deadline, plan::PlanContext, registry::Registry};
use std::{cell::Cell, sync::Arc, time::Duration};

/// The larger part of the scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The registry that was entered.
    pub(crate) registry: Option<&'static Registry>,
    /// The plan that this code belongs to.
    pub(crate) plan: Option<Arc<PlanContext>>,
    /// For carried code: the attempts that it was carried out of.
    pub(crate) carried_from: Vec<Arc<Token>>,
    /// For attempts: the tokens of the work that was carried out of them, until all of them have heard of it.
    pub(crate) carried_out: Vec<Arc<Token>>,
    /// The clocks that calls inside the attempts have started in this poll, and whose they are.
    pub(crate) clocks_read: Vec<(&'static Registry, Duration)>,
    /// One for each attempt that is [noted](super::Scope::NOTED), the innermost last.
    pub(crate) notes: Vec<Note>,
}

/// What an attempt found when it was entered, and has to take into account when it is left.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Note {
    /// How much of what was carried out is a sibling's.
    pub(crate) carried: usize,
    /// How many of the clocks were read by siblings.
    pub(crate) clocks: usize,
    /// The deadline around.
    pub(crate) deadline: Option<Deadline>,
}

thread_local! {
    /// When everything in here is to be over, where the scope's word says that there is such a time. Elsewhere it is one that
    /// nobody has cleared away.
    static DEADLINE: Cell<Option<Deadline>> = const { Cell::new(None) };
    static SURROUNDINGS: Cell<Surroundings> = const { Cell::new(Surroundings::NONE) };
}

impl Surroundings {
    const NONE: Self = Self {
        registry: None,
        plan: None,
        carried_from: Vec::new(),
        carried_out: Vec::new(),
        clocks_read: Vec::new(),
        notes: Vec::new(),
    };
}

/// The deadline in force on this thread: the one that was set, or the end of the time of a call around, whose clock may not have
/// started.
#[inline]
pub(crate) fn deadline() -> Option<Deadline> {
    if current().has(Scope::DEADLINE | Scope::TIMED) {
        DEADLINE.get()
    } else {
        None
    }
}

/// Puts a deadline in its place, for a scope whose word says that there is one.
#[inline]
pub(crate) fn set_deadline(deadline: Option<Deadline>) {
    DEADLINE.set(deadline);
}

/// Reads or changes the surroundings in force on this thread. `change` must not run user code.
pub(crate) fn with_surroundings<R>(change: impl FnOnce(&mut Surroundings) -> R) -> R {
    // In the destructors of a dying thread the cell may be gone: then there is nothing around any more.
    let mut surroundings = SURROUNDINGS.try_with(Cell::take).unwrap_or_default();
    let result = change(&mut surroundings);
    let _ = SURROUNDINGS.try_with(|cell| cell.set(surroundings));
    result
}

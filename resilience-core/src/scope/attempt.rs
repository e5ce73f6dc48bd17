//! The scope of an attempt: entered before its body runs, left when it returns, is pending or unwinds.

use super::{Note, Scope, Token, set, with_surroundings};
use crate::{deadline::Deadline, registry::Registry};
use std::{ptr, sync::Arc, time::Duration};

/// Enters the scope of an attempt inside `outer`, with a deadline of its own. The scope to find at its end, if there is nothing
/// more to do than to leave it.
pub(crate) fn enter(outer: Scope, may_retry: bool, news: u32, deadline: Option<Deadline>) -> Scope {
    let inside = outer.inside(may_retry, news);
    if deadline.is_none() && !outer.has(Scope::CARRIED | Scope::CLOCKED | Scope::NOTED) {
        set(inside);
        return inside;
    }
    let around = with_surroundings(|here| here.deadline);
    // Clocks are a user's code: not while the surroundings are out.
    let sooner = deadline.map_or(around, |deadline| Some(deadline.or_sooner(around)));
    set(inside.with(Scope::NOTED));
    with_surroundings(|here| {
        here.notes.push(Note {
            carried: here.carried_out.len(),
            clocks: here.clocks_read.len(),
            deadline: around,
        });
        here.deadline = sooner;
    });
    Scope::NONE
}

/// Leaves the scope `inner` of an attempt inside `outer`: hands over the tokens of the work that was carried out of it, and
/// returns the time that somebody inside read from the clock of `registry`. Runs no user code: it may be called while unwinding.
pub(crate) fn leave(
    outer: Scope,
    inner: Scope,
    registry: Option<&'static Registry>,
    carried: impl FnOnce(&[Arc<Token>]),
) -> Option<Duration> {
    let mut known = Note::default();
    if inner.has(Scope::NOTED) {
        with_surroundings(|here| {
            known = here.notes.pop().unwrap_or_default();
            here.deadline = known.deadline;
        });
    }
    if inner.has(Scope::CARRIED) {
        with_surroundings(|here| carried(here.carried_out.get(known.carried..).unwrap_or_default()));
    }
    let mut read = None;
    if let (Some(ours), true) = (registry, inner.has(Scope::CLOCKED)) {
        read = with_surroundings(|here| {
            let mut reads = here.clocks_read.iter().skip(known.clocks);
            let found = reads.find(|(registry, _)| ptr::eq(*registry, ours));
            found.map(|(_, now)| *now)
        });
    }
    if outer.has(Scope::CLOCKED) {
        // Those around have an earlier one already: this one has served its purpose.
        with_surroundings(|here| {
            let (earlier, ours) = here.clocks_read.split_at(here.clocks_read.len().min(known.clocks));
            let earlier = earlier.last().map(|(registry, _)| *registry);
            if ours
                .iter()
                .all(|(registry, _)| earlier.is_some_and(|earlier| ptr::eq(earlier, *registry)))
            {
                here.clocks_read.truncate(known.clocks);
            }
        });
    }
    if !outer.has(Scope::IN_ATTEMPT) {
        // Everybody around has heard of it.
        with_surroundings(|here| {
            here.carried_out.clear();
            here.clocks_read.clear();
        });
    }
    set(outer.after(inner));
    read
}

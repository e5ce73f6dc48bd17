//! The scope of an attempt: entered before its body runs, left when it returns, is pending or unwinds.

use super::{Note, Scope, Token, current, deadline, set, set_deadline, with_surroundings};
use crate::{
    deadline::{self, Deadline},
    registry::Registry,
};
use std::{ptr, sync::Arc, time::Duration};

/// Enters the scope of an attempt inside `outer`. The scope to find at its end, if there is nothing more to do than to leave it.
#[inline]
pub(crate) fn enter(outer: Scope, may_retry: bool, news: u32) -> Scope {
    let inside = outer.inside(may_retry, news);
    if outer.has(Scope::CARRIED | Scope::CLOCKED | Scope::NOTED) {
        return enter_with_note(inside);
    }
    set(inside);
    inside
}

/// The same with a deadline of its own.
pub(crate) fn enter_timed(outer: Scope, may_retry: bool, news: u32, own: Deadline) -> Scope {
    let inside = outer.inside(may_retry, news).with(Scope::TIMED);
    let is_sooner = deadline().is_none_or(|around| own.is_sooner_than(around));
    let is_to_be_restored = is_sooner && outer.has(Scope::DEADLINE | Scope::TIMED);
    let expected = if is_to_be_restored || outer.has(Scope::CARRIED | Scope::CLOCKED | Scope::NOTED) {
        enter_with_note(inside)
    } else {
        set(inside);
        inside
    };
    if is_sooner {
        set_deadline(Some(own));
    }
    expected
}

/// Enters the scope `inside`, where the attempt around has something that must be found again.
#[cold]
#[inline(never)]
fn enter_with_note(inside: Scope) -> Scope {
    // The readings of the attempt around, which may have started the clock of its deadline, cannot be told from those of its
    // siblings from in there.
    let around = deadline::in_force();
    with_surroundings(|here| {
        here.notes.push(Note {
            carried: here.carried_out.len(),
            clocks: here.clocks_read.len(),
            deadline: around,
        });
    });
    set(inside.with(Scope::NOTED));
    Scope::NONE
}

/// The time of `registry` that a call inside the present attempt has started its clock with, in this poll.
pub(crate) fn told_clock(registry: &'static Registry) -> Option<Duration> {
    let scope = current();
    if !scope.has(Scope::CLOCKED) {
        return None;
    }
    with_surroundings(|here| {
        let note = here.notes.last().filter(|_| scope.has(Scope::NOTED));
        first_reading(&here.clocks_read, note.map_or(0, |note| note.clocks), registry)
    })
}

/// The first reading of the clock of `registry`, without those of siblings.
fn first_reading(
    readings: &[(&'static Registry, Duration)],
    of_siblings: usize,
    registry: &'static Registry,
) -> Option<Duration> {
    let mut readings = readings.iter().skip(of_siblings);
    let found = readings.find(|(other, _)| ptr::eq(*other, registry));
    found.map(|(_, now)| *now)
}

/// A call inside the attempt around has started its clock, with this time of `registry`: lets those around know.
#[cold]
#[inline(never)]
pub(crate) fn tell_clock(registry: &'static Registry, now: Duration) {
    let scope = current();
    with_surroundings(|here| {
        let known = here.clocks_read.last();
        let is_known = known.is_some_and(|(last, _)| ptr::eq(*last, registry));
        // Those around take the first one anyway.
        if !(is_known && scope.has(Scope::CLOCKED)) {
            here.clocks_read.push((registry, now));
        }
    });
    set(scope.with(Scope::CLOCKED));
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
        known = with_surroundings(|here| here.notes.pop()).unwrap_or_default();
        set_deadline(known.deadline);
    }
    if inner.has(Scope::CARRIED) {
        with_surroundings(|here| carried(here.carried_out.get(known.carried..).unwrap_or_default()));
    }
    let mut read = None;
    if let (Some(ours), true) = (registry, inner.has(Scope::CLOCKED)) {
        read = with_surroundings(|here| first_reading(&here.clocks_read, known.clocks, ours));
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
    if !outer.has(Scope::IN_ATTEMPT) && inner.has(Scope::CARRIED | Scope::CLOCKED) {
        // Everybody around has heard of it.
        with_surroundings(|here| {
            here.carried_out.clear();
            here.clocks_read.clear();
        });
    }
    set(outer.after(inner));
    read
}

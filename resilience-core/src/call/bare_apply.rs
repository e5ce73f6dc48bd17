//! An `#[apply]` that belongs to no service: it has no breaker and no counts, but it raises the fence.

use crate::{
    deadline,
    interruption::{Interruption, Origin, Reason},
    plan,
    policy::ApplyInRetry,
    registry::Registry,
    scope,
    telemetry::{EachMinute, Subject, events},
};
use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

/// Raises the fence for an `#[apply]` without a service; `name` is the function's.
///
/// # Errors
/// The [`Interruption`] to return in place of running the body.
pub fn begin_apply(name: &'static str) -> Result<(), Interruption> {
    if plan::is_read_only() {
        return Err(rejected(name, Reason::ReadOnlyPlan));
    }
    if deadline::is_over() {
        return Err(rejected(name, Reason::DeadlinePassed));
    }
    let repeatable = scope::depth() > 0;
    if repeatable && registry().bare_apply_in_retry() == ApplyInRetry::Refuse {
        return Err(rejected(name, Reason::ApplyInRetry));
    }
    if !scope::raise_fence() {
        return Err(rejected(name, Reason::Superseded));
    }
    if repeatable {
        events::apply_in_retry(subject(name));
    }
    Ok(())
}

fn rejected(name: &'static str, reason: Reason) -> Interruption {
    let function = function(name);
    let interruption = Interruption::new(&function.origin, reason, 0);
    let is_first = function.rejected.is_first(registry().now());
    events::call_rejected(subject(name), &interruption, is_first);
    scope::mark();
    interruption
}

fn registry() -> &'static Registry {
    scope::with_surroundings(|here| here.registry).unwrap_or_else(Registry::global)
}

fn subject(name: &'static str) -> Subject {
    Subject {
        operation: Some(name),
        partition: None,
        ..registry().subject()
    }
}

/// What is kept of a function that has been rejected.
struct Function {
    origin: Origin,
    rejected: EachMinute,
}

/// One per function, made when it is first rejected.
fn function(name: &'static str) -> &'static Function {
    static FUNCTIONS: LazyLock<Mutex<HashMap<&'static str, &'static Function>>> = LazyLock::new(Mutex::default);
    let mut functions = FUNCTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    functions.entry(name).or_insert_with(|| {
        Box::leak(Box::new(Function {
            origin: Origin(name),
            rejected: EachMinute::default(),
        }))
    })
}

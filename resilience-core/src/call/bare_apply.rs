//! An `#[apply]` that belongs to no service: it has no breaker and no counts, but it raises the fence.

use crate::{
    deadline,
    interruption::{Interruption, Origin, Reason},
    plan,
    policy::ApplyInRetry,
    registry::Registry,
    scope,
    telemetry::events::{self, Subject},
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
    if repeatable {
        let registry = scope::with_surroundings(|here| here.registry).unwrap_or_else(Registry::global);
        if registry.bare_apply_in_retry() == ApplyInRetry::Refuse {
            return Err(rejected(name, Reason::ApplyInRetry));
        }
    }
    if !scope::raise_fence() {
        return Err(rejected(name, Reason::Superseded));
    }
    if repeatable {
        events::apply_in_retry(Subject {
            service: "",
            operation: name,
        });
    }
    Ok(())
}

fn rejected(name: &'static str, reason: Reason) -> Interruption {
    let subject = Subject {
        service: "",
        operation: name,
    };
    let interruption = Interruption::new(origin(name), reason, 0);
    events::call_rejected(subject, &interruption);
    scope::mark();
    interruption
}

/// One origin per function, made when the function is first refused.
fn origin(name: &'static str) -> &'static Origin {
    static ORIGINS: LazyLock<Mutex<HashMap<&'static str, &'static Origin>>> = LazyLock::new(Mutex::default);
    let mut origins = ORIGINS.lock().unwrap_or_else(PoisonError::into_inner);
    origins.entry(name).or_insert_with(|| Box::leak(Box::new(Origin(name))))
}

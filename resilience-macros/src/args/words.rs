//! Words that are no options here: misspelled ones, ones that belong elsewhere, ones that other crates use.

use super::OPTIONS;
use super::layer::{BREAKER, BUDGET, Group, RETRY};
use crate::diagnostics::{list, nearest};

/// What to say about a key that `#[retry_service(..)]` does not have.
pub(super) fn unknown(key: &str) -> String {
    if let Some(example) = RETRY.example_of(key) {
        return format!("`{key}` belongs inside `retry(..)`: write `retry({example})`");
    }
    let of_service = [&BREAKER, &BUDGET];
    let group = of_service
        .iter()
        .find_map(|group| Some((group.key, group.example_of(key)?)));
    if let Some((group, example)) = group {
        return format!(
            "`{key}` belongs inside `{group}(..)`, on the attribute of a whole `impl` block or trait: write `{group}({example})`"
        );
    }
    if of_service.iter().any(|group| group.key == key) {
        return format!(
            "`{key}` belongs to the service, which all its operations share, not to one method: \
             write it on the attribute of the whole `impl` block or trait, or write \
             `static PLANS: ServiceDef = ServiceDef::new(\"plan_service\").{key}(..);`, and here `service = PLANS`"
        );
    }
    let hint = match key {
        "attempts" | "tries" | "max_tries" => "write `retry(max_attempts = 4)`, which counts the first run too",
        "retries" | "times" | "max_times" => "write `retry(max_retries = 3)`, which counts the runs after the first",
        "delay" | "initial_delay" | "interval" | "wait" => "write `retry(base_delay = \"100ms\")`",
        "timeout" | "deadline" => {
            "write `attempt_timeout = \"2s\"` for each attempt, or `retry(total_timeout = \"30s\")` for all of them together"
        }
        "when" | "retry_if" | "retry_on" | "condition" => {
            "which failures are worth a retry is said by `Classify` on the error type, or by `classify = path_or_closure`"
        }
        "apply" => "`#[apply]` is an attribute of its own, it stands beside this one",
        "or_else" | "on_error" | "on_failure" | "recover" | "default" => {
            "write `fallback = path_or_closure`, which makes the answer of the last failure"
        }
        "plain" => "an operation without `idempotent` is plain already",
        _ => return misspelled("unknown option", key, OPTIONS),
    };
    format!("unknown option `{key}`: {hint}")
}

/// What to say about an option that speaks of one method, on the attribute of a block.
pub(super) fn misplaced_on_block(key: &str) -> Option<String> {
    let hint = match key {
        "idempotent" => "mark the methods that may run twice `#[idempotent]`, and the others `#[plain]` or `#[apply]`",
        "operation" => {
            "every method has a name of its own, write for example `#[idempotent(operation = \"fetch_plan\")]` on it"
        }
        _ => return None,
    };
    Some(format!("`{key}` cannot be said of a whole block: {hint}"))
}

/// What to say about an option that speaks of the whole service, on one method of a block.
pub(super) fn misplaced_on_member(key: &str) -> Option<String> {
    matches!(key, "name" | "service" | "registry" | "crate" | "breaker" | "budget").then(|| {
        format!("`{key}` belongs to the service, which all methods of the block share: write it on the attribute of the block")
    })
}

/// The option that an unknown key was probably meant to be.
pub(super) fn meant(key: &str) -> Option<&'static str> {
    nearest(key, &names(OPTIONS))
}

/// What to say about a key that a group does not have.
pub(super) fn unknown_in(group: &Group, key: &str) -> String {
    let name = group.key;
    let hint = match key {
        _ if OPTIONS.iter().any(|(option, _)| *option == key) => format!("it stands beside `{name}(..)`, not inside"),
        _ if name == RETRY.key => match unknown_in_retry(key) {
            Some(hint) => hint.to_owned(),
            None => return misspelled(&format!("`{name}(..)` has no option"), key, &group.options()),
        },
        _ => return misspelled(&format!("`{name}(..)` has no option"), key, &group.options()),
    };
    format!("`{name}(..)` has no option `{key}`: {hint}")
}

/// Words that other crates have for what `retry(..)` says.
fn unknown_in_retry(key: &str) -> Option<&'static str> {
    let hint = match key {
        "attempts" | "tries" | "max_tries" => "write `max_attempts = 4`, which counts the first run too",
        "retries" | "times" | "max_times" => "write `max_retries = 3`, which counts the runs after the first",
        "delay" | "initial_delay" | "interval" | "wait" => "write `base_delay = \"100ms\"`",
        "max_interval" | "max_backoff" | "max_wait" => "write `max_delay = \"10s\"`",
        "multiplier" => "write `factor = 2.0`",
        "strategy" => "write `backoff = exponential`",
        "timeout" | "max_elapsed_time" | "deadline" => {
            "write `total_timeout = \"30s\"` for all attempts together, or `attempt_timeout = \"2s\"` beside `retry(..)` for each of them"
        }
        "when" | "retry_if" | "retry_on" | "condition" => {
            "which failures are worth a retry is said by `Classify` on the error type, or by `classify = path_or_closure` beside `retry(..)`"
        }
        _ => return None,
    };
    Some(hint)
}

pub(super) fn misspelled(what: &str, key: &str, options: &[(&'static str, &str)]) -> String {
    let names = names(options);
    let known = list(&names);
    match nearest(key, &names) {
        Some(near) => format!("{what} `{key}`: did you mean `{near}`? known: {known}"),
        None => format!("{what} `{key}`, known: {known}"),
    }
}

fn names(options: &[(&'static str, &str)]) -> Vec<&'static str> {
    options.iter().map(|(name, _)| *name).collect()
}

//! Settings from environment variables: `RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_ATTEMPTS=5`.

use super::{
    overrides,
    source::{Tree, unreadable},
};
use crate::redact;
use config::{Map, Value, ValueKind};
use std::ffi::OsString;

/// What the names of our variables begin with; what follows is the path, its parts joined by two underscores.
pub(super) const PREFIX: &str = "RESILIENCE__";

pub(super) fn of_the_process() -> Vec<Tree> {
    of(std::env::vars_os())
}

/// The trees of some variables: the single values, and above them the overrides.
pub(super) fn of(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<Tree> {
    let mut single = Tree::default();
    let mut whole = Vec::new();
    // In the order of their names, so that what is wrong is told in the same order each time.
    let mut variables: Vec<_> = variables
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
        .collect();
    variables.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    for (name, value) in variables {
        let is_override = overrides::VARIABLES.contains(&name.as_str());
        let path = name.strip_prefix(PREFIX);
        if !is_override && path.is_none() {
            continue;
        }
        let Ok(value) = value.into_string() else {
            single.mistakes.push(|| unreadable(&name, "is no UTF-8"));
            continue;
        };
        if value.trim().is_empty() {
            // As good as unset: that is what a variable is set to that nobody filled in.
            continue;
        }
        match path {
            None => whole.push((name, value)),
            Some(path) => put(&mut single, path, &name, &value),
        }
    }
    // Our own name for them stands above the other, and comes after it in `VARIABLES`.
    whole.sort_unstable_by_key(|(name, _)| overrides::VARIABLES.iter().position(|known| known == name));
    let whole = whole.into_iter().map(|(name, json)| overrides::read(&json, &name));
    std::iter::once(single).chain(whole).collect()
}

fn put(tree: &mut Tree, path: &str, name: &str, value: &str) {
    let path = path.to_ascii_lowercase();
    let parts: Vec<_> = path.split("__").collect();
    if parts.len() > super::depth::MAX || parts.iter().any(|part| part.is_empty()) {
        let problem = "is no path: its parts are joined by two underscores, and none is empty";
        tree.mistakes.push(|| unreadable(name, problem));
        return;
    }
    let Some((last, tables)) = parts.split_last() else {
        return;
    };
    let origin = name.to_owned();
    let mut values = &mut tree.values;
    for part in tables {
        let table = values
            .entry((*part).to_owned())
            .or_insert_with(|| Value::new(Some(&origin), ValueKind::Table(Map::new())));
        match &mut table.kind {
            ValueKind::Table(table) => values = table,
            _ => {
                tree.mistakes.push(|| {
                    let part = redact::text(part);
                    let problem = format!("speaks of a part of `{part}`, which another variable gives a value");
                    unreadable(name, problem)
                });
                return;
            }
        }
    }
    if values.contains_key(*last) {
        tree.mistakes.push(|| {
            let last = redact::text(last);
            let problem =
                format!("says `{last}` a second time, or gives a value to what other variables speak of parts of");
            unreadable(name, problem)
        });
        return;
    }
    values.insert((*last).to_owned(), Value::new(Some(&origin), typed(value)));
}

/// A variable is text; what it looks like is what it is.
fn typed(text: &str) -> ValueKind {
    let text = text.trim();
    let whole = text.parse().map(ValueKind::I128).ok();
    let number = whole.or_else(|| text.parse().map(ValueKind::Float).ok());
    let value = number.or_else(|| text.parse().map(ValueKind::Boolean).ok());
    value.unwrap_or_else(|| ValueKind::String(text.to_owned()))
}

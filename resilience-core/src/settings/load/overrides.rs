//! Overrides of services, all in one variable: `{"plan_service": {"retry": {"max_attempts": 5}}}`.

use super::{
    json,
    source::{Tree, unreadable},
};
use crate::settings::{Mistake, MistakeKind, path};
use config::{Map, Value, ValueKind};

/// The variables that hold overrides; the later one stands above the earlier, which other systems use.
pub(super) const VARIABLES: [&str; 2] = [
    "CLEVERAGENTS_RETRY_SERVICE_OVERRIDES",
    "RESILIENCE_RETRY_SERVICE_OVERRIDES",
];

/// In characters, not in bytes.
pub(super) const MAX_CHARACTERS: usize = 10_000;

pub(super) fn read(text: &str, name: &str) -> Tree {
    if text.chars().nth(MAX_CHARACTERS).is_some() {
        let problem = format!("is longer than {MAX_CHARACTERS} characters");
        return Tree::refused(unreadable(name, problem));
    }
    let Tree {
        mut values,
        mut mistakes,
    } = json::read(text, name);
    let mut names: Vec<_> = values.keys().cloned().collect();
    names.sort_unstable();
    for name in names {
        let Some(service) = values.get_mut(&name) else {
            continue;
        };
        if let ValueKind::Table(service) = &mut service.kind {
            // Another spelling, which overrides of other systems use.
            if let Some(breaker) = service.remove("circuit_breaker") {
                if service.contains_key("breaker") {
                    mistakes.push(|| {
                        let path = format!("{}.circuit_breaker", path::service(&name));
                        let problem = "is another spelling of `breaker`, which this service has, too".to_owned();
                        Mistake::new(MistakeKind::Conflict, breaker.origin(), &path, None, problem)
                    });
                } else {
                    service.insert("breaker".to_owned(), breaker);
                }
            }
        }
    }
    let origin = name.to_owned();
    let services = Value::new(Some(&origin), ValueKind::Table(values));
    Tree {
        values: Map::from_iter([("services".to_owned(), services)]),
        mistakes,
    }
}

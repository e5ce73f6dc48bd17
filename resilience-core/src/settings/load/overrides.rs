//! Overrides of services, all in one variable: `{"plan_service": {"retry": {"max_attempts": 5}}}`.

use super::{
    json,
    source::{Tree, unreadable},
};
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
    let Tree { mut values, mistakes } = json::read(text, name);
    for service in values.values_mut() {
        if let ValueKind::Table(service) = &mut service.kind {
            // Another spelling, which overrides of other systems use.
            if let Some(breaker) = service.remove("circuit_breaker") {
                service.entry("breaker".to_owned()).or_insert(breaker);
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

//! Paths of values as they are written in mistakes and explanations: `services.plan_service.retry.max_attempts`.

use super::Level;

/// No name of a service or an operation in settings is longer, in bytes.
#[cfg(feature = "settings")]
pub(crate) const MAX_NAME: usize = 255;

/// A name as one part of a path: quoted if it is no bare word, so that a strange name cannot pass for two. Of no other name comes
/// the same text, so that paths can be looked up; what is shown of them is redacted first.
pub(crate) fn part(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if !name.is_empty() && name.chars().all(is_bare) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.escape_debug())
    }
}

pub(crate) fn service(name: &str) -> String {
    format!("services.{}", part(name))
}

pub(crate) fn operation(service_name: &str, name: &str) -> String {
    format!("{}.operations.{}", service(service_name), part(name))
}

/// Where settings of this level say `key`; nothing for the levels that are not settings.
pub(crate) fn of(level: Level, service_name: &str, operation_name: &str, key: &str) -> Option<String> {
    let section = match level {
        Level::Defaults => "defaults".to_owned(),
        Level::Global => "global".to_owned(),
        Level::Service => service(service_name),
        Level::Operation => operation(service_name, operation_name),
        Level::Library | Level::Definition | Level::Attribute => return None,
    };
    Some(format!("{section}.{key}"))
}

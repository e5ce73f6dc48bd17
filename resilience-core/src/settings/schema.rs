//! The JSON Schema of a settings file, made from the table of keys.

use super::keys::{GROUPS, KEYS, Key};
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of a settings file: editors complete and check TOML, JSON and YAML with it.
///
/// Made from the same table as the checker and the documentation, so it knows every range. Kept as
/// `docs/settings.schema.json`.
///
/// ```
/// let schema = resilience_core::settings::json_schema();
/// let retry = &schema["$defs"]["service"]["properties"]["retry"];
/// assert_eq!(retry["properties"]["max_attempts"]["maximum"], 1_000_000);
/// ```
#[must_use]
pub fn json_schema() -> Value {
    let layer = section(|_| true);
    let mut service = layer.clone();
    service["properties"]["operations"] = json!({
        "description": "Operations of the service, by name.",
        "type": "object",
        "propertyNames": { "minLength": 1 },
        "additionalProperties": { "$ref": "#/$defs/operation" },
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of resilience",
        "type": "object",
        "properties": {
            "$schema": { "description": "Where an editor finds this schema.", "type": "string" },
            "defaults": { "description": "Fills what the code leaves open.", "$ref": "#/$defs/layer" },
            "global": { "description": "For all services that the code declares, whatever the code says.", "$ref": "#/$defs/layer" },
            "services": {
                "description": "Services, by name.",
                "type": "object",
                "propertyNames": { "minLength": 1 },
                "additionalProperties": { "$ref": "#/$defs/service" },
            },
        },
        "additionalProperties": false,
        "$defs": {
            "layer": layer,
            "service": service,
            "operation": section(Key::suits_operations),
        },
    })
}

/// What can be said in one place: groups, and the keys that stand alone.
fn section(suits: impl Fn(&Key) -> bool) -> Value {
    let mut properties = Map::new();
    for group in GROUPS {
        let prefix = format!("{group}.");
        let keys = KEYS.iter().filter(|key| suits(key));
        let keys: Map<_, _> = keys
            .filter_map(|key| Some((key.path().strip_prefix(&prefix)?.to_owned(), described(key))))
            .collect();
        if !keys.is_empty() {
            // A breaker that is nothing is off.
            let types = if group == "breaker" {
                json!(["object", "null"])
            } else {
                json!("object")
            };
            let group_schema = json!({ "type": types, "properties": keys, "additionalProperties": false });
            properties.insert(group.to_owned(), group_schema);
        }
    }
    for key in KEYS.iter().filter(|key| suits(key) && !key.path().contains('.')) {
        properties.insert(key.path().to_owned(), described(key));
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn described(key: &Key) -> Value {
    let mut schema = key.slot.schema();
    let about = format!("{} {}; default {}.", key.about(), key.allowed(), key.default_value());
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), about.into());
    }
    schema
}

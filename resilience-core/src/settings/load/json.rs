//! JSON, with the line of each value, and keys that are said twice found out.

use super::{
    depth,
    source::{Lines, Tree, shown_name, unreadable},
};
use crate::{
    redact,
    settings::{Mistakes, path},
};
use config::{Map, Value, ValueKind};
use serde::{
    Deserializer,
    de::{Deserialize, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

pub(super) fn read(text: &str, name: &str) -> Tree {
    let raw: &RawValue = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let place = format!("{}:{}", shown_name(name), error.line());
            let problem = if text.trim().is_empty() {
                "is empty: no settings are `{}`".to_owned()
            } else {
                // Its own place would count from the wrong line for values further in.
                let told = error.to_string();
                let told = redact::text(told.split(" at line ").next().unwrap_or_default());
                format!("is no JSON: {told} (column {})", error.column())
            };
            return Tree::refused(unreadable(place, problem));
        }
    };
    let mut reader = Reader {
        text,
        lines: Lines::of(name, text),
        mistakes: Mistakes::default(),
    };
    let Some(value) = reader.value(raw, 0) else {
        return Tree {
            values: Map::new(),
            mistakes: reader.mistakes,
        };
    };
    match value.kind {
        ValueKind::Table(values) => Tree {
            values,
            mistakes: reader.mistakes,
        },
        _ if reader.mistakes.is_empty() => Tree::refused(unreadable(name, "must be a JSON object")),
        _ => Tree {
            values: Map::new(),
            mistakes: reader.mistakes,
        },
    }
}

struct Reader<'a> {
    text: &'a str,
    lines: Lines,
    mistakes: Mistakes,
}

impl Reader<'_> {
    /// `raw` is a part of `text`: where it lies there tells its line.
    fn origin(&self, raw: &RawValue) -> String {
        let byte = raw.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        self.lines.at(byte)
    }

    fn value(&mut self, raw: &RawValue, level: usize) -> Option<Value> {
        let origin = self.origin(raw);
        if level > depth::MAX {
            self.mistakes.push(|| unreadable(&origin, depth::PROBLEM));
            return None;
        }
        let level = level.saturating_add(1);
        let text = raw.get();
        let kind = match text.as_bytes().first() {
            Some(b'{') => ValueKind::Table(self.table(text, &origin, level)?),
            Some(b'[') => {
                let Items(items) = self.understood(serde_json::from_str(text), &origin)?;
                ValueKind::Array(items.into_iter().filter_map(|item| self.value(item, level)).collect())
            }
            Some(b'"') => ValueKind::String(self.understood(serde_json::from_str(text), &origin)?),
            Some(b't') => ValueKind::Boolean(true),
            Some(b'f') => ValueKind::Boolean(false),
            Some(b'n') => ValueKind::Nil,
            _ => match text.parse::<i128>() {
                Ok(number) => ValueKind::I128(number),
                Err(_) => ValueKind::Float(self.understood(serde_json::from_str(text), &origin)?),
            },
        };
        Some(Value::new(Some(&origin), kind))
    }

    fn table(&mut self, text: &str, origin: &str, level: usize) -> Option<Map<String, Value>> {
        let Entries(entries) = self.understood(serde_json::from_str(text), origin)?;
        let mut values = Map::new();
        for (key, raw) in entries {
            let Some(value) = self.value(raw, level) else {
                continue;
            };
            let place = self.origin(raw);
            if let Some(first) = values.insert(key.clone(), value) {
                self.mistakes.push(|| {
                    let problem = format!("says `{}` a second time", redact::text(&path::part(&key)));
                    unreadable(&place, problem)
                });
                values.insert(key, first);
            }
        }
        Some(values)
    }

    /// The syntax has been checked as a whole; texts may still hold what is no character.
    fn understood<T>(&mut self, read: Result<T, serde_json::Error>, origin: &str) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.mistakes.push(|| {
                    let told = error.to_string();
                    let told = redact::text(told.split(" at line ").next().unwrap_or_default());
                    unreadable(origin, format!("cannot be read: {told}"))
                });
                None
            }
        }
    }
}

/// The entries of an object in their order, those that are said twice included.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

/// The items of an array.
struct Items<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Items<'de>, A::Error> {
                let mut found = Vec::new();
                while let Some(item) = items.next_element()? {
                    found.push(item);
                }
                Ok(Items(found))
            }
        }

        deserializer.deserialize_seq(Collect)
    }
}

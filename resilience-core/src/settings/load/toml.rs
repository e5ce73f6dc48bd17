//! TOML, with the line of each value and all mistakes of the syntax at once.

use super::{
    depth,
    source::{Lines, Tree, unreadable},
};
use crate::settings::Mistake;
use config::{Map, Value, ValueKind};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub(super) fn read(text: &str, name: &str) -> Tree {
    let lines = Lines::of(name, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What stands behind a mistake of the syntax may mean anything.
        let mistake = |error: &toml::de::Error| {
            let place = error
                .span()
                .map_or_else(|| name.to_owned(), |span| lines.at(span.start));
            unreadable(place, format!("is no TOML: {}", error.message().trim_end()))
        };
        return Tree {
            values: Map::new(),
            mistakes: errors.iter().map(mistake).collect(),
        };
    }
    let mut reader = Reader {
        lines,
        mistakes: Vec::new(),
    };
    let values = reader.table(table.get_ref(), 1);
    Tree {
        values,
        mistakes: reader.mistakes,
    }
}

struct Reader<'a> {
    lines: Lines<'a>,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, level: usize) -> Map<String, Value> {
        let mut values = Map::new();
        for (key, value) in table {
            if let Some(value) = self.value(value, level) {
                values.insert(key.get_ref().to_string(), value);
            }
        }
        values
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, level: usize) -> Option<Value> {
        let origin = self.lines.at(value.span().start);
        if level > depth::MAX {
            self.mistakes.push(unreadable(origin, depth::PROBLEM));
            return None;
        }
        let level = level.saturating_add(1);
        let kind = match value.get_ref() {
            DeValue::String(text) => ValueKind::String(text.to_string()),
            DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => ValueKind::I128(number),
                Err(_) => {
                    self.mistakes
                        .push(unreadable(origin, "is no number that anything could need"));
                    return None;
                }
            },
            // The parser has made sure that it is a number.
            DeValue::Float(number) => ValueKind::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(on) => ValueKind::Boolean(*on),
            DeValue::Datetime(time) => ValueKind::String(time.to_string()),
            DeValue::Array(items) => {
                ValueKind::Array(items.iter().filter_map(|item| self.value(item, level)).collect())
            }
            DeValue::Table(table) => ValueKind::Table(self.table(table, level)),
        };
        Some(Value::new(Some(&origin), kind))
    }
}

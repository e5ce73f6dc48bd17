//! TOML, with the line of each value and all mistakes of the syntax at once.

use super::{
    depth,
    source::{Lines, Tree, shown_name, unreadable},
};
use crate::{
    redact,
    settings::{Mistake, Mistakes},
};
use config::{Map, Value, ValueKind};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use toml_parser::parser::RecursionGuard;

/// As `toml` itself has it.
const MAX_NESTING: u32 = 80;

pub(super) fn read(text: &str, name: &str) -> Tree {
    let lines = Lines::of(name, text);
    if !is_worth_reading(text) {
        // Only the first mistake: a text that is hardly TOML would make more of them than there is memory.
        if let Err(error) = DeTable::parse(text) {
            return Tree::refused(mistake(&error, &lines, name));
        }
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What stands behind a mistake of the syntax may mean anything.
        let mut mistakes = Mistakes::default();
        for error in &errors {
            mistakes.push(|| mistake(error, &lines, name));
        }
        return Tree {
            values: Map::new(),
            mistakes,
        };
    }
    let mut reader = Reader {
        lines,
        mistakes: Mistakes::default(),
    };
    let values = reader.table(table.get_ref(), 1);
    Tree {
        values,
        mistakes: reader.mistakes,
    }
}

/// Whether so few things are wrong with the syntax that each can be told.
fn is_worth_reading(text: &str) -> bool {
    let source = toml_parser::Source::new(text);
    let tokens = source.lex().into_vec();
    let mut errors = 0_usize;
    let mut count = |_: toml_parser::ParseError| errors = errors.saturating_add(1);
    // The parser nests as deeply as it is allowed to; what is nested too deeply is a mistake like any other.
    let mut nowhere = ();
    let mut guarded = RecursionGuard::new(&mut nowhere, MAX_NESTING);
    toml_parser::parser::parse_document(&tokens, &mut guarded, &mut count);
    errors <= Mistakes::MAX
}

fn mistake(error: &toml::de::Error, lines: &Lines, name: &str) -> Mistake {
    let place = error
        .span()
        .map_or_else(|| shown_name(name), |span| lines.at(span.start));
    let told = redact::text(error.message().trim_end());
    unreadable(place, format!("is no TOML: {told}"))
}

struct Reader {
    lines: Lines,
    mistakes: Mistakes,
}

impl Reader {
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
            self.mistakes.push(|| unreadable(&origin, depth::PROBLEM));
            return None;
        }
        let level = level.saturating_add(1);
        let kind = match value.get_ref() {
            DeValue::String(text) => ValueKind::String(text.to_string()),
            DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => ValueKind::I128(number),
                Err(_) => {
                    self.mistakes
                        .push(|| unreadable(&origin, "is no number that anything could need"));
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

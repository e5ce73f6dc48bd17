//! YAML, event by event, so that neither depth nor aliases can grow beyond bounds, with the line of each value.

use super::{
    depth,
    source::{Tree, shown_name, unreadable},
};
use crate::{
    redact,
    settings::{Mistake, Mistakes, path},
};
use config::{Map, Value, ValueKind};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

pub(super) fn read(text: &str, name: &str) -> Tree {
    let name = &shown_name(name);
    let mut builder = Builder {
        name,
        open: Vec::new(),
        root: None,
        documents: 0,
    };
    for event in Parser::new_from_str(text) {
        let taken = match event {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => Err(unreadable(
                format!("{name}:{}", error.marker().line()),
                format!("is no YAML: {}", redact::text(error.info())),
            )),
        };
        if let Err(mistake) = taken {
            return Tree::refused(mistake);
        }
    }
    match builder.root.map(|root| root.kind) {
        // An empty document says nothing.
        None | Some(ValueKind::Nil) => Tree::default(),
        Some(ValueKind::Table(values)) => Tree {
            values,
            mistakes: Mistakes::default(),
        },
        Some(_) => Tree::refused(unreadable(name, "must be a YAML mapping")),
    }
}

struct Builder<'a> {
    name: &'a str,
    open: Vec<Open>,
    root: Option<Value>,
    documents: usize,
}

/// A collection that has begun and not ended.
struct Open {
    origin: String,
    holds: Holds,
}

enum Holds {
    Items(Vec<Value>),
    Entries {
        entries: Map<String, Value>,
        /// The key whose value comes next.
        key: Option<String>,
    },
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Mistake> {
        let origin = format!("{}:{}", self.name, span.start.line());
        match event {
            Event::DocumentStart(_) => {
                self.documents = self.documents.saturating_add(1);
                if self.documents > 1 {
                    return Err(unreadable(origin, "begins a second document: settings are one"));
                }
            }
            Event::Scalar(_, _, anchor, tag) if anchor != 0 || tag.is_some() => return Err(no_magic(origin)),
            Event::MappingStart(anchor, tag) | Event::SequenceStart(anchor, tag) if anchor != 0 || tag.is_some() => {
                return Err(no_magic(origin));
            }
            Event::Alias(_) => return Err(no_magic(origin)),
            Event::Scalar(text, style, ..) => {
                let kind = match style {
                    ScalarStyle::Plain => plain(&text),
                    _ => ValueKind::String(text.into_owned()),
                };
                let text = match &kind {
                    ValueKind::Nil => "null".to_owned(),
                    kind => kind.to_string(),
                };
                return self.put(Value::new(Some(&origin), kind), Some(text), origin);
            }
            Event::SequenceStart(..) => self.begin(origin, Holds::Items(Vec::new()))?,
            Event::MappingStart(..) => {
                let entries = Map::new();
                self.begin(origin, Holds::Entries { entries, key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { origin, holds }) = self.open.pop() {
                    let kind = match holds {
                        Holds::Items(items) => ValueKind::Array(items),
                        Holds::Entries { entries, .. } => ValueKind::Table(entries),
                    };
                    return self.put(Value::new(Some(&origin), kind), None, origin);
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn begin(&mut self, origin: String, holds: Holds) -> Result<(), Mistake> {
        if self.open.len() > depth::MAX {
            return Err(unreadable(origin, depth::PROBLEM));
        }
        self.open.push(Open { origin, holds });
        Ok(())
    }

    /// Puts a finished value where it belongs; `text` is what it reads as a key.
    fn put(&mut self, value: Value, text: Option<String>, origin: String) -> Result<(), Mistake> {
        match self.open.last_mut().map(|open| &mut open.holds) {
            None => self.root = Some(value),
            Some(Holds::Items(items)) => items.push(value),
            Some(Holds::Entries { entries, key }) => match key.take() {
                Some(key) => {
                    if entries.insert(key.clone(), value).is_some() {
                        let problem = format!("says `{}` a second time", redact::text(&path::part(&key)));
                        return Err(unreadable(origin, problem));
                    }
                }
                None => match text {
                    Some(text) => *key = Some(text),
                    None => return Err(unreadable(origin, "has a key that is no text")),
                },
            },
        }
        Ok(())
    }
}

fn no_magic(origin: String) -> Mistake {
    unreadable(origin, "uses an anchor, an alias or a tag, which settings do without")
}

/// What an unquoted scalar means in YAML 1.2's core schema: `yes` and `no` are texts.
fn plain(text: &str) -> ValueKind {
    let radix = |prefix: &str, radix| {
        let digits = text.strip_prefix(prefix)?;
        i128::from_str_radix(digits, radix).ok()
    };
    match text {
        "" | "~" | "null" | "Null" | "NULL" => ValueKind::Nil,
        "true" | "True" | "TRUE" => ValueKind::Boolean(true),
        "false" | "False" | "FALSE" => ValueKind::Boolean(false),
        ".nan" | ".NaN" | ".NAN" => ValueKind::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" => ValueKind::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => ValueKind::Float(f64::NEG_INFINITY),
        _ => {
            let number = text.parse().ok().or_else(|| radix("0x", 16)).or_else(|| radix("0o", 8));
            match number {
                Some(number) => ValueKind::I128(number),
                None if text.contains(|letter: char| letter.is_ascii_digit()) => text
                    .parse()
                    .map_or_else(|_| ValueKind::String(text.to_owned()), ValueKind::Float),
                None => ValueKind::String(text.to_owned()),
            }
        }
    }
}

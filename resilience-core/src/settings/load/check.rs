//! The checker: walks a tree of values against the table of keys, and collects every mistake.

use super::section::{Said, Section};
use crate::{
    policy::{OperationOptions, ServiceOptions},
    redact,
    settings::{
        Mistake, MistakeKind, Mistakes,
        keys::{self, GROUPS, KEYS, Key},
        path,
        slot::Refused,
    },
};
use config::{Map, Value, ValueKind};
use std::mem;

/// What a source says, by sections, and the mistakes that stand in none.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) sections: Vec<Said>,
    pub(super) mistakes: Mistakes,
}

impl Checked {
    fn take(&mut self, mut said: Said) {
        self.mistakes.append(mem::take(&mut said.mistakes));
        self.sections.push(said);
    }
}

pub(super) fn check(tree: Map<String, Value>) -> Checked {
    let mut checked = Checked::default();
    for (name, value) in sorted(tree) {
        match name.as_str() {
            "defaults" => checked.take(service(Section::Defaults, "defaults", value)),
            "global" => checked.take(service(Section::Global, "global", value)),
            "services" => match value.kind {
                ValueKind::Nil => {}
                ValueKind::Table(services) => {
                    for (name, value) in sorted(services) {
                        let path = path::service(&name);
                        checked.take(service(Section::Service(name), &path, value));
                    }
                }
                _ => checked.mistakes.push(|| no_table("services", &value)),
            },
            // Where an editor finds the schema of a JSON file.
            "$schema" => {}
            _ => {
                let known = ["defaults", "global", "services"];
                checked
                    .mistakes
                    .push(|| unknown(&path::part(&name), &name, &value, &known));
            }
        }
    }
    checked
}

/// In the order of the source where that is known by lines, else by name: mistakes are told in the same order each time.
fn sorted(table: Map<String, Value>) -> Vec<(String, Value)> {
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_cached_key(|(name, value)| {
        let line = value
            .origin()
            .and_then(|origin| origin.rsplit(':').next()?.parse::<u64>().ok());
        (line, name.clone())
    });
    entries
}

/// Where a walk has got to: the section, and the layer that its values go to.
struct Walk<'a> {
    said: &'a mut Said,
    layer: ServiceOptions,
}

fn service(section: Section, path: &str, value: Value) -> Said {
    let is_service = matches!(section, Section::Service(_));
    let mut said = Said::new(section);
    if let Section::Service(name) = &said.section {
        if let Some(problem) = bad_name(name) {
            said.wrong(MistakeKind::UnknownKey, path, &value, problem);
            return said;
        }
    }
    let ValueKind::Table(table) = value.kind else {
        said.broken(|| no_table(path, &value));
        return said;
    };
    let mut operations = Vec::new();
    let mut walk = Walk {
        said: &mut said,
        layer: ServiceOptions::new(),
    };
    for (name, value) in sorted(table) {
        let path = format!("{path}.{}", path::part(&name));
        match name.as_str() {
            "operations" if is_service => match value.kind {
                ValueKind::Nil => {}
                ValueKind::Table(table) => operations = sorted(table),
                _ => walk.said.broken(|| no_table(&path, &value)),
            },
            "service_name" if is_service => {
                let problem = "cannot rename a service: it is called by the key that it stands under";
                walk.said
                    .wrong(MistakeKind::UnknownKey, &path, &value, problem.to_owned());
            }
            _ => walk.entry(&path, &name, value, true, is_service),
        }
    }
    let layer = walk.layer;
    said.layer = layer.into();
    for (name, value) in operations {
        let path = format!("{path}.operations.{}", path::part(&name));
        operation(&mut said, &path, &name, value);
    }
    said
}

fn bad_name(name: &str) -> Option<String> {
    if name.is_empty() {
        Some("must have a name".to_owned())
    } else if name.len() > path::MAX_NAME {
        Some(format!("has a name longer than {} bytes", path::MAX_NAME))
    } else {
        None
    }
}

fn operation(said: &mut Said, path: &str, name: &str, value: Value) {
    if let Some(problem) = bad_name(name) {
        said.wrong(MistakeKind::UnknownKey, path, &value, problem);
        return;
    }
    let ValueKind::Table(table) = value.kind else {
        if !matches!(value.kind, ValueKind::Nil) {
            said.broken(|| no_table(path, &value));
        }
        return;
    };
    let mut walk = Walk {
        said,
        layer: ServiceOptions::new(),
    };
    for (name, value) in sorted(table) {
        let path = format!("{path}.{}", path::part(&name));
        walk.entry(&path, &name, value, false, false);
    }
    let layer = OperationOptions::from(walk.layer);
    said.layer.put_operation(name, layer);
}

impl Walk<'_> {
    /// One entry of a service or an operation: a group of keys, or a key that stands alone.
    fn entry(&mut self, path: &str, name: &str, value: Value, is_service: bool, has_operations: bool) {
        let is_group = GROUPS.contains(&name);
        if is_group && !is_service && name != "retry" {
            let problem = "belongs to the service: all its operations share it".to_owned();
            self.said.wrong(MistakeKind::UnknownKey, path, &value, problem);
        } else if is_group {
            self.group(path, name, value);
        } else if let Some(key) = keys::find(name) {
            self.value(path, key, &value);
        } else {
            let alone = KEYS.iter().map(|key| key.path).filter(|path| !path.contains('.'));
            let groups = GROUPS.into_iter().filter(|group| is_service || *group == "retry");
            let known: Vec<_> = groups
                .chain(alone)
                .chain(has_operations.then_some("operations"))
                .collect();
            self.said.mistakes.push(|| unknown(path, name, &value, &known));
        }
    }

    fn group(&mut self, path: &str, group: &str, value: Value) {
        match value.kind {
            ValueKind::Table(table) => {
                for (name, value) in sorted(table) {
                    let path = format!("{path}.{}", path::part(&name));
                    match keys::find(&format!("{group}.{name}")) {
                        Some(key) => self.value(&path, key, &value),
                        None => {
                            let prefix = format!("{group}.");
                            let known = KEYS.iter().filter_map(|key| key.path.strip_prefix(&prefix));
                            let known: Vec<_> = known.collect();
                            self.said.mistakes.push(|| unknown(&path, &name, &value, &known));
                        }
                    }
                }
            }
            // No breaker: none that is on.
            ValueKind::Nil if group == "breaker" => {
                self.layer.breaker.enabled = Some(false);
                self.said.comes_from(format!("{path}.enabled"), &value);
            }
            _ => self.said.broken(|| no_table(path, &value)),
        }
    }

    fn value(&mut self, path: &str, key: &Key, value: &Value) {
        if matches!(value.kind, ValueKind::Nil) {
            return;
        }
        match key.slot.read(&value.kind, &mut self.layer) {
            Ok(()) => self.said.comes_from(path.to_owned(), value),
            Err(Refused::Type) => {
                self.said.broken(|| {
                    let problem = format!("must be {}", key.slot.expected());
                    mistake(MistakeKind::WrongType, path, value, problem)
                });
            }
            Err(Refused::Range) => {
                self.said.broken(|| {
                    let mut problem = format!("must be {}", key.slot.allowed());
                    if let ValueKind::String(word) = &value.kind {
                        let words = key.slot.words();
                        if let Some(word) = nearest(word, &words) {
                            problem = format!("{problem}: did you mean `{word}`?");
                        }
                    }
                    mistake(MistakeKind::OutOfRange, path, value, problem)
                });
            }
        }
    }
}

impl Said {
    fn wrong(&mut self, kind: MistakeKind, path: &str, value: &Value, problem: String) {
        self.mistakes.push(|| mistake(kind, path, value, problem));
    }

    fn broken(&mut self, mistake: impl FnOnce() -> Mistake) {
        self.mistakes.push(mistake);
        self.is_broken = true;
    }

    fn comes_from(&mut self, path: String, value: &Value) {
        if let Some(origin) = value.origin() {
            self.origins.push((path, redact::text(origin)));
        }
    }
}

fn mistake(kind: MistakeKind, path: &str, value: &Value, problem: String) -> Mistake {
    Mistake::new(kind, value.origin(), path, Some(&shown(&value.kind)), problem)
}

fn no_table(path: &str, value: &Value) -> Mistake {
    mistake(MistakeKind::WrongType, path, value, "must be a table".to_owned())
}

fn unknown(path: &str, name: &str, value: &Value, known: &[&'static str]) -> Mistake {
    let problem = match nearest(name, known) {
        Some(near) => format!("is no key of the settings: did you mean `{near}`?"),
        None => format!("is no key of the settings: there are {}", known.join(", ")),
    };
    // The name is what is wrong, whatever it is given.
    Mistake::new(MistakeKind::UnknownKey, value.origin(), path, None, problem)
}

/// The word that `word` was probably meant to be.
fn nearest(word: &str, candidates: &[&'static str]) -> Option<&'static str> {
    // Longer than any word of ours, and the distance is not for free.
    if word.len() > 64 {
        return None;
    }
    let distances = candidates
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), *candidate));
    let near = distances.filter(|(distance, candidate)| *distance <= 3 && distance.saturating_mul(2) < candidate.len());
    near.min_by_key(|(distance, _)| *distance).map(|(_, near)| near)
}

/// A value as text, cut to a readable length.
fn shown(value: &ValueKind) -> String {
    const LONGEST: usize = 80;
    let text = match value {
        ValueKind::Nil => "null".to_owned(),
        ValueKind::Table(_) => "a table".to_owned(),
        ValueKind::Array(_) => "an array".to_owned(),
        ValueKind::String(text) => {
            // Redacted before it is cut, so that no half of a secret is left.
            format!("\"{}\"", redact::text(text))
        }
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

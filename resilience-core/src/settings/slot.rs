//! The place of one setting in a layer: its type, range and default, and how it reads and prints.

mod special;

pub(super) use special::{Abandoned, Jittered, Windowed};

use super::value::Setting;
use crate::policy::ServiceOptions;

/// The place of one setting in a layer.
pub(crate) trait Slot: Sync {
    /// What `layer` states, as text.
    fn text(&self, layer: &ServiceOptions) -> Option<String>;

    /// What holds where nobody says otherwise, as text.
    fn default(&self) -> String;

    /// What may be stated, as text.
    fn allowed(&self) -> String;

    /// The type that a value must have, in words.
    #[cfg(feature = "settings")]
    fn expected(&self) -> String {
        self.allowed()
    }

    /// Puts a value that has been read into `layer`.
    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceOptions) -> Result<(), Refused>;

    /// The words that it may be, if any.
    #[cfg(feature = "settings")]
    fn words(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The JSON Schema of the value.
    #[cfg(feature = "settings")]
    fn schema(&self) -> serde_json::Value;
}

/// Why a value was not taken.
#[cfg(feature = "settings")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Type,
    Range,
}

type Place<T> = fn(&mut ServiceOptions) -> &mut Option<T>;

fn stated<T: Copy>(place: Place<T>, layer: &ServiceOptions) -> Option<T> {
    *place(&mut layer.clone())
}

/// A number or a duration within a range.
pub(crate) struct Ranged<T: 'static> {
    pub(crate) place: Place<T>,
    pub(crate) low: T,
    pub(crate) high: T,
    /// `None`: off.
    pub(crate) default: Option<T>,
}

impl<T: Setting + PartialOrd + Sync> Slot for Ranged<T> {
    fn text(&self, layer: &ServiceOptions) -> Option<String> {
        stated(self.place, layer).map(Setting::text)
    }

    fn default(&self) -> String {
        self.default.map_or_else(|| "off".to_owned(), Setting::text)
    }

    fn allowed(&self) -> String {
        format!("{} to {}", self.low.text(), self.high.text())
    }

    #[cfg(feature = "settings")]
    fn expected(&self) -> String {
        T::EXPECTED.to_owned()
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceOptions) -> Result<(), Refused> {
        let value = T::read(value)?;
        if value >= self.low && value <= self.high {
            *(self.place)(layer) = Some(value);
            Ok(())
        } else {
            Err(Refused::Range)
        }
    }

    #[cfg(feature = "settings")]
    fn schema(&self) -> serde_json::Value {
        T::schema(self.low, self.high)
    }
}

/// One of a few words.
pub(crate) struct Chosen<T: 'static> {
    pub(crate) place: Place<T>,
    pub(crate) choices: &'static [(&'static str, T)],
    pub(crate) default: T,
}

impl<T: PartialEq> Chosen<T> {
    fn word(&self, value: &T) -> &'static str {
        let chosen = self.choices.iter().find(|(_, choice)| choice == value);
        chosen.map_or("", |(word, _)| word)
    }
}

impl<T: Copy + PartialEq + Sync> Slot for Chosen<T> {
    fn text(&self, layer: &ServiceOptions) -> Option<String> {
        stated(self.place, layer).map(|value| self.word(&value).to_owned())
    }

    fn default(&self) -> String {
        self.word(&self.default).to_owned()
    }

    fn allowed(&self) -> String {
        listed(self.choices.iter().map(|(word, _)| *word))
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceOptions) -> Result<(), Refused> {
        let config::ValueKind::String(word) = value else {
            return Err(Refused::Type);
        };
        let chosen = self.choices.iter().find(|(choice, _)| choice == word);
        let (_, choice) = chosen.ok_or(Refused::Range)?;
        *(self.place)(layer) = Some(*choice);
        Ok(())
    }

    #[cfg(feature = "settings")]
    fn words(&self) -> Vec<&'static str> {
        self.choices.iter().map(|(word, _)| *word).collect()
    }

    #[cfg(feature = "settings")]
    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "enum": self.words() })
    }
}

/// `a`, `b` or `c`
fn listed(words: impl IntoIterator<Item = &'static str>) -> String {
    let words: Vec<_> = words.into_iter().collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Whether there is such a thing at all.
pub(crate) struct Switch {
    pub(crate) place: Place<bool>,
    pub(crate) default: bool,
}

impl Slot for Switch {
    fn text(&self, layer: &ServiceOptions) -> Option<String> {
        stated(self.place, layer).map(|on| on.to_string())
    }

    fn default(&self) -> String {
        self.default.to_string()
    }

    fn allowed(&self) -> String {
        "true or false".to_owned()
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceOptions) -> Result<(), Refused> {
        let config::ValueKind::Boolean(on) = value else {
            return Err(Refused::Type);
        };
        *(self.place)(layer) = Some(*on);
        Ok(())
    }

    #[cfg(feature = "settings")]
    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "type": "boolean" })
    }
}

//! The place of one setting in a layer: its type, range and default, and how it reads and prints.

use super::value::Setting;
use crate::policy::{Jitter, OnAbandon, ServiceLayer, Window};
use std::time::Duration;

/// The place of one setting in a layer.
pub(crate) trait Slot: Sync {
    /// What `layer` states, as text.
    fn text(&self, layer: &ServiceLayer) -> Option<String>;

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
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceLayer) -> Result<(), Refused>;

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

type Place<T> = fn(&mut ServiceLayer) -> &mut Option<T>;

fn stated<T: Copy>(place: Place<T>, layer: &ServiceLayer) -> Option<T> {
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
    fn text(&self, layer: &ServiceLayer) -> Option<String> {
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
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceLayer) -> Result<(), Refused> {
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
    fn text(&self, layer: &ServiceLayer) -> Option<String> {
        stated(self.place, layer).map(|value| self.word(&value).to_owned())
    }

    fn default(&self) -> String {
        self.word(&self.default).to_owned()
    }

    fn allowed(&self) -> String {
        listed(self.choices.iter().map(|(word, _)| *word))
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceLayer) -> Result<(), Refused> {
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
    fn text(&self, layer: &ServiceLayer) -> Option<String> {
        stated(self.place, layer).map(|on| on.to_string())
    }

    fn default(&self) -> String {
        self.default.to_string()
    }

    fn allowed(&self) -> String {
        "true or false".to_owned()
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceLayer) -> Result<(), Refused> {
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

/// `retry.jitter`: a word, or `{ proportional = 0.2 }`.
pub(crate) struct Jittered;

impl Jittered {
    const WORDS: [(&'static str, Jitter); 4] = [
        ("none", Jitter::None),
        ("full", Jitter::Full),
        ("equal", Jitter::Equal),
        ("decorrelated", Jitter::Decorrelated),
    ];

    fn print(jitter: Jitter) -> String {
        match jitter {
            Jitter::Proportional(spread) => format!("proportional = {spread}"),
            word => {
                let found = Self::WORDS.iter().find(|(_, choice)| *choice == word);
                found.map_or("", |(word, _)| word).to_owned()
            }
        }
    }
}

impl Slot for Jittered {
    fn text(&self, layer: &ServiceLayer) -> Option<String> {
        layer.retry.jitter.map(Self::print)
    }

    fn default(&self) -> String {
        Self::print(crate::RetryPolicy::DEFAULT.jitter())
    }

    fn allowed(&self) -> String {
        "none, full, equal, decorrelated or { proportional = 0 to 1 }".to_owned()
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceLayer) -> Result<(), Refused> {
        let jitter = match value {
            config::ValueKind::String(word) => {
                let found = Self::WORDS.iter().find(|(choice, _)| choice == word);
                found.map(|(_, jitter)| *jitter).ok_or(Refused::Range)?
            }
            config::ValueKind::Table(table) => {
                let spread = table.get("proportional").filter(|_| table.len() == 1);
                let spread = f64::read(&spread.ok_or(Refused::Type)?.kind)?;
                if !(0.0..=1.0).contains(&spread) {
                    return Err(Refused::Range);
                }
                Jitter::Proportional(spread)
            }
            _ => return Err(Refused::Type),
        };
        layer.retry.jitter = Some(jitter);
        Ok(())
    }

    #[cfg(feature = "settings")]
    fn words(&self) -> Vec<&'static str> {
        Self::WORDS.iter().map(|(word, _)| *word).collect()
    }

    #[cfg(feature = "settings")]
    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "oneOf": [
            { "enum": self.words() },
            {
                "type": "object",
                "properties": { "proportional": f64::schema(0.0, 1.0) },
                "required": ["proportional"],
                "additionalProperties": false,
            },
        ] })
    }
}

/// `breaker.window`: a number of calls, or a duration.
pub(crate) struct Windowed;

impl Windowed {
    const CALLS: (u32, u32) = (1, 1_000_000);
    const TIME: (Duration, Duration) = (Duration::from_millis(100), super::keys::DAY);

    fn print(window: Window) -> String {
        match window {
            Window::Calls(calls) => calls.text(),
            Window::Time(time) => time.text(),
        }
    }
}

impl Slot for Windowed {
    fn text(&self, layer: &ServiceLayer) -> Option<String> {
        layer.breaker.window.map(Self::print)
    }

    fn default(&self) -> String {
        Self::print(crate::BreakerPolicy::DEFAULT.window())
    }

    fn allowed(&self) -> String {
        let (few, many) = Self::CALLS;
        let (short, long) = Self::TIME;
        format!(
            "{} to {} calls, or {} to {}",
            few.text(),
            many.text(),
            short.text(),
            long.text()
        )
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceLayer) -> Result<(), Refused> {
        let (window, is_within) = if let Ok(time) = Duration::read(value) {
            (Window::Time(time), time >= Self::TIME.0 && time <= Self::TIME.1)
        } else {
            let calls = u32::read(value)?;
            (Window::Calls(calls), calls >= Self::CALLS.0 && calls <= Self::CALLS.1)
        };
        if !is_within {
            return Err(Refused::Range);
        }
        layer.breaker.window = Some(window);
        Ok(())
    }

    #[cfg(feature = "settings")]
    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "oneOf": [
            u32::schema(Self::CALLS.0, Self::CALLS.1),
            Duration::schema(Self::TIME.0, Self::TIME.1),
        ] })
    }
}

/// `breaker.on_abandon`: `ignore`, or a duration.
pub(crate) struct Abandoned;

impl Abandoned {
    const TIME: (Duration, Duration) = (super::keys::TICK, super::keys::DAY);

    fn print(rule: OnAbandon) -> String {
        match rule {
            OnAbandon::Ignore => "ignore".to_owned(),
            OnAbandon::FailAfter(time) => time.text(),
        }
    }
}

impl Slot for Abandoned {
    fn text(&self, layer: &ServiceLayer) -> Option<String> {
        layer.breaker.on_abandon.map(Self::print)
    }

    fn default(&self) -> String {
        Self::print(crate::BreakerPolicy::DEFAULT.on_abandon())
    }

    fn allowed(&self) -> String {
        format!("ignore, or {} to {}", Self::TIME.0.text(), Self::TIME.1.text())
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceLayer) -> Result<(), Refused> {
        let rule = match value {
            config::ValueKind::String(word) if word == "ignore" => OnAbandon::Ignore,
            value => {
                let time = Duration::read(value)?;
                if time < Self::TIME.0 || time > Self::TIME.1 {
                    return Err(Refused::Range);
                }
                OnAbandon::FailAfter(time)
            }
        };
        layer.breaker.on_abandon = Some(rule);
        Ok(())
    }

    #[cfg(feature = "settings")]
    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "oneOf": [
            { "const": "ignore" },
            Duration::schema(Self::TIME.0, Self::TIME.1),
        ] })
    }
}

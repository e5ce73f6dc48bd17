//! Settings that are more than a number, a word or a switch.

#[cfg(feature = "settings")]
use super::Refused;
use super::{
    super::{keys, value::Setting},
    Slot,
};
use crate::policy::{Jitter, OnAbandon, ServiceOptions, Window};
use std::time::Duration;

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
    fn text(&self, layer: &ServiceOptions) -> Option<String> {
        layer.retry.jitter.map(Self::print)
    }

    fn default(&self) -> String {
        Self::print(crate::RetryPolicy::DEFAULT.jitter())
    }

    fn allowed(&self) -> String {
        "none, full, equal, decorrelated or { proportional = 0 to 1 }".to_owned()
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceOptions) -> Result<(), Refused> {
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
    const TIME: (Duration, Duration) = (Duration::from_millis(100), keys::DAY);

    fn print(window: Window) -> String {
        match window {
            Window::Calls(calls) => calls.text(),
            Window::Time(time) => time.text(),
        }
    }
}

impl Slot for Windowed {
    fn text(&self, layer: &ServiceOptions) -> Option<String> {
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
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceOptions) -> Result<(), Refused> {
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
    const TIME: (Duration, Duration) = (keys::TICK, keys::DAY);

    fn print(rule: OnAbandon) -> String {
        match rule {
            OnAbandon::Ignore => "ignore".to_owned(),
            OnAbandon::FailAfter(time) => time.text(),
        }
    }
}

impl Slot for Abandoned {
    fn text(&self, layer: &ServiceOptions) -> Option<String> {
        layer.breaker.on_abandon.map(Self::print)
    }

    fn default(&self) -> String {
        Self::print(crate::BreakerPolicy::DEFAULT.on_abandon())
    }

    fn allowed(&self) -> String {
        format!("ignore, or {} to {}", Self::TIME.0.text(), Self::TIME.1.text())
    }

    #[cfg(feature = "settings")]
    fn read(&self, value: &config::ValueKind, layer: &mut ServiceOptions) -> Result<(), Refused> {
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

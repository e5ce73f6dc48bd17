//! `retry(..)`: how often, how soon and how long an idempotent operation is tried again.

mod value;

use std::time::Duration;

use proc_macro2::{Span, TokenStream};

use super::literal::At;
use super::{syntax, words};
use crate::diagnostics::Diagnostics;

/// The settings of one `retry(..)`, in the order in which they were written.
pub(crate) struct Retry {
    pub(crate) settings: Vec<Setting>,
}

/// One setting: the name of its setter at run time, and the checked value.
pub(crate) struct Setting {
    pub(crate) setter: &'static str,
    pub(crate) value: SettingValue,
    key: Span,
    place: Span,
}

#[derive(Clone, Copy)]
pub(crate) enum SettingValue {
    Flag(bool),
    Whole(u32),
    Factor(f64),
    Duration(Duration),
    /// A variant of `Backoff`.
    Backoff(&'static str),
    /// A variant of `Jitter`, with the share if it is `Proportional`.
    Jitter(&'static str, Option<f64>),
}

/// Every option, with an example of how it is written.
pub(super) const OPTIONS: &[(&str, &str)] = &[
    ("max_attempts", "max_attempts = 4"),
    ("max_retries", "max_retries = 3"),
    ("backoff", "backoff = exponential"),
    ("base_delay", "base_delay = \"100ms\""),
    ("min_delay", "min_delay = \"50ms\""),
    ("max_delay", "max_delay = \"10s\""),
    ("factor", "factor = 2.0"),
    ("jitter", "jitter = full"),
    ("total_timeout", "total_timeout = \"30s\""),
    ("max_retry_after", "max_retry_after = \"60s\""),
    ("max_depth", "max_depth = 1"),
];

/// What `max_delay` is where nobody says otherwise.
const DEFAULT_MAX_DELAY: Duration = Duration::from_secs(10);
/// `backoff = linear` never waits less.
const LINEAR_FLOOR: Duration = Duration::from_secs(2);

/// How an option of `retry(..)` is written, if `word` is one.
pub(super) fn example(word: &str) -> Option<&'static str> {
    OPTIONS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, example)| *example)
}

pub(super) fn parse(tokens: TokenStream, errors: &mut Diagnostics) -> Retry {
    let mut settings: Vec<Setting> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for option in syntax::options(tokens, errors) {
        let key = option.key.to_string();
        let Some((setter, example)) = OPTIONS.iter().copied().find(|(name, _)| *name == key) else {
            errors.error(option.span(), words::unknown_in_retry(&key));
            continue;
        };
        if seen.contains(&key) {
            errors.error(
                option.span(),
                format!("`{key}` is given twice in `retry(..)`: keep one of them"),
            );
            continue;
        }
        seen.push(key);
        if let Some(At { value, span }) = value::read(&option, setter, example, errors) {
            settings.push(Setting {
                setter,
                value,
                key: option.span(),
                place: span,
            });
        }
    }
    let retry = Retry { settings };
    retry.check_attempts(errors);
    // A cap that is given but not readable is already reported, and no reason to fall back to the default.
    if !seen.iter().any(|key| key == "max_delay") || retry.duration("max_delay").is_some() {
        retry.check_delays(errors);
    }
    retry
}

impl Retry {
    fn get(&self, setter: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.setter == setter)
    }

    fn duration(&self, setter: &str) -> Option<At<Duration>> {
        let setting = self.get(setter)?;
        match setting.value {
            SettingValue::Duration(value) => Some(At {
                value,
                span: setting.place,
            }),
            _ => None,
        }
    }

    fn check_attempts(&self, errors: &mut Diagnostics) {
        if let (Some(_), Some(retries)) = (self.get("max_attempts"), self.get("max_retries")) {
            errors.error(
                retries.key,
                "`max_attempts` and `max_retries` say the same thing in two ways: keep one of them, `max_attempts` counts the first run too",
            );
        }
    }

    fn check_delays(&self, errors: &mut Diagnostics) {
        let cap = self.duration("max_delay");
        for shorter in ["base_delay", "min_delay"] {
            let Some(At { value, span }) = self.duration(shorter) else {
                continue;
            };
            let value_text = humantime::format_duration(value);
            match cap {
                Some(cap) if value > cap.value => {
                    let cap = humantime::format_duration(cap.value);
                    errors.error(
                        span,
                        format!("`{shorter}` of {value_text} is longer than `max_delay` of {cap}: shorten the one or lengthen the other"),
                    );
                }
                None if value > DEFAULT_MAX_DELAY => {
                    let cap = humantime::format_duration(DEFAULT_MAX_DELAY);
                    errors.error(
                        span,
                        format!("`{shorter}` of {value_text} is longer than `max_delay`, which is {cap} unless it is given: shorten the one, or add `max_delay = \"{value_text}\"`"),
                    );
                }
                _ => {}
            }
        }
        let linear = self
            .settings
            .iter()
            .any(|setting| matches!(setting.value, SettingValue::Backoff("Linear")));
        if let Some(cap) = cap.filter(|cap| linear && cap.value < LINEAR_FLOOR) {
            let floor = humantime::format_duration(LINEAR_FLOOR);
            errors.error(
                cap.span,
                format!("`max_delay` is too short for `backoff = linear`, which never waits less than {floor}: lengthen it, or take `backoff = fixed`"),
            );
        }
    }
}

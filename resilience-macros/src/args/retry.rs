//! `retry(..)`: how often, how soon and how long an idempotent operation is tried again.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use syn::{Expr, ExprCall};

use super::literal::{self, At};
use super::syntax::{self, Written};
use crate::diagnostics::{Diagnostics, list, nearest};

/// The settings of one `retry(..)`, in the order in which they were written.
pub(crate) struct Retry {
    pub(crate) settings: Vec<Setting>,
}

/// One setting: the name of its setter at run time, and the checked value.
pub(crate) struct Setting {
    pub(crate) setter: &'static str,
    pub(crate) value: SettingValue,
    key: Span,
    span: Span,
}

pub(crate) enum SettingValue {
    Whole(u32),
    Depth(u16),
    Factor(f64),
    Duration(Duration),
    /// A variant of `Backoff`.
    Backoff(&'static str),
    /// A variant of `Jitter`, with the share if it is `Proportional`.
    Jitter(&'static str, Option<f64>),
}

/// Every option, with an example of how it is written.
const OPTIONS: &[(&str, &str)] = &[
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

const BACKOFFS: &[(&str, &str)] = &[
    ("none", "None"),
    ("fixed", "Fixed"),
    ("linear", "Linear"),
    ("incremental", "Incremental"),
    ("exponential", "Exponential"),
    ("fibonacci", "Fibonacci"),
];

const JITTERS: &[(&str, &str)] = &[
    ("none", "None"),
    ("full", "Full"),
    ("equal", "Equal"),
    ("decorrelated", "Decorrelated"),
];

/// What `max_delay` is where nobody says otherwise.
const DEFAULT_MAX_DELAY: Duration = Duration::from_secs(10);

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
            errors.error(option.span(), unknown(&key));
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
        if let Some((value, span)) = value(&option, setter, example, errors) {
            settings.push(Setting {
                setter,
                value,
                key: option.span(),
                span,
            });
        }
    }
    let retry = Retry { settings };
    retry.check_attempts(errors);
    // A cap that is given but not readable is already reported, and no reason to fall back to the default.
    let default_cap = !seen.iter().any(|key| key == "max_delay");
    retry.check_delays(default_cap, errors);
    retry
}

fn value(
    option: &Written,
    setter: &str,
    example: &str,
    errors: &mut Diagnostics,
) -> Option<(SettingValue, Span)> {
    match setter {
        "backoff" => backoff(option, example, errors),
        "jitter" => jitter(option, example, errors),
        "factor" => factor(option, example, errors),
        "max_attempts" => {
            let At { value, span } = literal::whole_number(option, example, errors)?;
            if value == 0 {
                errors.error(
                    span,
                    "`max_attempts = 0` would never run the body: the first run counts, so the least is 1",
                );
                return None;
            }
            Some((SettingValue::Whole(value), span))
        }
        "max_retries" => {
            let At { value, span } = literal::whole_number(option, example, errors)?;
            Some((SettingValue::Whole(value), span))
        }
        "max_depth" => {
            let At { value, span } = literal::whole_number(option, example, errors)?;
            let Ok(depth) = u16::try_from(value) else {
                let most = u16::MAX;
                errors.error(
                    span,
                    format!("`max_depth = {value}` is too large: the most is {most}"),
                );
                return None;
            };
            Some((SettingValue::Depth(depth), span))
        }
        _ => {
            let At { value, span } = literal::duration(option, example, errors)?;
            if setter == "total_timeout" && value.is_zero() {
                errors.error(
                    span,
                    "`total_timeout` of zero leaves no time for the first attempt: give it a longer one, for example `\"30s\"`",
                );
                return None;
            }
            Some((SettingValue::Duration(value), span))
        }
    }
}

fn backoff(
    option: &Written,
    example: &str,
    errors: &mut Diagnostics,
) -> Option<(SettingValue, Span)> {
    let value = literal::assigned(option, example, errors)?;
    if let Some((variant, span)) = variant(value, BACKOFFS) {
        return Some((SettingValue::Backoff(variant), span));
    }
    errors.error_over(value, unknown_choice("backoff", value, BACKOFFS, &[]));
    None
}

fn jitter(
    option: &Written,
    example: &str,
    errors: &mut Diagnostics,
) -> Option<(SettingValue, Span)> {
    const PROPORTIONAL: &str = "proportional(0.2)";
    let value = literal::assigned(option, example, errors)?;
    if let Some((variant, span)) = variant(value, JITTERS) {
        return Some((SettingValue::Jitter(variant, None), span));
    }
    let share = match value {
        Expr::Call(ExprCall { func, args, .. }) if word(func).as_deref() == Some("proportional") => {
            args.iter().collect()
        }
        _ if word(value).as_deref() == Some("proportional") => Vec::new(),
        _ => {
            errors.error_over(
                value,
                unknown_choice("jitter", value, JITTERS, &[PROPORTIONAL]),
            );
            return None;
        }
    };
    match share[..] {
        [only] => match literal::number(only) {
            Some(share) if (0.0..=1.0).contains(&share) => Some((
                SettingValue::Jitter("Proportional", Some(share)),
                option.span(),
            )),
            Some(_) => {
                errors.error_over(
                    only,
                    format!("the share of `proportional` is from 0 to 1: write for example `jitter = {PROPORTIONAL}`"),
                );
                None
            }
            None => {
                errors.error_over(
                    only,
                    format!("the share of `proportional` is a number: write for example `jitter = {PROPORTIONAL}`"),
                );
                None
            }
        },
        _ => {
            errors.error_over(
                value,
                format!("`proportional` takes one share from 0 to 1: write for example `jitter = {PROPORTIONAL}`"),
            );
            None
        }
    }
}

fn factor(
    option: &Written,
    example: &str,
    errors: &mut Diagnostics,
) -> Option<(SettingValue, Span)> {
    let value = literal::assigned(option, example, errors)?;
    match literal::number(value) {
        Some(factor) if factor >= 1.0 && factor.is_finite() => {
            Some((SettingValue::Factor(factor), option.span()))
        }
        Some(factor) if factor.is_finite() => {
            errors.error_over(
                value,
                "`factor` below 1 would make every delay shorter than the one before: the least is 1",
            );
            None
        }
        Some(_) => {
            errors.error_over(value, "`factor` is too large to be a number: write for example `factor = 2.0`");
            None
        }
        None => {
            errors.error_over(value, format!("`factor` is a number: write `{example}`"));
            None
        }
    }
}

/// The single word that an expression consists of.
fn word(value: &Expr) -> Option<String> {
    match value {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

fn variant(value: &Expr, choices: &[(&str, &'static str)]) -> Option<(&'static str, Span)> {
    let Expr::Path(path) = value else { return None };
    let word = path.path.get_ident()?;
    choices
        .iter()
        .find(|(name, _)| word == name)
        .map(|(_, variant)| (*variant, word.span()))
}

fn unknown_choice(
    key: &str,
    value: &Expr,
    choices: &[(&'static str, &str)],
    more: &[&'static str],
) -> String {
    let mut names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    names.extend(more);
    let known = list(&names);
    match word(value) {
        Some(word) => match nearest(&word, &names) {
            Some(near) => {
                format!("unknown {key} `{word}`: did you mean `{near}`? known are {known}")
            }
            None => format!("unknown {key} `{word}`: known are {known}"),
        },
        None => format!("`{key}` is one word without quotes: known are {known}"),
    }
}

fn unknown(key: &str) -> String {
    if let Some(hint) = neighbour(key) {
        return format!("`retry(..)` has no option `{key}`: {hint}");
    }
    let names: Vec<&str> = OPTIONS.iter().map(|(name, _)| *name).collect();
    let known = list(&names);
    match nearest(key, &names) {
        Some(near) => format!(
            "`retry(..)` has no option `{key}`: did you mean `{near}`? known are {known}"
        ),
        None => format!("`retry(..)` has no option `{key}`: known are {known}"),
    }
}

/// Words that other crates use for the same thing, and options that stand outside.
fn neighbour(key: &str) -> Option<&'static str> {
    Some(match key {
        "attempts" | "tries" | "max_tries" => {
            "write `max_attempts = 4`, which counts the first run too"
        }
        "retries" | "times" | "max_times" => {
            "write `max_retries = 3`, which counts the runs after the first"
        }
        "delay" | "initial_delay" | "interval" | "initial_interval" | "wait" => {
            "write `base_delay = \"100ms\"`"
        }
        "max_interval" | "max_backoff" | "max_wait" => "write `max_delay = \"10s\"`",
        "multiplier" => "write `factor = 2.0`",
        "strategy" => "write `backoff = exponential`",
        "timeout" | "max_elapsed_time" | "deadline" => {
            "write `total_timeout = \"30s\"` for all attempts together, or `attempt_timeout = \"2s\"` beside `retry(..)` for each of them"
        }
        "attempt_timeout" => "it stands beside `retry(..)`, not inside",
        "when" | "if" | "retry_if" | "condition" | "classify" => {
            "which failures are worth a retry is said by `Classify` on the error type, or by `classify = ..` beside `retry(..)`"
        }
        _ => return None,
    })
}

impl Retry {
    fn get(&self, setter: &str) -> Option<&Setting> {
        self.settings
            .iter()
            .find(|setting| setting.setter == setter)
    }

    fn duration(&self, setter: &str) -> Option<At<Duration>> {
        let setting = self.get(setter)?;
        match setting.value {
            SettingValue::Duration(value) => Some(At {
                value,
                span: setting.span,
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

    fn check_delays(&self, default_cap: bool, errors: &mut Diagnostics) {
        let cap = self.duration("max_delay");
        for floor in ["base_delay", "min_delay"] {
            let Some(At { value, span }) = self.duration(floor) else {
                continue;
            };
            let below = humantime::format_duration(value);
            match cap {
                Some(cap) if value > cap.value => {
                    let above = humantime::format_duration(cap.value);
                    errors.error(
                        span,
                        format!("`{floor}` of {below} is longer than `max_delay` of {above}: no delay may be longer than `max_delay`"),
                    );
                }
                None if default_cap && value > DEFAULT_MAX_DELAY => {
                    let above = humantime::format_duration(DEFAULT_MAX_DELAY);
                    errors.error(
                        span,
                        format!("`{floor}` of {below} is longer than `max_delay`, which is {above} unless you say otherwise: add for example `max_delay = \"{below}\"`"),
                    );
                }
                _ => {}
            }
        }
    }
}

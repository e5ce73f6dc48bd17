//! The value of one option of `retry(..)`, within the range that the runtime accepts as well.

use std::time::Duration;

use syn::{Expr, ExprCall};

use super::SettingValue;
use crate::args::literal::{self, At};
use crate::args::syntax::Written;
use crate::diagnostics::{Diagnostics, list, nearest};

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
const PROPORTIONAL: &str = "proportional(0.2)";

const MOST_ATTEMPTS: u32 = 1_000_000;
const MOST_DEPTH: u32 = 255;
const MOST_FACTOR: f64 = 1_000.0;

pub(super) fn read(
    option: &Written,
    setter: &str,
    example: &str,
    errors: &mut Diagnostics,
) -> Option<At<SettingValue>> {
    match setter {
        "max_attempts" => {
            const ZERO: &str = "`max_attempts = 0` would never run the body: the first run counts, so the least is 1";
            whole(option, example, Some(ZERO), MOST_ATTEMPTS, errors)
        }
        "max_retries" => whole(option, example, None, MOST_ATTEMPTS - 1, errors),
        "max_depth" => {
            const ZERO: &str =
                "`max_depth = 0` would never retry: leave `idempotent` out, or give a depth of at least 1";
            whole(option, example, Some(ZERO), MOST_DEPTH, errors)
        }
        "factor" => factor(option, example, errors),
        "backoff" => backoff(option, example, errors),
        "jitter" => jitter(option, example, errors),
        "total_timeout" => {
            const ZERO: &str = "`total_timeout` of zero leaves no time for the first attempt: give it a longer one, for example `\"30s\"`";
            let duration = literal::duration(option, example, errors)?;
            if duration.value.is_zero() {
                errors.error(duration.span, ZERO);
                return None;
            }
            Some(duration.map(SettingValue::Duration))
        }
        _ => literal::duration(option, example, errors)
            .map(|duration: At<Duration>| duration.map(SettingValue::Duration)),
    }
}

/// A whole number up to `most`; not zero, if there is something to say about that.
fn whole(
    option: &Written,
    example: &str,
    zero: Option<&str>,
    most: u32,
    errors: &mut Diagnostics,
) -> Option<At<SettingValue>> {
    let number = literal::whole_number(option, example, most, errors)?;
    match zero {
        Some(message) if number.value == 0 => {
            errors.error(number.span, message);
            None
        }
        _ => Some(number.map(SettingValue::Whole)),
    }
}

fn factor(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
    let value = literal::assigned(option, example, errors)?;
    let message = match literal::number(value) {
        Some(factor) if (1.0..=MOST_FACTOR).contains(&factor) => {
            return Some(option.at(SettingValue::Factor(factor)));
        }
        Some(factor) if factor < 1.0 => {
            "`factor` below 1 would make every delay shorter than the one before: the least is 1".to_owned()
        }
        Some(_) => format!("`factor` is too large: the most is {MOST_FACTOR}"),
        None => format!("`factor` is a number: write `{example}`"),
    };
    errors.error_over(value, message);
    None
}

fn backoff(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
    let value = literal::assigned(option, example, errors)?;
    if let Some(variant) = variant(value, BACKOFFS) {
        return Some(option.at(SettingValue::Backoff(variant)));
    }
    errors.error_over(value, unknown_choice("backoff", value, BACKOFFS, None));
    None
}

fn jitter(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
    let value = literal::assigned(option, example, errors)?;
    if let Some(variant) = variant(value, JITTERS) {
        return Some(option.at(SettingValue::Jitter(variant, None)));
    }
    let share = match value {
        Expr::Call(ExprCall { func, args, .. }) if is_proportional(func) => args.first().map(literal::ungrouped),
        _ if is_proportional(value) => None,
        _ => {
            errors.error_over(value, unknown_choice("jitter", value, JITTERS, Some(PROPORTIONAL)));
            return None;
        }
    };
    let valid = share
        .and_then(literal::number)
        .filter(|share| (0.0..=1.0).contains(share));
    if let Some(share) = valid {
        return Some(option.at(SettingValue::Jitter("Proportional", Some(share))));
    }
    let message = format!(
        "`proportional` takes the share of the delay that is random, from 0 to 1: write for example `jitter = {PROPORTIONAL}`"
    );
    match share {
        Some(share) => errors.error_over(share, message),
        None => errors.error_over(value, message),
    }
    None
}

fn is_proportional(value: &Expr) -> bool {
    word(value).is_some_and(|word| word == "proportional")
}

/// The single word that an expression consists of.
fn word(value: &Expr) -> Option<String> {
    match value {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

fn variant(value: &Expr, choices: &[(&str, &'static str)]) -> Option<&'static str> {
    let word = word(value)?;
    choices
        .iter()
        .find(|(name, _)| word == *name)
        .map(|(_, variant)| *variant)
}

fn unknown_choice(key: &str, value: &Expr, choices: &[(&'static str, &str)], more: Option<&'static str>) -> String {
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).chain(more).collect();
    let known = list(&names);
    let Some(word) = word(value) else {
        return format!("`{key}` is one word without quotes, known: {known}");
    };
    match nearest(&word, &names) {
        Some(near) => format!("unknown {key} `{word}`: did you mean `{near}`? known: {known}"),
        None => format!("unknown {key} `{word}`, known: {known}"),
    }
}

//! Values that are words, or one thing or another.

use std::time::Duration;

use syn::{Expr, ExprCall, ExprLit, Lit};

use super::field::{time, whole};
use super::{Scalar, SettingValue};
use crate::args::literal::{self, At};
use crate::args::syntax::Written;
use crate::diagnostics::{Diagnostics, list, nearest};

const JITTERS: &[(&str, &str)] = &[
    ("none", "None"),
    ("full", "Full"),
    ("equal", "Equal"),
    ("decorrelated", "Decorrelated"),
];
const PROPORTIONAL: &str = "proportional(0.2)";

/// One of `words`, which are variants of `choices`.
pub(super) fn word(
    option: &Written,
    example: &str,
    choices: &'static str,
    words: &[(&'static str, &'static str)],
    errors: &mut Diagnostics,
) -> Option<At<SettingValue>> {
    let value = literal::assigned(option, example, errors)?;
    if let Some(variant) = variant(value, words) {
        return Some(option.at(SettingValue::Variant(choices, variant, None)));
    }
    errors.error_over(value, unknown_choice(option, value, words, None));
    None
}

pub(super) fn jitter(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
    let value = literal::assigned(option, example, errors)?;
    if let Some(variant) = variant(value, JITTERS) {
        return Some(option.at(SettingValue::Variant("Jitter", variant, None)));
    }
    let share = match value {
        Expr::Call(ExprCall { func, args, .. }) if is_proportional(func) => args.first().map(literal::ungrouped),
        _ if is_proportional(value) => None,
        _ => {
            errors.error_over(value, unknown_choice(option, value, JITTERS, Some(PROPORTIONAL)));
            return None;
        }
    };
    let valid = share
        .and_then(literal::number)
        .filter(|share| (0.0..=1.0).contains(share));
    if let Some(share) = valid {
        let share = Scalar::Number(share);
        return Some(option.at(SettingValue::Variant("Jitter", "Proportional", Some(share))));
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
    single_word(value).is_some_and(|word| word == "proportional")
}

/// A number of calls, or a time.
pub(super) fn window(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
    const LEAST: Duration = Duration::from_millis(100);
    let value = literal::assigned(option, example, errors)?;
    if is_text(value) {
        let time = time(option, "window = \"30s\"", LEAST, None, errors)?;
        return Some(time.map(|time| SettingValue::Variant("Window", "Time", Some(Scalar::Duration(time)))));
    }
    if !matches!(value, Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) | Expr::Unary(_)) {
        errors.error_over(
            value,
            "`window` is a number of calls or a duration: write `window = 100` or `window = \"30s\"`",
        );
        return None;
    }
    let calls = whole(option, example, &(1..=1_000_000), None, errors)?;
    Some(calls.map(|calls| SettingValue::Variant("Window", "Calls", Some(Scalar::Whole(calls)))))
}

/// `ignore`, or a time.
pub(super) fn on_abandon(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
    const LEAST: Duration = Duration::from_millis(1);
    const IGNORE: &[(&str, &str)] = &[("ignore", "Ignore")];
    let value = literal::assigned(option, example, errors)?;
    if let Some(variant) = variant(value, IGNORE) {
        return Some(option.at(SettingValue::Variant("OnAbandon", variant, None)));
    }
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) if text.value() == "ignore" => {
            errors.error_over(value, "`ignore` is a word without quotes: write `on_abandon = ignore`");
            None
        }
        _ if is_text(value) => {
            let time = time(option, example, LEAST, None, errors)?;
            Some(time.map(|time| SettingValue::Variant("OnAbandon", "FailAfter", Some(Scalar::Duration(time)))))
        }
        _ => {
            let message = "`on_abandon` is `ignore`, or the time from which on a call without an outcome is a failure: write `on_abandon = ignore` or `on_abandon = \"10s\"`";
            errors.error_over(value, message);
            None
        }
    }
}

fn is_text(value: &Expr) -> bool {
    matches!(value, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }))
}

/// The single word that an expression consists of.
fn single_word(value: &Expr) -> Option<String> {
    match value {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

fn variant(value: &Expr, words: &[(&str, &'static str)]) -> Option<&'static str> {
    let word = single_word(value)?;
    words
        .iter()
        .find(|(name, _)| word == *name)
        .map(|(_, variant)| *variant)
}

fn unknown_choice(
    option: &Written,
    value: &Expr,
    words: &[(&'static str, &str)],
    more: Option<&'static str>,
) -> String {
    let key = &option.key;
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).chain(more).collect();
    let known = list(&names);
    let Some(word) = single_word(value) else {
        return format!("`{key}` is one word without quotes, known: {known}");
    };
    match nearest(&word, &names) {
        Some(near) => format!("`{key}` cannot be `{word}`: did you mean `{near}`? known: {known}"),
        None => format!("`{key}` cannot be `{word}`, known: {known}"),
    }
}

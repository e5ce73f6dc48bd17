//! What the settings of one group must be to each other.

use std::time::Duration;

use super::{Layer, Scalar, SettingValue};
use crate::args::literal::At;
use crate::diagnostics::Diagnostics;

/// What `max_delay` is where nobody says otherwise.
const DEFAULT_MAX_DELAY: Duration = Duration::from_secs(10);
/// What `recovery_timeout` is where nobody says otherwise.
const DEFAULT_RECOVERY: Duration = Duration::from_secs(5);
/// What `window` is where nobody says otherwise.
const DEFAULT_WINDOW: u32 = 100;

pub(super) fn retry(layer: &Layer, errors: &mut Diagnostics) {
    if let (Some(_), Some(retries)) = (layer.get("max_attempts"), layer.get("max_retries")) {
        errors.error(
            retries.key,
            "`max_attempts` and `max_retries` say the same thing in two ways: keep one of them, `max_attempts` counts the first run too",
        );
    }
    for shorter in ["base_delay", "min_delay"] {
        in_order(layer, shorter, "max_delay", errors);
        let Some(At { value, span }) = layer.duration(shorter) else {
            continue;
        };
        // A cap that is given but not readable is already reported, and no reason to fall back to the default.
        if value > DEFAULT_MAX_DELAY && !layer.is_given("max_delay") {
            let (value, cap) = (
                humantime::format_duration(value),
                humantime::format_duration(DEFAULT_MAX_DELAY),
            );
            errors.error(
                span,
                format!("`{shorter}` of {value} is longer than `max_delay`, which is {cap} unless it is given: shorten the one, or add `max_delay = \"{value}\"`"),
            );
        }
    }
    factor_without_growth(layer, errors);
    no_time_for_a_retry(layer, errors);
}

/// Reports a `total_timeout` that is over before the first retry, however short chance makes the wait.
fn no_time_for_a_retry(layer: &Layer, errors: &mut Diagnostics) {
    let Some(total) = layer.duration("total_timeout") else {
        return;
    };
    let is_whole = |key, whole| {
        let value = layer.get(key).map(|setting| setting.value);
        matches!(value, Some(SettingValue::Plain(Scalar::Whole(value))) if value == whole)
    };
    let variant = |of: &str| {
        layer.settings.iter().find_map(|setting| match setting.value {
            SettingValue::Variant(name, variant, _) if name == of => Some(variant),
            _ => None,
        })
    };
    if is_whole("max_attempts", 1) || is_whole("max_retries", 0) || variant("Backoff") == Some("None") {
        return;
    }
    // Other jitters may make the wait as short as `min_delay`.
    let base = layer
        .duration("base_delay")
        .filter(|_| matches!(variant("Jitter"), Some("None" | "Decorrelated")));
    let shortest = layer
        .duration("min_delay")
        .into_iter()
        .chain(base)
        .map(|delay| delay.value)
        .max();
    if let Some(wait) = shortest.filter(|wait| *wait >= total.value) {
        let (total_text, wait) = (
            humantime::format_duration(total.value),
            humantime::format_duration(wait),
        );
        errors.error(
            total.span,
            format!("`total_timeout` of {total_text} leaves no time for a retry, which comes after {wait} at the soonest: raise it, or lower `base_delay` and `min_delay`"),
        );
    }
}

/// Reports a `factor` beside a backoff that does not use it.
fn factor_without_growth(layer: &Layer, errors: &mut Diagnostics) {
    let backoff = layer.settings.iter().find_map(|setting| match setting.value {
        SettingValue::Variant("Backoff", backoff, _) if backoff != "Exponential" => Some(backoff.to_lowercase()),
        _ => None,
    });
    if let (Some(backoff), Some(factor)) = (backoff, layer.get("factor")) {
        errors.error(
            factor.key,
            format!("`factor` has no effect with `backoff = {backoff}`: remove it, or take `backoff = exponential`"),
        );
    }
}

pub(super) fn breaker(layer: &Layer, errors: &mut Diagnostics) {
    if let Some(threshold) = layer.get("failure_threshold") {
        let is_none = matches!(threshold.value, SettingValue::Plain(Scalar::Whole(0)));
        if is_none && !may_have_rate(layer) {
            errors.error(
                threshold.place,
                "`failure_threshold = 0` leaves no rule that opens the circuit: add `failure_rate = 0.5` or `slow_call_rate = 0.5`, or give a threshold of at least 1",
            );
        }
    }
    let is_cumulative = layer
        .settings
        .iter()
        .any(|setting| matches!(setting.value, SettingValue::Variant("FailureCount", "Cumulative", _)));
    let span = layer.duration("failure_span");
    if let Some(span) = span.filter(|span| is_cumulative && !span.value.is_zero()) {
        errors.error(
            span.span,
            "`failure_span` says how long failures in a row must last, and cumulative ones are not in a row: leave it out, or take \
             `failure_count = consecutive`",
        );
    }
    if is_cumulative {
        fits_window(layer, errors);
    }
    in_order(layer, "recovery_timeout", "max_recovery_timeout", errors);
    if let Some(cap) = layer.duration("max_recovery_timeout") {
        if cap.value < DEFAULT_RECOVERY && !layer.is_given("recovery_timeout") {
            let (value, least) = (
                humantime::format_duration(cap.value),
                humantime::format_duration(DEFAULT_RECOVERY),
            );
            errors.error(
                cap.span,
                format!("`max_recovery_timeout` of {value} is shorter than `recovery_timeout`, which is {least} unless it is given: lengthen the one, or add `recovery_timeout = \"{value}\"`"),
            );
        }
    }
}

/// Reports a number of cumulative failures that the window has no room for.
fn fits_window(layer: &Layer, errors: &mut Diagnostics) {
    let calls = match layer.get("window").map(|window| &window.value) {
        Some(SettingValue::Variant("Window", "Calls", Some(Scalar::Whole(calls)))) => *calls,
        None if !layer.is_given("window") => DEFAULT_WINDOW,
        _ => return,
    };
    let Some(threshold) = layer.get("failure_threshold") else {
        return;
    };
    if let SettingValue::Plain(Scalar::Whole(failures)) = threshold.value {
        if failures > calls {
            errors.error(
                threshold.place,
                format!("`failure_threshold` of {failures} is more than the {calls} calls of `window`, in which cumulative failures are counted: lower the one, or add `window = {failures}`"),
            );
        }
    }
}

/// Parts of a token smaller than a thousandth would vanish.
pub(super) fn budget(layer: &Layer, errors: &mut Diagnostics) {
    const LEAST: f64 = 0.001;
    for key in ["deposit", "throttled_cost", "min_per_second"] {
        let Some(setting) = layer.get(key) else { continue };
        if let SettingValue::Plain(Scalar::Number(tokens)) = setting.value {
            if tokens > 0.0 && tokens < LEAST {
                errors.error(
                    setting.place,
                    format!("`{key}` is counted in thousandths of a token, and {tokens} is less than one: give 0, or at least {LEAST}"),
                );
            }
        }
    }
}

/// Whether a rate is given, or might be: what is not readable is already reported.
fn may_have_rate(layer: &Layer) -> bool {
    ["failure_rate", "slow_call_rate"].into_iter().any(|rate| {
        layer.is_given(rate)
            && layer
                .get(rate)
                .is_none_or(|rate| matches!(rate.value, SettingValue::Plain(Scalar::Number(share)) if share > 0.0))
    })
}

/// Reports a `shorter` that is longer than the `longer`, where both are given.
fn in_order(layer: &Layer, shorter: &str, longer: &str, errors: &mut Diagnostics) {
    if let (Some(short), Some(long)) = (layer.duration(shorter), layer.duration(longer)) {
        if short.value > long.value {
            let (short_text, long_text) = (
                humantime::format_duration(short.value),
                humantime::format_duration(long.value),
            );
            errors.error(
                short.span,
                format!("`{shorter}` of {short_text} is longer than `{longer}` of {long_text}: shorten the one or lengthen the other"),
            );
        }
    }
}

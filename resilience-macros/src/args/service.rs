//! `breaker(..)` and `budget(..)`: what a service does, said on a block. One table each; a new field is a new line.

use std::ops::RangeInclusive;
use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use syn::{Expr, ExprLit, Lit};

use super::literal::{self, At};
use super::retry::SettingValue;
use super::syntax::{self, Written};
use super::words;
use crate::diagnostics::Diagnostics;

/// One group of options, with the names that it has at run time.
pub(crate) struct Group {
    pub(crate) key: &'static str,
    /// What has `builder()`.
    pub(crate) policy: &'static str,
    fields: &'static [Field],
    /// Of these two durations the first is at most the second.
    order: Option<[&'static str; 2]>,
}

struct Field {
    name: &'static str,
    example: &'static str,
    range: Range,
}

enum Range {
    Flag,
    Whole(RangeInclusive<u32>),
    Number(RangeInclusive<f64>),
    /// In milliseconds.
    Time(RangeInclusive<u64>),
}

const DAY: u64 = 24 * 60 * 60 * 1000;

const BREAKER: Group = Group {
    key: "breaker",
    policy: "BreakerPolicy",
    fields: &[
        field("enabled", "enabled = false", Range::Flag),
        field(
            "failure_threshold",
            "failure_threshold = 5",
            Range::Whole(1..=1_000_000),
        ),
        field("recovery_timeout", "recovery_timeout = \"30s\"", Range::Time(1..=DAY)),
        field("recovery_factor", "recovery_factor = 2.0", Range::Number(1.0..=100.0)),
        field(
            "max_recovery_timeout",
            "max_recovery_timeout = \"10m\"",
            Range::Time(1..=DAY),
        ),
        field("cooldown", "cooldown = \"5s\"", Range::Time(0..=DAY)),
        field("half_open_max_calls", "half_open_max_calls = 2", Range::Whole(1..=64)),
        field("success_threshold", "success_threshold = 2", Range::Whole(1..=255)),
        field("probe_timeout", "probe_timeout = \"60s\"", Range::Time(1..=DAY)),
    ],
    order: Some(["recovery_timeout", "max_recovery_timeout"]),
};

const BUDGET: Group = Group {
    key: "budget",
    policy: "BudgetPolicy",
    fields: &[
        field("enabled", "enabled = false", Range::Flag),
        field("deposit", "deposit = 0.1", Range::Number(0.0..=10.0)),
        field("min_per_second", "min_per_second = 1.0", Range::Number(0.0..=1_000.0)),
        field("capacity", "capacity = 100", Range::Whole(1..=10_000)),
    ],
    order: None,
};

const fn field(name: &'static str, example: &'static str, range: Range) -> Field {
    Field { name, example, range }
}

/// The group of this name.
pub(super) fn group(key: &str) -> Option<&'static Group> {
    [&BREAKER, &BUDGET].into_iter().find(|group| group.key == key)
}

/// `breaker(..)` or `budget(..)`, read and checked.
pub(crate) struct ServiceLayer {
    pub(crate) group: &'static Group,
    pub(crate) settings: Vec<(&'static str, SettingValue)>,
}

pub(super) fn parse(group: &'static Group, tokens: TokenStream, errors: &mut Diagnostics) -> ServiceLayer {
    let key = group.key;
    let mut settings = Vec::new();
    let mut places: Vec<(&str, At<SettingValue>)> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for option in syntax::options(tokens, errors) {
        let word = option.key.to_string();
        let Some(field) = group.fields.iter().find(|field| field.name == word) else {
            let known: Vec<(&str, &str)> = group.fields.iter().map(|field| (field.name, field.example)).collect();
            errors.error(
                option.span(),
                words::misspelled(&format!("`{key}(..)` has no option"), &word, &known),
            );
            continue;
        };
        if seen.contains(&field.name) {
            errors.error(
                option.span(),
                format!("`{word}` is given twice in `{key}(..)`: keep one of them"),
            );
            continue;
        }
        seen.push(field.name);
        if let Some(value) = field.read(&option, errors) {
            settings.push((field.name, value.value));
            places.push((field.name, value));
        }
    }
    if let Some([shorter, longer]) = group.order {
        let time = |name| {
            places.iter().find_map(|(known, at)| match at.value {
                SettingValue::Duration(time) if *known == name => Some((time, at.span)),
                _ => None,
            })
        };
        if let (Some((short, place)), Some((long, _))) = (time(shorter), time(longer)) {
            check_order(shorter, longer, short, long, place, errors);
        }
    }
    ServiceLayer { group, settings }
}

fn check_order(shorter: &str, longer: &str, short: Duration, long: Duration, place: Span, errors: &mut Diagnostics) {
    if short > long {
        let (short, long) = (humantime::format_duration(short), humantime::format_duration(long));
        errors.error(
            place,
            format!(
                "`{shorter}` of {short} is longer than `{longer}` of {long}: shorten the one or lengthen the other"
            ),
        );
    }
}

impl Field {
    fn read(&self, option: &Written, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
        let (name, example) = (self.name, self.example);
        match &self.range {
            Range::Flag => {
                let value = literal::assigned(option, example, errors)?;
                if let Expr::Lit(ExprLit {
                    lit: Lit::Bool(flag), ..
                }) = value
                {
                    return Some(option.at(SettingValue::Flag(flag.value)));
                }
                errors.error_over(value, format!("`{name}` is `true` or `false`: write `{example}`"));
                None
            }
            Range::Whole(range) => {
                let number = literal::whole_number(option, example, *range.end(), errors)?;
                if number.value < *range.start() {
                    let least = range.start();
                    errors.error(
                        number.span,
                        format!("`{name} = {}` is too small: the least is {least}", number.value),
                    );
                    return None;
                }
                Some(number.map(SettingValue::Whole))
            }
            Range::Number(range) => {
                let value = literal::assigned(option, example, errors)?;
                match literal::number(value) {
                    Some(number) if range.contains(&number) => return Some(option.at(SettingValue::Factor(number))),
                    Some(_) => errors.error_over(
                        value,
                        format!(
                            "`{name}` is out of range: it goes from {} to {}",
                            range.start(),
                            range.end()
                        ),
                    ),
                    None => errors.error_over(value, format!("`{name}` is a number: write `{example}`")),
                }
                None
            }
            Range::Time(range) => {
                let time = literal::duration(option, example, errors)?;
                let least = Duration::from_millis(*range.start());
                if time.value < least {
                    let (given, least) = (
                        humantime::format_duration(time.value),
                        humantime::format_duration(least),
                    );
                    errors.error(
                        time.span,
                        format!("`{name}` of {given} is too short: the least is {least}"),
                    );
                    return None;
                }
                Some(time.map(SettingValue::Duration))
            }
        }
    }
}

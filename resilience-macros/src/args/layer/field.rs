//! One setting of a group, and its value within the range that the runtime accepts as well.

use std::ops::RangeInclusive;
use std::time::Duration;

use syn::{Expr, ExprLit, Lit};

use super::choice::{jitter, on_abandon, window, word};
use super::{Scalar, SettingValue};
use crate::args::literal::{self, At};
use crate::args::syntax::Written;
use crate::diagnostics::Diagnostics;

pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// How it is written.
    pub(crate) example: &'static str,
    pub(crate) range: Range,
    /// What to say about a value below the range, where there is more to say than that.
    too_low: Option<&'static str>,
}

pub(crate) enum Range {
    Flag,
    Whole(RangeInclusive<u32>),
    Number(RangeInclusive<f64>),
    /// From this to one day.
    Time(Duration),
    /// One of these words, which are variants of this enum.
    Word(&'static str, &'static [(&'static str, &'static str)]),
    Jitter,
    Window,
    OnAbandon,
}

pub(super) const fn field(name: &'static str, example: &'static str, range: Range) -> Field {
    Field {
        name,
        example,
        range,
        too_low: None,
    }
}

impl Field {
    pub(super) const fn too_low(mut self, message: &'static str) -> Self {
        self.too_low = Some(message);
        self
    }

    pub(super) fn read(&self, option: &Written, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
        let example = self.example;
        match &self.range {
            Range::Flag => self.flag(option, errors),
            Range::Whole(range) => whole(option, example, range, self.too_low, errors).map(plain(Scalar::Whole)),
            Range::Number(range) => self.number(option, range, errors),
            Range::Time(least) => time(option, example, *least, self.too_low, errors).map(plain(Scalar::Duration)),
            Range::Word(choices, words) => word(option, example, choices, words, errors),
            Range::Jitter => jitter(option, example, errors),
            Range::Window => window(option, example, errors),
            Range::OnAbandon => on_abandon(option, example, errors),
        }
    }

    fn flag(&self, option: &Written, errors: &mut Diagnostics) -> Option<At<SettingValue>> {
        let (name, example) = (self.name, self.example);
        let value = literal::assigned(option, example, errors)?;
        if let Expr::Lit(ExprLit {
            lit: Lit::Bool(flag), ..
        }) = value
        {
            return Some(option.at(SettingValue::Plain(Scalar::Flag(flag.value))));
        }
        errors.error_over(value, format!("`{name}` is `true` or `false`: write `{example}`"));
        None
    }

    fn number(
        &self,
        option: &Written,
        range: &RangeInclusive<f64>,
        errors: &mut Diagnostics,
    ) -> Option<At<SettingValue>> {
        let (name, example) = (self.name, self.example);
        let value = literal::assigned(option, example, errors)?;
        let message = match (literal::number(value), self.too_low) {
            (Some(number), _) if range.contains(&number) => {
                return Some(option.at(SettingValue::Plain(Scalar::Number(number))));
            }
            (Some(number), Some(message)) if number < *range.start() => message.to_owned(),
            (Some(_), _) => {
                let (least, most) = (range.start(), range.end());
                format!("`{name}` is out of range: it goes from {least} to {most}")
            }
            (None, _) => format!("`{name}` is a number: write `{example}`"),
        };
        errors.error_over(value, message);
        None
    }
}

fn plain<T>(scalar: fn(T) -> Scalar) -> impl FnOnce(At<T>) -> At<SettingValue> {
    move |at| at.map(|value| SettingValue::Plain(scalar(value)))
}

/// A whole number within the range.
pub(super) fn whole(
    option: &Written,
    example: &str,
    range: &RangeInclusive<u32>,
    too_low: Option<&str>,
    errors: &mut Diagnostics,
) -> Option<At<u32>> {
    let number = literal::whole_number(option, example, *range.end(), errors)?;
    if number.value >= *range.start() {
        return Some(number);
    }
    let (key, least) = (&option.key, range.start());
    let message = too_low.map_or_else(
        || format!("`{key} = {}` is too small: the least is {least}", number.value),
        str::to_owned,
    );
    errors.error(number.span, message);
    None
}

/// A time from `least` to one day.
pub(super) fn time(
    option: &Written,
    example: &str,
    least: Duration,
    too_low: Option<&str>,
    errors: &mut Diagnostics,
) -> Option<At<Duration>> {
    let time = literal::duration(option, example, errors)?;
    if time.value >= least {
        return Some(time);
    }
    let key = &option.key;
    let (given, least) = (
        humantime::format_duration(time.value),
        humantime::format_duration(least),
    );
    let message = too_low.map_or_else(
        || format!("`{key}` of {given} is too short: the least is {least}"),
        str::to_owned,
    );
    errors.error(time.span, message);
    None
}

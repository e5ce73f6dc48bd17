//! The values that are written out in an attribute, checked while compiling: text, whole numbers, factors, durations.

use std::time::Duration;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitStr, UnOp};

use super::syntax::{Value, Written};
use crate::diagnostics::Diagnostics;

/// A value and the place where it was written.
#[derive(Clone, Copy)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T> At<T> {
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At {
            value: change(self.value),
            span: self.span,
        }
    }
}

/// The longest time that any option takes.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The expression of `key = value`; `example` shows how the option is written.
pub(crate) fn assigned<'a>(option: &'a Written, example: &str, errors: &mut Diagnostics) -> Option<&'a Expr> {
    match &option.value {
        Value::Assigned(value) => Some(ungrouped(value)),
        Value::Broken => None,
        Value::None | Value::List(_) => {
            let key = &option.key;
            errors.error(option.span(), format!("`{key}` takes a value: write `{example}`"));
            None
        }
    }
}

/// What stands in the invisible group that a `macro_rules!` puts around `$value`.
pub(crate) fn ungrouped(mut value: &Expr) -> &Expr {
    while let Expr::Group(group) = value {
        value = &group.expr;
    }
    value
}

pub(crate) fn text(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<LitStr> {
    match assigned(option, example, errors)? {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) => Some(text.clone()),
        other => {
            let key = &option.key;
            errors.error_over(other, format!("`{key}` is text in quotes: write `{example}`"));
            None
        }
    }
}

pub(crate) fn whole_number(option: &Written, example: &str, most: u32, errors: &mut Diagnostics) -> Option<At<u32>> {
    let value = assigned(option, example, errors)?;
    let key = &option.key;
    if let Expr::Lit(ExprLit {
        lit: Lit::Int(number), ..
    }) = value
    {
        return match number.base10_parse() {
            Ok(value) if value <= most => Some(At {
                value,
                span: number.span(),
            }),
            _ => {
                errors.error(
                    number.span(),
                    format!("`{key} = {number}` is too large: the most is {most}"),
                );
                None
            }
        };
    }
    if negated(value).is_some() {
        errors.error_over(value, format!("`{key}` cannot be negative"));
    } else {
        errors.error_over(value, format!("`{key}` is a whole number: write `{example}`"));
    }
    None
}

/// A number with or without a decimal point; whether its size makes sense is for the caller to judge.
pub(crate) fn number(value: &Expr) -> Option<f64> {
    let (sign, unsigned) = match negated(value) {
        Some(inner) => (-1.0, inner),
        None => (1.0, value),
    };
    let Expr::Lit(ExprLit { lit, .. }) = unsigned else {
        return None;
    };
    let parsed: f64 = match lit {
        Lit::Float(number) => number.base10_parse().ok()?,
        Lit::Int(number) => number.base10_parse().ok()?,
        _ => return None,
    };
    Some(sign * parsed)
}

pub(crate) fn duration(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<At<Duration>> {
    let value = assigned(option, example, errors)?;
    let key = &option.key;
    let Expr::Lit(ExprLit {
        lit: Lit::Str(text), ..
    }) = value
    else {
        errors.error_over(value, format!("`{key}` is a duration in quotes: write `{example}`"));
        return None;
    };
    let written = text.value();
    let mistake = if written.trim_start().starts_with('-') {
        "a duration cannot be negative".to_owned()
    } else {
        match humantime::parse_duration(&written) {
            Ok(value) if value > LONGEST => "too long, the most is 1 day".to_owned(),
            Ok(value) => {
                let span = text.span();
                return Some(At { value, span });
            }
            Err(error) => unreadable(&written, &error),
        }
    };
    errors.error(text.span(), format!("`{key} = {}`: {mistake}", text.to_token_stream()));
    None
}

fn unreadable(written: &str, error: &humantime::DurationError) -> String {
    use humantime::DurationError;
    let why = match error {
        DurationError::Empty => "it is empty".to_owned(),
        DurationError::UnknownUnit { unit, .. } if unit.is_empty() => "it has no unit".to_owned(),
        DurationError::UnknownUnit { unit, .. } => format!("`{unit}` is no unit of time"),
        DurationError::NumberOverflow => "it is too long, or finer than 1 ns".to_owned(),
        DurationError::NumberExpected(_) => "a number is missing".to_owned(),
        DurationError::InvalidCharacter(offset) => {
            let rest = written.get(*offset..).unwrap_or_default();
            let unexpected = rest.chars().next().map_or_else(String::new, String::from);
            format!("`{unexpected}` was not expected")
        }
    };
    format!("not a duration, {why}: write for example `\"100ms\"` or `\"1m 30s\"`")
}

fn negated(value: &Expr) -> Option<&Expr> {
    match value {
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_), expr, ..
        }) => Some(expr),
        _ => None,
    }
}

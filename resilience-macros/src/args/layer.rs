//! `retry(..)`, `breaker(..)` and `budget(..)`: groups of settings, each of them a layer of a policy at run time.

mod check;
mod choice;
mod field;
mod tables;

use std::time::Duration;

use proc_macro2::{Span, TokenStream};

use self::field::Field;
use super::literal::At;
use super::{syntax, words};
use crate::diagnostics::Diagnostics;

#[cfg(test)]
pub(crate) use self::field::Range;
pub(crate) use self::tables::{BREAKER, BUDGET, RETRY};

/// One group of settings, with the names that it has at run time.
pub(crate) struct Group {
    /// The option, and the setter that takes the layer.
    pub(crate) key: &'static str,
    /// What has `builder()`.
    pub(crate) policy: &'static str,
    /// How it is written.
    pub(super) example: &'static str,
    /// How one of its settings is written.
    option: &'static str,
    pub(crate) fields: &'static [Field],
    /// What its settings must be to each other.
    check: fn(&Layer, &mut Diagnostics),
}

/// The settings of one group, in the order in which they were written.
pub(crate) struct Layer {
    pub(crate) group: &'static Group,
    pub(crate) settings: Vec<Setting>,
    /// Everything that is given, readable or not.
    given: Vec<&'static str>,
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
    Plain(Scalar),
    /// A variant of an enum of the runtime, with what it holds.
    Variant(&'static str, &'static str, Option<Scalar>),
}

#[derive(Clone, Copy)]
pub(crate) enum Scalar {
    Flag(bool),
    Whole(u32),
    Number(f64),
    Duration(Duration),
}

impl Group {
    /// Every setting, with an example of how it is written.
    pub(super) fn options(&self) -> Vec<(&'static str, &'static str)> {
        self.fields.iter().map(|field| (field.name, field.example)).collect()
    }

    /// How a setting is written, if `word` is one.
    pub(super) fn example_of(&self, word: &str) -> Option<&'static str> {
        self.field(word).map(|field| field.example)
    }

    fn field(&self, word: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == word)
    }

    /// Reads what stands between the parentheses.
    pub(crate) fn parse(&'static self, tokens: TokenStream, errors: &mut Diagnostics) -> Layer {
        let mut layer = Layer {
            group: self,
            settings: Vec::new(),
            given: Vec::new(),
        };
        for option in syntax::options(tokens, self.option, errors) {
            let word = option.key.to_string();
            let Some(field) = self.field(&word) else {
                errors.error(option.span(), words::unknown_in(self, &word));
                continue;
            };
            if layer.given.contains(&field.name) {
                let key = self.key;
                errors.error(
                    option.span(),
                    format!("`{word}` is given twice in `{key}(..)`: keep one of them"),
                );
                continue;
            }
            layer.given.push(field.name);
            if let Some(At { value, span }) = field.read(&option, errors) {
                layer.settings.push(Setting {
                    setter: field.name,
                    value,
                    key: option.span(),
                    place: span,
                });
            }
        }
        (self.check)(&layer, errors);
        layer
    }
}

impl Layer {
    fn get(&self, setter: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.setter == setter)
    }

    fn is_given(&self, setter: &str) -> bool {
        self.given.contains(&setter)
    }

    fn duration(&self, setter: &str) -> Option<At<Duration>> {
        let setting = self.get(setter)?;
        match setting.value {
            SettingValue::Plain(Scalar::Duration(value)) => Some(At {
                value,
                span: setting.place,
            }),
            _ => None,
        }
    }
}

//! A variant or a struct, and which of its fields its word speaks of.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Fields, Index, Member, Meta};

use super::cases::{Answer, Holder};
use super::words::{CHOICES, Choice, Word};
use crate::diagnostics::{Diagnostics, list, nearest};
use crate::tokens::is_word;

/// Where words may stand.
pub(super) struct Place<'a> {
    pub(super) name: &'a Ident,
    pub(super) attributes: &'a [Attribute],
    pub(super) fields: &'a Fields,
    pub(super) is_variant: bool,
}

impl Place<'_> {
    pub(super) fn answer(&self, word: &Word, errors: &mut Diagnostics) -> Option<Answer> {
        match &word.choice {
            Choice::Kind(kind) => Some(Answer::Kind(kind)),
            Choice::Throttled(None) => Some(Answer::Throttled(None)),
            Choice::Throttled(Some(wanted)) => self.hint(wanted, errors).map(Some).map(Answer::Throttled),
            Choice::Transparent => self.holder(word, errors).map(Answer::Of),
            Choice::With(function) => self
                .takes_all_fields(function, errors)
                .then(|| Answer::With(function.clone())),
            Choice::Interruption => {
                let holder = self.holder(word, errors)?;
                let made_by_another = self.fields.iter().any(|field| has(&field.attrs, "from"));
                if !made_by_another && self.fields.len() > 1 {
                    errors.error(
                        word.place,
                        "`#[interruption]` makes the value from an interruption alone, and cannot fill the other fields: give it one field, or write `#[classify(transparent)]` and `impl From<Interruption>` by hand",
                    );
                    return None;
                }
                Some(Answer::Interruption {
                    holder,
                    word: word.place,
                    makes_from: !made_by_another,
                })
            }
            Choice::Broken => None,
        }
    }

    /// Without a word that always holds: the source decides, or what the enum says of all. `conditional` is the last of the
    /// words that hold sometimes.
    pub(super) fn unsaid(
        &self,
        default: Option<&'static str>,
        conditional: Option<&Word>,
        errors: &mut Diagnostics,
    ) -> Option<Answer> {
        let default = default.map(|default| match default {
            "Throttled" => Answer::Throttled(None),
            kind => Answer::Kind(kind),
        });
        let sources = self.sources();
        let transparent = self.attributes.iter().any(is_transparent_error);
        let decides = |holder: Holder, default: Option<Answer>| match default {
            Some(default) => Answer::OfOr(holder, Box::new(default)),
            None => Answer::Of(holder),
        };
        match (&sources[..], self.fields.len()) {
            ([only], _) => return Some(decides(self.take(*only)?, default)),
            ([], 1) if transparent => return Some(decides(self.take(0)?, default)),
            ([_, second, ..], _) => {
                self.two_sources(*second, errors);
                return None;
            }
            _ => {}
        }
        if default.is_some() {
            return default;
        }
        let name = self.name;
        if let Some(conditional) = conditional {
            errors.error(
                conditional.place,
                format!("`{name}` does not say what it is where no condition is met: add a word without `if`, `#[permanent]` for example"),
            );
            return None;
        }
        let more = if self.is_variant {
            ", or give the enum one of the first five, for all variants that say nothing"
        } else {
            ""
        };
        errors.error(
            name.span(),
            format!("`{name}` does not say what kind of failure it is: add {CHOICES}{more}"),
        );
        None
    }

    /// The field that decides.
    fn holder(&self, word: &Word, errors: &mut Diagnostics) -> Option<Holder> {
        let text = word.choice.text();
        match (&self.sources()[..], self.fields.len()) {
            ([only], _) => self.take(*only),
            ([], 1) => self.take(0),
            ([], 0) => {
                let name = self.name;
                errors.error(word.place, format!("`{text}` speaks of a field, and `{name}` has none"));
                None
            }
            ([], _) => {
                errors.error(
                    word.place,
                    format!("`{text}` does not say which field it speaks of: mark that field `#[source]`"),
                );
                None
            }
            ([_, second, ..], _) => {
                self.two_sources(*second, errors);
                None
            }
        }
    }

    /// A closure has a parameter for each field; what a path takes is known to the compiler.
    pub(super) fn takes_all_fields(&self, function: &Expr, errors: &mut Diagnostics) -> bool {
        let (name, fields) = (self.name, self.fields.len());
        match function {
            Expr::Closure(closure) if closure.inputs.len() != fields => {
                errors.error_over(
                    function,
                    format!(
                        "this closure has {} parameters, and `{name}` has {fields} fields: each field is one",
                        closure.inputs.len()
                    ),
                );
                false
            }
            _ => true,
        }
    }

    /// The fields that are marked as the source, by us or by `thiserror`.
    fn sources(&self) -> Vec<usize> {
        let marked = |attributes: &[Attribute]| has(attributes, "source") || has(attributes, "from");
        let fields = self.fields.iter().enumerate();
        fields
            .filter(|(_, field)| marked(&field.attrs))
            .map(|(at, _)| at)
            .collect()
    }

    fn two_sources(&self, second: usize, errors: &mut Diagnostics) {
        if let Some(field) = self.fields.iter().nth(second) {
            errors.error_over(
                &field.ty,
                "a second source: only one field can decide, mark one of them",
            );
        }
    }

    fn hint(&self, wanted: &Member, errors: &mut Diagnostics) -> Option<Holder> {
        let name = spelled(wanted);
        let members: Vec<String> = self.fields.members().map(|member| spelled(&member)).collect();
        if let Some(at) = members.iter().position(|member| *member == name) {
            return self.take(at);
        }
        let owner = self.name;
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        let known = list(&members);
        let message = match nearest(&name, &members) {
            _ if members.is_empty() => format!("`{owner}` has no field: write `#[throttled]`"),
            Some(near) => format!("`{owner}` has no field `{name}`: did you mean `{near}`? known: {known}"),
            None => format!("`{owner}` has no field `{name}`, known: {known}"),
        };
        errors.error(wanted.span(), message);
        None
    }

    fn take(&self, at: usize) -> Option<Holder> {
        let member = self.fields.members().nth(at)?;
        let ty = self.fields.iter().nth(at)?.ty.clone();
        Some(Holder { member, ty })
    }
}

/// As it is written in `after = field`.
fn spelled(member: &Member) -> String {
    match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(Index { index, .. }) => index.to_string(),
    }
}

fn has(attributes: &[Attribute], word: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(word))
}

/// `#[error(transparent)]`, by which `thiserror` lets the field speak for the variant.
fn is_transparent_error(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else {
        return false;
    };
    let first = list.tokens.clone().into_iter().next();
    list.path.is_ident("error") && first.is_some_and(|token| is_word(&token, "transparent"))
}

//! The words that `#[derive(Classify)]` knows, as they stand on an item.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, LitStr, Member, Meta, Path, Token};

use crate::args;
use crate::args::Value;
use crate::diagnostics::{Diagnostics, nearest};

/// How a variant says what it is, in the order in which it is offered.
pub(super) const CHOICES: &str = "`#[transient]`, `#[throttled(after = field)]`, `#[permanent]`, `#[pending]`, `#[ignored]`, `#[interruption]` or `#[classify(transparent)]`";

/// Words that take nothing, and the kind of failure that they mean.
const KINDS: &[(&str, &str)] = &[
    ("transient", "Transient"),
    ("permanent", "Permanent"),
    ("ignored", "Ignored"),
    ("pending", "Pending"),
];

/// One word, where it stands.
pub(super) struct Word {
    pub(super) choice: Choice,
    pub(super) place: Span,
}

pub(super) enum Choice {
    /// A variant of `FailureKind` that holds nothing.
    Kind(&'static str),
    /// With the field that `after` names.
    Throttled(Option<Member>),
    Interruption,
    Transparent,
    /// Not readable, and already reported.
    Broken,
}

impl Choice {
    pub(super) fn text(&self) -> &'static str {
        match self {
            Self::Kind("Transient") => "#[transient]",
            Self::Kind("Permanent") => "#[permanent]",
            Self::Kind("Pending") => "#[pending]",
            Self::Kind(_) => "#[ignored]",
            Self::Throttled(_) => "#[throttled]",
            Self::Interruption => "#[interruption]",
            Self::Transparent | Self::Broken => "#[classify(transparent)]",
        }
    }
}

/// Whether the attributes are those of the type as a whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Type,
    Part,
}

/// All words among the attributes of an item.
pub(super) fn read(attributes: &[Attribute], whole: Whole, errors: &mut Diagnostics) -> Vec<Word> {
    let mut words = Vec::new();
    for attribute in attributes {
        let Some(name) = attribute.path().get_ident() else {
            continue;
        };
        let text = name.to_string();
        let choice = if let Some((_, kind)) = KINDS.iter().find(|(word, _)| text == *word) {
            alone(attribute, name, Choice::Kind(kind), errors)
        } else {
            match text.as_str() {
                "interruption" => alone(attribute, name, Choice::Interruption, errors),
                "throttled" => throttled(attribute, errors),
                "classify" => match options(attribute, whole, errors) {
                    Some(choice) => choice,
                    None => continue,
                },
                _ => continue,
            }
        };
        words.push(Word {
            choice,
            place: name.span(),
        });
    }
    words
}

fn alone(attribute: &Attribute, name: &Ident, choice: Choice, errors: &mut Diagnostics) -> Choice {
    if !matches!(attribute.meta, Meta::Path(_)) {
        errors.error(name.span(), format!("`#[{name}]` takes nothing: write it alone"));
    }
    choice
}

/// `#[throttled]` or `#[throttled(after = field)]`
fn throttled(attribute: &Attribute, errors: &mut Diagnostics) -> Choice {
    const RIGHT: &str = "write `#[throttled(after = field)]` with the field that holds the time, or `#[throttled]`";
    let list = match &attribute.meta {
        Meta::Path(_) => return Choice::Throttled(None),
        Meta::List(list) => list,
        Meta::NameValue(pair) => {
            errors.error_over(&pair.value, format!("`#[throttled]` has no value: {RIGHT}"));
            return Choice::Broken;
        }
    };
    let read = |input: ParseStream<'_>| {
        let key = input.call(Ident::parse_any)?;
        if key != "after" {
            return Err(syn::Error::new(
                key.span(),
                format!("`#[throttled]` has no option `{key}`: {RIGHT}"),
            ));
        }
        if input.parse::<Token![=]>().is_err() || input.is_empty() {
            return Err(syn::Error::new(key.span(), format!("`after` names a field: {RIGHT}")));
        }
        if input.peek(LitStr) {
            let quoted: LitStr = input.parse()?;
            let field = quoted.value();
            return Err(syn::Error::new(
                quoted.span(),
                format!("`after` is a field, without quotes: write `after = {field}`"),
            ));
        }
        let member = if input.peek(Ident::peek_any) {
            Member::Named(input.call(Ident::parse_any)?)
        } else {
            input.parse()?
        };
        if input.is_empty() || input.parse::<Token![,]>().is_ok() && input.is_empty() {
            return Ok(member);
        }
        Err(input.error("`after` names one field, nothing else"))
    };
    if list.tokens.is_empty() {
        return Choice::Throttled(None);
    }
    match read.parse2(list.tokens.clone()) {
        Ok(member) => Choice::Throttled(Some(member)),
        Err(error) => {
            let own = error.to_string();
            let explained = own.starts_with('`');
            errors.error(
                error.span(),
                if explained {
                    own
                } else {
                    format!("not a field: {RIGHT}")
                },
            );
            Choice::Broken
        }
    }
}

/// `#[classify(transparent)]`; `None` where it only says `crate = path`.
fn options(attribute: &Attribute, whole: Whole, errors: &mut Diagnostics) -> Option<Choice> {
    let list = match &attribute.meta {
        Meta::List(list) if !list.tokens.is_empty() => Some(list),
        _ => None,
    };
    let Some(list) = list else {
        errors.error(
            attribute.path().span(),
            "`#[classify]` says nothing by itself: write `#[classify(transparent)]` where a field decides, or `#[classify(crate = ::path::to::resilience_core)]` on the type",
        );
        return Some(Choice::Broken);
    };
    let mut choice = None;
    for option in args::options(list.tokens.clone(), "crate = ::resilience_core", errors) {
        let key = option.key.to_string();
        match key.as_str() {
            "transparent" => {
                if !matches!(option.value, Value::None | Value::Broken) {
                    errors.error(
                        option.key.span(),
                        "`transparent` takes no value: it is there, or it is not",
                    );
                }
                choice = Some(Choice::Transparent);
            }
            // Read where the path is needed.
            "crate" if whole == Whole::Type => {}
            "crate" => {
                let message =
                    "`crate` holds for the whole type: write `#[classify(crate = ..)]` before it, not on a part";
                errors.error(option.key.span(), message);
            }
            _ => {
                errors.error(option.key.span(), unknown(&key));
                choice = Some(Choice::Broken);
            }
        }
    }
    choice
}

fn unknown(key: &str) -> String {
    const WORDS: &[&str] = &[
        "transient",
        "permanent",
        "throttled",
        "pending",
        "ignored",
        "interruption",
    ];
    if let Some(word) = nearest(key, WORDS) {
        return format!("`{word}` is an attribute of its own: write `#[{word}]`");
    }
    format!("`#[classify(..)]` has no option `{key}`, known: `transparent` and `crate`")
}

/// Where the runtime is found.
pub(super) fn krate(attributes: &[Attribute], errors: &mut Diagnostics) -> Path {
    let mut path = args::default_crate();
    for attribute in attributes {
        if let (true, Meta::List(list)) = (attribute.path().is_ident("classify"), &attribute.meta) {
            // What is wrong with the others is reported where they are read.
            let mut reported_elsewhere = Diagnostics::default();
            for option in args::options(list.tokens.clone(), "", &mut reported_elsewhere) {
                if option.key == "crate" {
                    if let Some(given) = args::given_crate(&option, errors) {
                        path = given;
                    }
                }
            }
        }
    }
    path
}

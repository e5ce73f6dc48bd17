//! The words that `#[derive(Classify)]` knows, as they stand on an item.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, Member, Meta, Path};

use crate::args::{self, Value, Written};
use crate::diagnostics::{Diagnostics, nearest};
use crate::tokens::{is_punct, is_word};

/// How a variant says what it is, in the order in which it is offered.
pub(super) const CHOICES: &str = "`#[transient]`, `#[throttled(after = field)]`, `#[permanent]`, `#[pending]`, `#[ignored]`, `#[interruption]`, `#[classify(transparent)]` or `#[classify(with = path)]`";

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
    /// `if = condition`: the word is meant where that holds.
    pub(super) condition: Option<Expr>,
    pub(super) place: Span,
}

pub(super) enum Choice {
    /// A variant of `FailureKind` that holds nothing.
    Kind(&'static str),
    /// With the field that `after` names.
    Throttled(Option<Member>),
    Interruption,
    Transparent,
    /// The function that `with` names.
    With(Box<Expr>),
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
            Self::With(_) => "#[classify(with = ..)]",
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
        let mut condition = None;
        let choice = if let Some((_, kind)) = KINDS.iter().find(|(word, _)| text == *word) {
            match only_condition(attribute, name, errors) {
                Ok(found) => {
                    condition = found;
                    Choice::Kind(kind)
                }
                Err(Reported) => Choice::Broken,
            }
        } else {
            match text.as_str() {
                "interruption" => alone(attribute, name, Choice::Interruption, errors),
                "throttled" => match throttled(attribute, errors) {
                    Ok((after, found)) => {
                        condition = found;
                        Choice::Throttled(after)
                    }
                    Err(Reported) => Choice::Broken,
                },
                "classify" => match options(attribute, whole, errors) {
                    Some(choice) => choice,
                    None => continue,
                },
                _ => continue,
            }
        };
        words.push(Word {
            choice,
            condition,
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

/// What is wrong has been said.
struct Reported;

/// The options of a word, if it has parentheses.
fn list<'a>(
    attribute: &'a Attribute,
    right: &str,
    errors: &mut Diagnostics,
) -> Result<Option<&'a TokenStream>, Reported> {
    match &attribute.meta {
        Meta::Path(_) => Ok(None),
        Meta::List(list) => Ok(Some(&list.tokens)),
        Meta::NameValue(pair) => {
            let name = attribute.path().to_token_stream();
            errors.error_over(&pair.value, format!("`#[{name}]` has no value: {right}"));
            Err(Reported)
        }
    }
}

/// `#[transient]` or `#[transient(if = condition)]`
fn only_condition(attribute: &Attribute, name: &Ident, errors: &mut Diagnostics) -> Result<Option<Expr>, Reported> {
    let right = format!("write `#[{name}]`, or `#[{name}(if = condition)]` with a function from the fields to `bool`");
    let Some(tokens) = list(attribute, &right, errors)? else {
        return Ok(None);
    };
    let mut condition = None;
    for option in args::options(tokens.clone(), "if = condition", errors) {
        if option.key == "if" {
            condition = Some(function(&option, "if", errors).ok_or(Reported)?);
        } else {
            let key = &option.key;
            errors.error(key.span(), format!("`#[{name}]` has no option `{key}`: {right}"));
            return Err(Reported);
        }
    }
    Ok(condition)
}

/// `#[throttled]`, with the field of `after = field` and the condition of `if = condition`.
fn throttled(attribute: &Attribute, errors: &mut Diagnostics) -> Result<(Option<Member>, Option<Expr>), Reported> {
    const RIGHT: &str = "write `#[throttled(after = field)]` with the field that holds the time, or `#[throttled]`";
    let Some(tokens) = list(attribute, RIGHT, errors)? else {
        return Ok((None, None));
    };
    let (mut after, mut condition) = (None, None);
    for option in args::options(keywords_as_fields(tokens), "after = field", errors) {
        let key = &option.key;
        if *key == "if" {
            condition = Some(function(&option, "if", errors).ok_or(Reported)?);
        } else if *key == "after" {
            after = Some(field(&option, RIGHT, errors).ok_or(Reported)?);
        } else {
            errors.error(key.span(), format!("`#[throttled]` has no option `{key}`: {RIGHT}"));
            return Err(Reported);
        }
    }
    Ok((after, condition))
}

/// A field may have the name of a keyword, which is no expression: `after = in` is `after = r#in`.
fn keywords_as_fields(options: &TokenStream) -> TokenStream {
    const NEVER_RAW: &[&str] = &["_", "crate", "self", "Self", "super"];
    let mut before = [None, None];
    let fields = options.clone().into_iter().map(|token| {
        let is_value = match &before {
            [Some(key), Some(equals)] => is_word(key, "after") && is_punct(equals, '='),
            _ => false,
        };
        before = [before[1].take(), Some(token.clone())];
        match token {
            TokenTree::Ident(word) if is_value && !NEVER_RAW.iter().any(|never| word == never) => {
                TokenTree::Ident(Ident::new_raw(&word.unraw().to_string(), word.span()))
            }
            other => other,
        }
    });
    fields.collect()
}

/// The name or the number of a field.
fn field(option: &Written, right: &str, errors: &mut Diagnostics) -> Option<Member> {
    let Value::Assigned(value) = &option.value else {
        if !matches!(option.value, Value::Broken) {
            errors.error(option.key.span(), format!("`after` names a field: {right}"));
        }
        return None;
    };
    let member = match args::ungrouped(value) {
        Expr::Path(path) => path.path.get_ident().cloned().map(Member::Named),
        Expr::Lit(ExprLit {
            lit: Lit::Int(number), ..
        }) => syn::parse2(number.to_token_stream()).ok().map(Member::Unnamed),
        Expr::Lit(ExprLit {
            lit: Lit::Str(quoted), ..
        }) => {
            let field = quoted.value();
            errors.error_over(
                quoted,
                format!("`after` is a field, without quotes: write `after = {field}`"),
            );
            return None;
        }
        _ => None,
    };
    if member.is_none() {
        errors.error_over(value, format!("not a field: {right}"));
    }
    member
}

/// A function of the fields: a path or a closure.
fn function(option: &Written, key: &str, errors: &mut Diagnostics) -> Option<Expr> {
    match &option.value {
        Value::Assigned(value) => match args::ungrouped(value) {
            function @ (Expr::Path(_) | Expr::Closure(_)) => Some(function.clone()),
            other => {
                errors.error_over(
                    other,
                    format!("`{key}` is a path or a closure that takes a reference to each field: write for example `{key} = |status| ..`"),
                );
                None
            }
        },
        Value::Broken => None,
        Value::None | Value::List(_) => {
            errors.error(
                option.key.span(),
                format!("`{key}` takes a function of the fields: write for example `{key} = |status| ..`"),
            );
            None
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
            "`#[classify]` says nothing by itself: write `#[classify(transparent)]` where a field decides, `#[classify(with = path)]` where a function does, or `#[classify(crate = ::path::to::resilience_core)]` on the type",
        );
        return Some(Choice::Broken);
    };
    let mut choice = None;
    let mut said = Vec::new();
    for option in args::options(list.tokens.clone(), "crate = ::resilience_core", errors) {
        let key = option.key.to_string();
        said.push(key.clone());
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
            "with" => {
                choice =
                    Some(function(&option, "with", errors).map_or(Choice::Broken, |with| Choice::With(Box::new(with))));
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
    let both = |key: &str| said.iter().filter(|said| *said == key).count();
    if both("transparent") + both("with") > 1 {
        errors.error(
            attribute.path().span(),
            "`#[classify(..)]` says twice who decides: keep `transparent`, which is the field, or `with`, which is a function",
        );
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
    format!("`#[classify(..)]` has no option `{key}`, known: `transparent`, `with` and `crate`")
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

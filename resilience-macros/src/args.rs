//! The grammar of the attributes: from tokens to a model that holds a place for everything that may be reported later.

mod answers;
mod apply;
mod inherit;
mod krate;
mod layer;
mod literal;
mod name;
mod syntax;
mod words;

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprPath, LitStr, Path, Token};

use self::literal::At;
use crate::diagnostics::Diagnostics;

pub(crate) use self::apply::ApplyArgs;
pub(crate) use self::inherit::{Heir, inherited};
pub(crate) use self::krate::{default as default_crate, given as given_crate};
pub(crate) use self::layer::{BREAKER, BUDGET, Layer, RETRY, Scalar, SettingValue};
#[cfg(test)]
pub(crate) use self::layer::{Group, Range};
pub(crate) use self::literal::ungrouped;
pub(crate) use self::name::{as_name, is_name, snake_case};
pub(crate) use self::syntax::{Value, Written, options};

/// What `#[retry_service(..)]` says.
pub(crate) struct Args {
    pub(crate) krate: Path,
    pub(crate) service: Option<Service>,
    /// The word `idempotent`, if it is there.
    pub(crate) idempotent: Option<Span>,
    pub(crate) operation: Option<LitStr>,
    /// `operation` is given, readable or not.
    pub(crate) names_operation: bool,
    pub(crate) retry: Option<(Span, Layer)>,
    pub(crate) attempt_timeout: Option<(Span, Duration)>,
    pub(crate) clone: Option<(Span, Vec<Ident>)>,
    pub(crate) classify: Option<Expr>,
    pub(crate) fallback: Option<Expr>,
    /// From an interruption to the error that stands for it.
    pub(crate) interrupted: Option<ExprPath>,
    pub(crate) registry: Option<Expr>,
    /// `pointers(..)`
    pub(crate) pointers: Option<Vec<Ident>>,
    /// `breaker(..)` and `budget(..)`.
    pub(crate) layers: Vec<Layer>,
}

/// Whose options these are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// One method or function with an attribute of its own.
    Function,
    /// An `impl` block or a trait.
    Block,
    /// A method, together with the block that it is in.
    Member,
}

/// Whose breaker and budget the operation shares.
pub(crate) enum Service {
    /// `name = ".."`: looked up in a registry.
    Named(LitStr),
    /// `service = expr`: at hand.
    Given(Box<Expr>),
}

/// Every option, with an example of how it is written.
const OPTIONS: &[(&str, &str)] = &[
    ("name", "name = \"plan_service\""),
    ("service", "service = PLANS"),
    ("idempotent", "idempotent"),
    ("operation", "operation = \"fetch_plan\""),
    ("retry", "retry(max_attempts = 4, base_delay = \"100ms\")"),
    ("attempt_timeout", "attempt_timeout = \"2s\""),
    ("clone", "clone(id, body)"),
    ("classify", "classify = classify::always_transient"),
    ("fallback", "fallback = from_cache"),
    ("interrupted", "interrupted = PlanError::interrupted"),
    ("registry", "registry = registry"),
    ("crate", "crate = ::resilience_core"),
];

/// Of a trait only.
const POINTERS: (&str, &str) = ("pointers", "pointers(Arc)");

impl Args {
    /// Reads the attribute that stands at `attribute`; what is missing or wrong goes to `errors`.
    pub(crate) fn parse(tokens: TokenStream, attribute: Span, holder: Holder, errors: &mut Diagnostics) -> Self {
        let mut args = Self {
            krate: default_crate(),
            service: None,
            idempotent: None,
            operation: None,
            names_operation: false,
            retry: None,
            attempt_timeout: None,
            clone: None,
            classify: None,
            fallback: None,
            interrupted: None,
            registry: None,
            pointers: None,
            layers: Vec::new(),
        };
        let mut seen: Vec<(String, Span)> = Vec::new();
        let mut intended: Vec<&str> = Vec::new();
        for option in options(tokens, "name = \"plan_service\"", errors) {
            let key = option.key.to_string();
            let group = [&BREAKER, &BUDGET]
                .into_iter()
                .find(|group| group.key == key && holder != Holder::Function);
            let Some((_, example)) = OPTIONS
                .iter()
                .copied()
                .chain(group.map(|group| (group.key, group.example)))
                .chain((holder != Holder::Function).then_some(POINTERS))
                .find(|(name, _)| *name == key)
            else {
                // What is only counted needs no words.
                let message = if errors.is_full() {
                    String::new()
                } else {
                    words::unknown(&key)
                };
                errors.error(option.span(), message);
                if errors.is_full() {
                    continue;
                }
                // A misspelled word is one mistake: that the right one is missing is not another.
                intended.extend(words::meant(&key));
                continue;
            };
            if seen.iter().any(|(earlier, _)| *earlier == key) {
                errors.error(option.span(), format!("`{key}` is given twice: keep one of them"));
                continue;
            }
            match (
                group,
                words::misplaced_on_block(&key).filter(|_| holder == Holder::Block),
            ) {
                (_, Some(message)) => errors.error(option.span(), message),
                (Some(group), None) => {
                    let layer = list_of(&option, example, errors).map(|tokens| group.parse(tokens, errors));
                    args.layers.extend(layer);
                }
                (None, None) => args.take(&option, example, errors),
            }
            seen.push((key, option.span()));
        }
        check_service(&seen, &intended, attribute, errors);
        answers::check(&seen, holder, errors);
        if args.idempotent.is_none() && holder != Holder::Block && !intended.contains(&"idempotent") {
            args.check_once(errors);
        }
        args
    }

    fn take(&mut self, option: &Written, example: &str, errors: &mut Diagnostics) {
        let key = option.key.to_string();
        match key.as_str() {
            "name" => {
                self.service = name::valid(option, "a service", example, errors).map(Service::Named);
            }
            "service" => {
                let value = literal::assigned(option, example, errors).cloned();
                self.service = value.map(Box::new).map(Service::Given);
            }
            "idempotent" => {
                self.idempotent = Some(option.span());
                if !matches!(option.value, Value::None | Value::Broken) {
                    errors.error(option.span(), "`idempotent` takes no value: it is there, or it is not");
                }
            }
            "operation" => {
                self.names_operation = true;
                self.operation = name::valid(option, "an operation", example, errors);
            }
            "retry" => {
                self.retry =
                    list_of(option, example, errors).map(|tokens| (option.span(), RETRY.parse(tokens, errors)));
            }
            "attempt_timeout" => {
                self.attempt_timeout = attempt_timeout(option, example, errors);
            }
            "clone" => {
                self.clone = list_of(option, example, errors)
                    .map(|tokens| (option.span(), cloned_names(option, tokens, errors)));
            }
            "classify" => {
                self.classify = literal::assigned(option, example, errors).cloned();
            }
            "fallback" => {
                self.fallback = answers::fallback(option, example, errors);
            }
            "interrupted" => {
                self.interrupted = answers::interrupted(option, example, errors);
            }
            "pointers" => {
                self.pointers = list_of(option, example, errors).map(|tokens| pointers(option, tokens, errors));
            }
            "registry" => {
                self.registry = literal::assigned(option, example, errors).cloned();
            }
            _ => {
                if let Some(path) = given_crate(option, errors) {
                    self.krate = path;
                }
            }
        }
    }

    /// Options that speak of a second run mean nothing to an operation that has none.
    fn check_once(&self, errors: &mut Diagnostics) {
        if let Some((span, _)) = &self.retry {
            errors.error(
                *span,
                "`retry(..)` without `idempotent` has nothing to say, only an idempotent operation runs again: remove `retry(..)`, or add `idempotent` if running the body twice does no harm (never beside `#[apply]`)",
            );
        }
        if let Some((span, _)) = &self.clone {
            errors.error(
                *span,
                "`clone(..)` without `idempotent` is not needed, the body runs once and may consume its arguments: remove it",
            );
        }
    }
}

/// What a method of a block must not say, since the block says it.
pub(crate) fn check_member(tokens: &TokenStream, errors: &mut Diagnostics) {
    // What else is wrong is found when the options are read together with those of the block.
    for option in options(tokens.clone(), "attempt_timeout = \"2s\"", &mut Diagnostics::default()) {
        if let Some(message) = words::misplaced_on_member(&option.key.to_string()) {
            errors.error(option.span(), message);
        }
    }
}

fn check_service(seen: &[(String, Span)], intended: &[&str], attribute: Span, errors: &mut Diagnostics) {
    let at = |word: &str| seen.iter().position(|(key, _)| key == word);
    match (at("name"), at("service")) {
        (Some(name), Some(service)) => errors.error(
            seen[name.max(service)].1,
            "`name` and `service` both say which service this is: keep one of them",
        ),
        (None, None) if intended.contains(&"name") || intended.contains(&"service") => {}
        (None, None) => errors.error(
            attribute,
            "`#[retry_service]` needs to know its service: add `name = \"plan_service\"`, or `service = PLANS` with a `static PLANS: ServiceDef`",
        ),
        (None, Some(_)) => {
            for key in ["breaker", "budget"] {
                if let Some(place) = at(key) {
                    errors.error(
                        seen[place].1,
                        format!("`service` is declared elsewhere, and its `{key}` with it: write `ServiceDef::new(\"plan_service\").{key}(..)` there, or give a `name` here"),
                    );
                }
            }
            if let Some(registry) = at("registry") {
                errors.error(
                    seen[registry].1,
                    "`registry` is where a `name` is looked up, and `service` needs no looking up: keep one of them",
                );
            }
        }
        (Some(_), None) => {}
    }
}

fn attempt_timeout(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<(Span, Duration)> {
    const LEAST: Duration = Duration::from_millis(1);
    let At { value, span } = literal::duration(option, example, errors)?;
    if value < LEAST {
        let value = humantime::format_duration(value);
        errors.error(
            span,
            format!("`attempt_timeout` of {value} would end every attempt before it can answer: the least is 1ms"),
        );
        return None;
    }
    Some((option.span(), value))
}

/// The tokens between the parentheses of `key(..)`.
fn list_of(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<TokenStream> {
    match &option.value {
        Value::List(list) => Some(list.stream()),
        Value::Broken => None,
        Value::None | Value::Assigned(_) => {
            let key = &option.key;
            errors.error(
                option.span(),
                format!("`{key}` takes a list in parentheses: write `{example}`"),
            );
            None
        }
    }
}

fn cloned_names(option: &Written, tokens: TokenStream, errors: &mut Diagnostics) -> Vec<Ident> {
    let names = Punctuated::<Ident, Token![,]>::parse_terminated_with;
    let read = |input: syn::parse::ParseStream<'_>| names(input, Ident::parse_any);
    match read.parse2(tokens) {
        Ok(names) if names.is_empty() => {
            errors.error(
                option.span(),
                "`clone()` names no parameter: write for example `clone(id, body)`",
            );
            Vec::new()
        }
        Ok(names) => names.into_iter().collect(),
        Err(error) => {
            errors.error(
                error.span(),
                "`clone(..)` takes the names of parameters: write for example `clone(id, body)`",
            );
            Vec::new()
        }
    }
}

fn pointers(option: &Written, tokens: TokenStream, errors: &mut Diagnostics) -> Vec<Ident> {
    let read = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(tokens);
    let named: Vec<Ident> = read.unwrap_or_default().into_iter().collect();
    if named.is_empty() {
        errors.error(
            option.span(),
            "`pointers(..)` takes the names of pointers: write for example `pointers(Arc, Box)`",
        );
    }
    named
}

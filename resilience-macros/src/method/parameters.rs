//! What an operation that may run again does with its parameters: each attempt must start from the same values.

use proc_macro2::Span;
use syn::{Pat, ReceiverKind};

use crate::args::Args;
use crate::diagnostics::{Diagnostics, list, nearest};
use crate::expand::PerAttempt;
use crate::item::Function;
use crate::signature::{self, Parameter};
use crate::site::Site;

/// Checks `clone(..)` and every `mut`; what each attempt gets a copy of.
pub(super) fn check(
    function: &Function,
    site: &Site,
    args: &Args,
    errors: &mut Diagnostics,
) -> Vec<PerAttempt> {
    let parameters = parameters(function, site);
    let copies = copies(&parameters, args, errors);
    if let Some(place) = changing_self(function, site) {
        errors.error(
            place,
            "a failed attempt would leave `self` changed for the next one: take `self` without `mut` and begin the body with `let mut this = self.clone();`",
        );
    }
    for Parameter {
        name,
        mutable,
        by_reference,
    } in &parameters
    {
        let Some(place) = mutable else { continue };
        let copied = copies.iter().any(|copy| copy.name == *name);
        if *by_reference {
            errors.error(
                *place,
                format!("a failed attempt would leave `{name}` changed for the next one: take it by value, and write `clone({name})` in the attribute"),
            );
        } else if !copied {
            errors.error(
                *place,
                format!("a failed attempt would leave `{name}` changed for the next one: write `clone({name})` in the attribute to give each attempt its own copy"),
            );
        }
    }
    copies
}

/// All names that the parameter list brings into the body.
fn parameters(function: &Function, site: &Site) -> Vec<Parameter> {
    // `#[async_trait]` binds the same names again: the later binding is the one that the body sees.
    let again = site.bindings.iter().map(|binding| &binding.pattern);
    let mut all: Vec<Parameter> = Vec::new();
    for pattern in signature::patterns(&function.signature).chain(again) {
        for parameter in signature::names(pattern) {
            if parameter.name == "__self" {
                continue;
            }
            all.retain(|earlier| earlier.name != parameter.name);
            all.push(parameter);
        }
    }
    all
}

fn copies(
    parameters: &[Parameter],
    args: &Args,
    errors: &mut Diagnostics,
) -> Vec<PerAttempt> {
    let mut copies: Vec<PerAttempt> = Vec::new();
    for wanted in args.clone.iter().flat_map(|(_, names)| names) {
        if copies.iter().any(|copy| copy.name == *wanted) {
            errors.error(
                wanted.span(),
                format!("`{wanted}` is named twice in `clone(..)`: once is enough"),
            );
        } else if let Some(parameter) = parameters.iter().find(|known| known.name == *wanted) {
            copies.push(PerAttempt {
                name: parameter.name.clone(),
                place: wanted.span(),
                mutable: parameter.mutable,
            });
        } else {
            errors.error(wanted.span(), no_parameter(&wanted.to_string(), parameters));
        }
    }
    copies
}

fn no_parameter(wanted: &str, parameters: &[Parameter]) -> String {
    if wanted == "self" {
        return "`self` cannot be bound again for each attempt: write `self.clone()` in the body where it is consumed".to_owned();
    }
    let names: Vec<String> = parameters
        .iter()
        .map(|parameter| parameter.name.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        return format!("`clone({wanted})`: the function has no parameter to clone");
    }
    let known = list(&names);
    match nearest(wanted, &names) {
        Some(near) => format!("no parameter is called `{wanted}`: did you mean `{near}`? known are {known}"),
        None => format!("no parameter is called `{wanted}`: known are {known}"),
    }
}

/// The `mut` of a `self` that is taken by value.
fn changing_self(function: &Function, site: &Site) -> Option<Span> {
    let receiver = function.signature.receiver()?;
    if let Some(mutability) = &receiver.mutability {
        return Some(mutability.span);
    }
    // `#[async_trait]` writes `let mut __self = self;` for `mut self`, but for `&mut self` as well.
    if matches!(receiver.kind, ReceiverKind::Reference(..)) {
        return None;
    }
    site.bindings.iter().find_map(|binding| match &binding.pattern {
        Pat::Ident(name) if name.ident == "__self" => name.mutability.map(|place| place.span),
        _ => None,
    })
}

//! What an operation that may run again does with its parameters: each attempt must start from the same values.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Expr, FnArg, Pat, ReceiverKind, Type};

use crate::args::Args;
use crate::diagnostics::{Diagnostics, list, nearest};
use crate::expand::PerAttempt;
use crate::item::Function;
use crate::signature::{self, Parameter};
use crate::site::Site;
use crate::tokens::{has_one_of, is_punct, is_word};

/// Checks `clone(..)` and every `mut`; what each attempt gets a copy of.
pub(super) fn check(function: &Function, site: &Site, args: &Args, errors: &mut Diagnostics) -> Vec<PerAttempt> {
    let parameters = parameters(function, site);
    let copies = copies(&parameters, args, errors);
    if let Some(words) = changing_self(function, site) {
        errors.error_over(
            words,
            "a failed attempt would leave `self` changed for the next one: take `self` without `mut` and begin the body with `let mut this = self.clone();`",
        );
    }
    for Parameter {
        name,
        mutable,
        by_reference,
    } in &parameters
    {
        let Some(mutable) = mutable else { continue };
        let advice = if *by_reference {
            format!("take it by value, and write `clone({name})` in the attribute")
        } else if copies.iter().any(|copy| copy.name == *name) {
            continue;
        } else if is_exclusive_borrow(function, name) {
            format!("take it without `mut`, and begin the body with `let {name} = &mut *{name};`")
        } else {
            format!("write `clone({name})` in the attribute to give each attempt its own copy")
        };
        let mutable = Ident::new("mut", *mutable);
        errors.error_over(
            quote!(#mutable #name),
            format!("a failed attempt would leave `{name}` changed for the next one: {advice}"),
        );
    }
    copies
}

/// Whether an expression of the attribute names a parameter: the words decide, whatever they mean there.
pub(super) fn are_named_in(expression: Option<&Expr>, function: &Function) -> bool {
    let Some(expression) = expression else { return false };
    let mut names: Vec<String> = signature::patterns(&function.signature)
        .flat_map(signature::names)
        .map(|parameter| parameter.name.to_string())
        .collect();
    names.push("self".to_owned());
    has_one_of(expression.to_token_stream(), &names)
}

/// Whether the parameter is a `&mut`, of which no attempt can have a copy.
fn is_exclusive_borrow(function: &Function, name: &Ident) -> bool {
    function.signature.inputs.iter().any(|input| match input {
        FnArg::Typed(typed) => {
            let named = matches!(&*typed.pat, Pat::Ident(pattern) if pattern.ident == *name);
            named && matches!(&*typed.ty, Type::Reference(reference) if reference.mutability.is_some())
        }
        FnArg::Receiver(_) => false,
    })
}

/// All names that the parameter list brings into the body.
fn parameters(function: &Function, site: &Site) -> Vec<Parameter> {
    // `#[async_trait]` binds the same names again: the later binding is the one that the body sees.
    let again = site.bindings.iter().map(|binding| &binding.pattern);
    let mut all: Vec<Parameter> = Vec::new();
    for pattern in signature::patterns(&function.signature).chain(again) {
        for parameter in signature::names(pattern) {
            let name = parameter.name.to_string();
            if name == "__self" || (!site.bindings.is_empty() && name.starts_with("__arg")) {
                // Of `#[async_trait]`, for `self` and for parameters that are patterns.
                continue;
            }
            all.retain(|earlier| earlier.name != parameter.name);
            all.push(parameter);
        }
    }
    all
}

fn copies(parameters: &[Parameter], args: &Args, errors: &mut Diagnostics) -> Vec<PerAttempt> {
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
        return "`self` cannot be bound again for each attempt: write `self.clone()` in the body where it is consumed"
            .to_owned();
    }
    let names: Vec<String> = parameters.iter().map(|parameter| parameter.name.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        return format!("`clone({wanted})`: the function has no parameter to clone");
    }
    let known = list(&names);
    match nearest(wanted, &names) {
        Some(near) => format!("no parameter is called `{wanted}`: did you mean `{near}`? known: {known}"),
        None => format!("no parameter is called `{wanted}`, known: {known}"),
    }
}

/// The `mut self` of a `self` that is taken by value.
fn changing_self(function: &Function, site: &Site) -> Option<TokenStream> {
    let receiver = function.signature.receiver()?;
    if borrows_exclusively(&receiver.kind) {
        return None;
    }
    if let Some(mutability) = &receiver.mutability {
        let name = &receiver.self_token;
        return Some(quote!(#mutability #name));
    }
    site.bindings.iter().find_map(|binding| match &binding.pattern {
        Pat::Ident(pattern) if pattern.ident == "__self" => {
            let (mutability, name) = (pattern.mutability?, &pattern.ident);
            Some(quote!(#mutability #name))
        }
        _ => None,
    })
}

/// Whether `self` is `&mut self` or `self: Pin<&mut Self>`: what is changed is not the parameter but what it borrows,
/// and `mut self` only serves to reborrow. `#[async_trait]` writes `let mut __self = self;` for these, too.
fn borrows_exclusively(kind: &ReceiverKind) -> bool {
    let ty = match kind {
        ReceiverKind::Reference(..) => return true,
        ReceiverKind::Typed(_, ty) => ty.to_token_stream(),
        _ => return false,
    };
    let tokens: Vec<TokenTree> = ty.into_iter().collect();
    tokens
        .windows(2)
        .any(|pair| is_punct(&pair[0], '&') && is_word(&pair[1], "mut"))
}

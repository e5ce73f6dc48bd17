//! What an operation that may run again does with its parameters: each attempt must start from the same values.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Expr, FnArg, Pat, ReceiverKind, Type, TypeReference};

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
    let mut copies = copies(&parameters, args, errors);
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
        if !by_reference && is_shared_borrow(function, name) {
            copies.retain(|copy| copy.name != *name);
            copies.push(PerAttempt {
                cloned: false,
                name: name.clone(),
                place: *mutable,
                mutable: Some(*mutable),
            });
            continue;
        }
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

/// The parameters that the only attempt may change. They are bound again in its block: what the block captures could not be
/// pointed at its locals.
pub(super) fn changed(function: &Function, site: &Site, shares_parameters: bool) -> Vec<PerAttempt> {
    let changed = parameters(function, site).into_iter().filter_map(|parameter| {
        let mutable = parameter.mutable.filter(|_| !parameter.by_reference)?;
        // The fallback finds what is copied, and not what the attempt has taken.
        let stays = !shares_parameters || is_shared_borrow(function, &parameter.name);
        stays.then_some(PerAttempt {
            cloned: false,
            place: mutable,
            mutable: Some(mutable),
            name: parameter.name,
        })
    });
    changed.collect()
}

/// The parameters besides `copies` that the body uses: a block that borrows `self` must be told to take them.
pub(super) fn others(function: &Function, site: &Site, copies: &[PerAttempt]) -> Vec<PerAttempt> {
    let others = parameters(function, site).into_iter().filter(|parameter| {
        let known = copies.iter().any(|copy| copy.name == parameter.name);
        !known && has_one_of(site.statements.clone(), &[parameter.name.to_string()])
    });
    let others = others.map(|parameter| PerAttempt {
        cloned: false,
        place: parameter.name.span(),
        mutable: None,
        name: parameter.name,
    });
    others.collect()
}

/// The `self` that is taken by value and may be changed.
pub(super) fn changed_self(function: &Function, site: &Site) -> Option<Ident> {
    changing_self(function, site)?;
    let receiver = function.signature.receiver()?;
    let this = || Ident::new("self", receiver.self_token.span);
    Some(site.renamed_self().cloned().unwrap_or_else(this))
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
    borrow(function, name).is_some_and(|borrow| borrow.mutability.is_some())
}

/// Whether the parameter is a `&`, which is copied.
fn is_shared_borrow(function: &Function, name: &Ident) -> bool {
    borrow(function, name).is_some_and(|borrow| borrow.mutability.is_none())
}

/// The type of the parameter, if it is a reference.
fn borrow<'a>(function: &'a Function, name: &Ident) -> Option<&'a TypeReference> {
    function.signature.inputs.iter().find_map(|input| match input {
        FnArg::Typed(typed) => match (&*typed.pat, &*typed.ty) {
            (Pat::Ident(pattern), Type::Reference(reference)) if pattern.ident == *name => Some(reference),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

/// All names that the parameter list brings into the body.
pub(super) fn parameters(function: &Function, site: &Site) -> Vec<Parameter> {
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
                cloned: true,
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

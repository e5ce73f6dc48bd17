//! What the attribute of a block says of all methods must be meant for one of them, and their operations need different names.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{Attribute, LitStr, Meta};

use super::{Block, BlockItem, ItemKind};
use crate::args::Args;
use crate::diagnostics::{Diagnostics, list, nearest};
use crate::method::derived_name;
use crate::seal::is_inert;
use crate::signature;
use crate::tokens::{is_punct, is_word};

/// Checks what only all methods together can show to be wrong.
pub(crate) fn check(block: &Block, args: &Args, errors: &mut Diagnostics) {
    if let (Some((_, cloned)), true) = (&args.clone, block.is_readable()) {
        check_cloned(cloned, &block.items, errors);
    }
    check_operations(&block.items, errors);
}

/// Reports the names in `clone(..)` of a block that no marked method has as a parameter.
fn check_cloned(cloned: &[Ident], items: &[BlockItem], errors: &mut Diagnostics) {
    let signatures = items.iter().filter_map(|item| match &item.kind {
        ItemKind::Method(signature, _) if item.may_be_marked() => Some(signature),
        _ => None,
    });
    let patterns = signatures.flat_map(|signature| signature::patterns(signature));
    let mut parameters: Vec<String> = patterns
        .flat_map(signature::names)
        .map(|parameter| parameter.name.to_string())
        .collect();
    parameters.sort();
    parameters.dedup();
    let known: Vec<&str> = parameters.iter().map(String::as_str).collect();
    for name in cloned.iter().filter(|name| !parameters.contains(&name.to_string())) {
        let message = format!("no marked method of this block has a parameter `{name}`");
        let hint = match nearest(&name.to_string(), &known) {
            Some(near) => format!(": did you mean `{near}`?"),
            None if known.is_empty() => String::new(),
            None => format!(", known: {}", list(&known)),
        };
        errors.error(name.span(), message + &hint);
    }
}

/// Reports methods whose operations have one name: settings, statistics and events could not tell them apart.
fn check_operations(items: &[BlockItem], errors: &mut Diagnostics) {
    let mut seen: Vec<(String, &Ident)> = Vec::new();
    for item in items.iter().filter(|item| item.may_be_marked()) {
        // Of methods with a condition only one may be there.
        let sometimes = |attribute: &Attribute| {
            let path = attribute.path();
            path.is_ident("cfg") || path.is_ident("cfg_attr")
        };
        let ItemKind::Method(signature, _) = &item.kind else {
            continue;
        };
        if item.attributes.iter().any(sometimes) {
            continue;
        }
        let method = &signature.ident;
        let Some(name) = given(&item.attributes).or_else(|| derived_name(method)) else {
            continue;
        };
        match seen.iter().find(|(earlier, of)| *earlier == name && *of != method) {
            Some((_, earlier)) => errors.error(
                method.span(),
                format!(
                    "the operations of `{earlier}` and `{method}` are both called `{name}`: write `operation = \"..\"` in the \
                     mark of one of them"
                ),
            ),
            None => seen.push((name, method)),
        }
    }
}

/// The name that a mark gives the operation.
fn given(attributes: &[Attribute]) -> Option<String> {
    attributes
        .iter()
        .filter(|attribute| !is_inert(attribute))
        .find_map(|attribute| {
            let Meta::List(list) = &attribute.meta else { return None };
            operation(&list.tokens)
        })
}

fn operation(options: &TokenStream) -> Option<String> {
    let tokens: Vec<TokenTree> = options.clone().into_iter().collect();
    tokens.windows(3).find_map(|window| match window {
        [key, equals, value] if is_word(key, "operation") && is_punct(equals, '=') => {
            let name: LitStr = syn::parse2(value.clone().into()).ok()?;
            Some(name.value())
        }
        _ => None,
    })
}

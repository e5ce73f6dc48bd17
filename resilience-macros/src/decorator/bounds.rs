//! What the implementation inside a decorator must be able to do, and which supertraits a decorator can have.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Signature, Type, TypeParamBound, WherePredicate, parse_quote_spanned};

use crate::diagnostics::Diagnostics;
use crate::signature::returns_future;

/// Bounds that a method puts on `Self`, put on the type inside. Those of lifetimes follow by themselves.
pub(super) fn of_self(signature: &Signature, parameter: &Ident) -> Vec<WherePredicate> {
    let Some(clause) = &signature.generics.where_clause else {
        return Vec::new();
    };
    let mut needs = Vec::new();
    for predicate in &clause.predicates {
        let WherePredicate::Type(predicate) = predicate else {
            continue;
        };
        let of_self = matches!(&predicate.bounded_ty, Type::Path(path) if path.path.is_ident("Self"));
        if !of_self || predicate.lifetimes.is_some() {
            continue;
        }
        for bound in &predicate.bounds {
            let TypeParamBound::Trait(bound) = bound else { continue };
            let own = signature
                .generics
                .params
                .iter()
                .any(|own| mentions(bound.to_token_stream(), own));
            if !own && bound.path.segments.last().is_some_and(|last| last.ident != "Sized") {
                needs.push(parse_quote_spanned!(Span::mixed_site()=> #parameter: #bound));
            }
        }
    }
    needs
}

fn mentions(tokens: TokenStream, parameter: &GenericParam) -> bool {
    let name = match parameter {
        GenericParam::Type(ty) => &ty.ident,
        GenericParam::Const(constant) => &constant.ident,
        GenericParam::Lifetime(lifetime) => &lifetime.lifetime.ident,
    };
    let mut words = Vec::new();
    collect_words(tokens, &mut words);
    words.iter().any(|word| name == word)
}

/// Whether a returned future is said to be `Send`.
pub(super) fn promises_send(signature: &Signature) -> bool {
    if !returns_future(signature) {
        return false;
    }
    let mut words = Vec::new();
    collect_words(signature.output.to_token_stream(), &mut words);
    words.iter().any(|word| word == "Send")
}

/// Supertraits that a decorator has when the type inside has them.
pub(super) fn check_supertrait(bound: &TypeParamBound, errors: &mut Diagnostics) {
    const FOLLOWING: &[&str] = &[
        "Any",
        "Clone",
        "Debug",
        "RefUnwindSafe",
        "Send",
        "Sized",
        "Sync",
        "Unpin",
        "UnwindSafe",
    ];
    let TypeParamBound::Trait(bound) = bound else { return };
    let last = bound.path.segments.last();
    if last.is_some_and(|last| FOLLOWING.iter().any(|known| last.ident == known)) {
        return;
    }
    let name = last.map_or_else(String::new, |last| last.ident.to_string());
    errors.error_over(
        bound,
        format!(
            "the decorator cannot forward the supertrait `{name}`, whose methods are not seen here: write \
             `where Self: {name}` in place of `: {name}`, and implement it for the decorator"
        ),
    );
}

/// All words of the tokens, however deep.
pub(super) fn collect_words(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Group(group) => collect_words(group.stream(), words),
            _ => {}
        }
    }
}

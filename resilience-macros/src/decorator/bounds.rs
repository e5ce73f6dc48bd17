//! What the implementation inside a decorator must be able to do, and which supertraits a decorator can have.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{GenericParam, Signature, Type, TypeParamBound, WherePredicate, parse_quote_spanned};

use crate::signature::returns_future;
use crate::tokens::has_one_of;

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
    has_one_of(tokens, &[name.to_string()])
}

/// Whether a returned future is said to be `Send`.
pub(super) fn promises_send(signature: &Signature) -> bool {
    returns_future(signature) && has_one_of(signature.output.to_token_stream(), &["Send"])
}

/// Supertraits that a decorator does not have by itself when the type inside has them.
pub(super) fn is_foreign(bound: &TypeParamBound) -> bool {
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
    let TypeParamBound::Trait(bound) = bound else {
        return false;
    };
    let last = bound.path.segments.last();
    !last.is_some_and(|last| FOLLOWING.iter().any(|known| last.ident == known))
}

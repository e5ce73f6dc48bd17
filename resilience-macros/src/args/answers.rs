//! What a call answers where there is no outcome: `fallback = ..` and `interrupted = ..`.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Expr, ExprPath};

use super::syntax::Written;
use super::{Holder, literal};
use crate::diagnostics::Diagnostics;

/// A path, or a closure with one parameter.
pub(super) fn fallback(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<Expr> {
    let value = literal::assigned(option, example, errors)?;
    let place = match value {
        Expr::Closure(closure) if closure.inputs.len() != 1 => &closure.inputs as &dyn ToTokens,
        Expr::Lit(literal) => literal,
        _ => return Some(value.clone()),
    };
    let message = "`fallback` is a function or a closure that makes the answer of the last failure: write for example `fallback = |failure| failure.into_outcome()`";
    if place.to_token_stream().is_empty() {
        errors.error_over(value, message);
    } else {
        errors.error_over(place, message);
    }
    None
}

/// The path of a function from an interruption to an error.
pub(super) fn interrupted(option: &Written, example: &str, errors: &mut Diagnostics) -> Option<ExprPath> {
    match literal::assigned(option, example, errors)? {
        Expr::Path(path) => Some(path.clone()),
        other => {
            errors.error_over(
                other,
                format!(
                    "`interrupted` is the path of a function from `Interruption` to the error type: write `{example}`"
                ),
            );
            None
        }
    }
}

/// A fallback answers every interruption by itself.
pub(super) fn check(seen: &[(String, Span)], holder: Holder, errors: &mut Diagnostics) {
    let at = |word: &str| seen.iter().position(|(key, _)| key == word);
    if let (Some(fallback), Some(interrupted)) = (at("fallback"), at("interrupted")) {
        // The options of a method come before those of its block.
        let place = match holder {
            Holder::Member => fallback.min(interrupted),
            Holder::Function | Holder::Block => fallback.max(interrupted),
        };
        errors.error(
            seen[place].1,
            "`fallback` and `interrupted` both answer an interrupted call: keep `fallback`, which answers every failure, or \
             `interrupted`, which only makes the error",
        );
    }
}

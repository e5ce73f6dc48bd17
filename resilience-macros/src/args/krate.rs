//! `crate = path`: where the expansion finds the runtime, for crates that reach it through another one.

use proc_macro2::Span;
use syn::{Expr, ExprLit, ExprPath, Lit, Path, PathArguments, parse_quote_spanned};

use super::literal;
use super::syntax::Written;
use crate::diagnostics::Diagnostics;

pub(crate) fn default() -> Path {
    parse_quote_spanned!(Span::mixed_site()=> ::resilience_core)
}

/// The path of `crate = path`. Only absolute ones: the expansion may land in any module.
pub(crate) fn given(option: &Written, errors: &mut Diagnostics) -> Option<Path> {
    let example = "crate = ::resilience_core";
    let value = literal::assigned(option, example, errors)?;
    let Expr::Path(ExprPath { qself: None, path, .. }) = value else {
        let example = match value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(quoted), ..
            }) => format!("crate = {}", quoted.value()),
            _ => example.to_owned(),
        };
        errors.error_over(value, format!("`crate` is a path without quotes: write `{example}`"));
        return None;
    };
    if path
        .segments
        .iter()
        .any(|segment| !matches!(segment.arguments, PathArguments::None))
    {
        errors.error_over(path, format!("`crate` is a plain path: write `{example}`"));
        return None;
    }
    let spelled: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let first = spelled.first().map(String::as_str);
    if path.leading_colon.is_some() || matches!(first, Some("crate" | "$crate")) {
        return Some(path.clone());
    }
    let message = if matches!(first, Some("self" | "super")) {
        "`crate` is an absolute path: begin with `crate::`, not with `self` or `super`".to_owned()
    } else {
        let spelled = spelled.join("::");
        format!(
            "`crate` is an absolute path: write `crate = ::{spelled}` for another crate, or `crate = crate::{spelled}` for a module of this one"
        )
    };
    errors.error_over(path, message);
    None
}

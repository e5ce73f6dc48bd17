//! What `#[apply]` says by itself: how it answers, and where the runtime is found.

use proc_macro2::{Ident, TokenStream};
use syn::{Expr, ExprPath, Path};

use super::krate::{default as default_crate, given as given_crate};
use super::syntax::options;
use super::{OPTIONS, answers, literal};
use crate::diagnostics::Diagnostics;

/// What `#[apply]` says where it stands alone.
pub(crate) struct ApplyArgs {
    pub(crate) krate: Path,
    pub(crate) interrupted: Option<ExprPath>,
    pub(crate) classify: Option<Expr>,
    /// The first option that says how the function answers.
    pub(crate) answers: Option<Ident>,
}

impl ApplyArgs {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Diagnostics) -> Self {
        let mut args = Self {
            krate: default_crate(),
            interrupted: None,
            classify: None,
            answers: None,
        };
        let mut seen: Vec<String> = Vec::new();
        for option in options(tokens, "crate = ::resilience_core", errors) {
            let key = option.key.to_string();
            let known = OPTIONS.iter().find(|(name, _)| *name == key);
            if seen.contains(&key) {
                errors.error(option.span(), format!("`{key}` is given twice: keep one of them"));
                continue;
            }
            match (key.as_str(), known) {
                ("crate", _) => args.krate = given_crate(&option, errors).unwrap_or(args.krate),
                ("interrupted", Some((_, example))) => {
                    args.interrupted = answers::interrupted(&option, example, errors);
                }
                ("classify", Some((_, example))) => {
                    args.classify = literal::assigned(&option, example, errors).cloned();
                }
                (_, Some(_)) => {
                    errors.error(
                        option.span(),
                        format!("`#[apply]` has no option `{key}`: it belongs into a `#[retry_service(..)]` beside it"),
                    );
                    continue;
                }
                (_, None) => {
                    errors.error(
                        option.span(),
                        format!(
                            "`#[apply]` has no option `{key}`: write it alone, or with `interrupted`, `classify` or `crate`"
                        ),
                    );
                    continue;
                }
            }
            if key != "crate" && args.answers.is_none() {
                args.answers = Some(option.key);
            }
            seen.push(key);
        }
        args
    }
}

//! What the methods of a decorator return that is not simply what the implementation inside returns.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{FnArg, GenericArgument, PathArguments, Receiver, ReturnType, Signature, Type};

use super::{bare_self, this};
use crate::diagnostics::Diagnostics;
use crate::signature::outlives_self;
use crate::tokens::is_punct;

/// A `Self` that the implementation gives, and that the decorator goes round.
#[derive(Clone, Copy)]
pub(super) enum Given {
    /// `Self`
    Bare,
    /// `Result<Self, E>` or `Option<Self>`
    Inside,
}

impl Given {
    pub(super) fn of(signature: &Signature) -> Option<Self> {
        let ReturnType::Type(_, ty) = &signature.output else {
            return None;
        };
        let Type::Path(path) = &**ty else { return None };
        if path.path.is_ident("Self") {
            return Some(Self::Bare);
        }
        let last = path.path.segments.last()?;
        let name = last.ident.to_string();
        let PathArguments::AngleBracketed(arguments) = &last.arguments else {
            return None;
        };
        let mut arguments = arguments.args.iter();
        let first = matches!(arguments.next()?, GenericArgument::Type(Type::Path(path)) if path.path.is_ident("Self"));
        let rest = arguments.any(|argument| bare_self(argument.to_token_stream()).is_some());
        (first && !rest && (name == "Option" || name.ends_with("Result"))).then_some(Self::Inside)
    }

    /// What the call gives, with the decorator round it.
    pub(super) fn decorated(self, call: &TokenStream, signature: &Signature) -> TokenStream {
        let ours = Span::mixed_site();
        let service = match signature.receiver() {
            None => quote_spanned!(ours=> ::core::option::Option::None),
            Some(receiver) => {
                let this = this(receiver);
                quote_spanned!(ours=> #this.service)
            }
        };
        match self {
            Self::Bare => quote_spanned!(ours=> let service = #service; Self { inner: #call, service }),
            Self::Inside => {
                quote_spanned!(ours=> let service = #service; #call.map(|inner| Self { inner, service }))
            }
        }
    }
}

/// Whether the decorator must give the future a copy of what is inside: it may live longer than `self`.
pub(crate) fn takes_copy(signature: &Signature) -> bool {
    let by_reference = |receiver: &Receiver| matches!(receiver.kind, syn::ReceiverKind::Reference(..));
    outlives_self(signature) && signature.receiver().is_some_and(by_reference)
}

/// The name of that copy. It passes through two macros: the hygiene is that of `self`.
pub(super) fn copy_of(receiver: &Receiver) -> Ident {
    Ident::new("copy_of_decorator", receiver.self_token.span)
}

/// Refuses what such a future cannot have.
pub(super) fn check_copy(signature: &Signature, errors: &mut Diagnostics) {
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                if let syn::ReceiverKind::Reference(_, _, Some(_)) = receiver.kind {
                    errors.error_over(
                        receiver,
                        "the decorator cannot forward `&mut self` into a future that outlives it: return `+ '_`, or take `&self`",
                    );
                }
            }
            FnArg::Typed(parameter) => {
                if borrows(parameter.ty.to_token_stream()) {
                    errors.error_over(
                        parameter,
                        "the decorator cannot forward a reference into a future that outlives it: return `+ '_`, or take the value",
                    );
                }
            }
        }
    }
}

/// Whether the type has a reference in it that is not `'static`.
fn borrows(ty: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = ty.into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => borrows(group.stream()),
        token if is_punct(token, '&') => {
            !matches!(tokens.get(at + 2), Some(TokenTree::Ident(lifetime)) if lifetime == "static")
        }
        _ => false,
    })
}

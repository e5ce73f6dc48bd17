//! One method of a decorator: the signature of the trait's method, and a body that calls the implementation inside.

mod copies;
mod returned;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Expr, FnArg, GenericParam, Pat, Receiver, ReceiverKind, ReturnType, Safety, Signature, Type, parse_quote_spanned,
};

pub(crate) use self::copies::is_copy;
pub(crate) use self::copies::{copy_parameters, says_copy};
use self::returned::Given;
pub(crate) use self::returned::takes_copy;
use crate::args::Args;
use crate::block::BlockItem;
use crate::diagnostics::Diagnostics;
use crate::item::Function;
use crate::signature::returns_future;
use crate::tokens::{is_punct, is_word};

/// The method of a decorator; `None` where it has none, and the default body of the trait serves as it is.
pub(crate) fn method(
    item: &BlockItem,
    signature: &Signature,
    implementation: &TokenStream,
    errors: &mut Diagnostics,
) -> Option<TokenStream> {
    let given = Given::of(signature);
    if let Some(place) = mentions_self_beside(signature, given) {
        if item.body().is_some() && !item.may_be_marked() {
            return None;
        }
        let name = &signature.ident;
        errors.error(
            place,
            format!(
                "the decorator cannot forward `{name}`: a `Self` there is the decorator, and a `Self` inside is the \
                 implementation; give `{name}` a default body and no mark, or move it to a trait of its own"
            ),
        );
        return None;
    }
    // What is not marked is handed through as it is, whatever it outlives.
    let copied = item.may_be_marked() && takes_copy(signature);
    let receiver = match signature.receiver() {
        None => None,
        Some(receiver) if copied => {
            returned::check_copy(signature, errors);
            let copy = returned::copy_of(receiver);
            Some(quote_spanned!(Span::mixed_site()=> &#copy.inner))
        }
        Some(receiver) => Some(inner(receiver, errors)?),
    };
    let (signature, call) = forwarded(signature, implementation, receiver, errors);
    let ours = Span::mixed_site().located_at(signature.ident.span());
    let call = match given {
        _ if signature.asyncness.is_none() => call,
        _ => quote_spanned!(ours=> #call.await),
    };
    let body = if let Some(given) = given {
        given.decorated(&call, &signature)
    } else if signature.asyncness.is_some() || !item.may_be_marked() {
        call
    } else if is_boxed_future(&signature) {
        quote_spanned!(ours=> ::std::boxed::Box::pin(async move { #call.await }))
    } else if returns_future(&signature) {
        quote_spanned!(ours=> async move { #call.await })
    } else {
        call
    };
    let copy = signature.receiver().filter(|_| copied).map(|receiver| {
        let (this, copy) = (this(receiver), returned::copy_of(receiver));
        quote_spanned!(ours=> let #copy = ::core::clone::Clone::clone(#this);)
    });
    Some(quote_spanned!(ours=> #signature { #copy #body }))
}

/// The signature with a plain name for every parameter, and a call of the implementation with these.
pub(crate) fn forwarded(
    signature: &Signature,
    implementation: &TokenStream,
    receiver: Option<TokenStream>,
    errors: &mut Diagnostics,
) -> (Signature, TokenStream) {
    let mut signature = signature.clone();
    let arguments = arguments(&mut signature, errors);
    let name = &signature.ident;
    let generics = turbofish(&signature);
    // What is wrong with the call is wrong with this method, not with the attribute of the trait.
    let ours = Span::mixed_site().located_at(signature.ident.span());
    let arguments = receiver
        .into_iter()
        .chain(arguments.iter().map(ToTokens::to_token_stream));
    let mut call = quote_spanned!(ours=> #implementation::#name #generics (#(#arguments),*));
    if let Safety::Unsafe(_) = signature.safety {
        call = quote_spanned!(ours=> unsafe { #call });
    }
    (signature, call)
}

/// `self.service`, where a decorator keeps the service that it may have been given.
pub(crate) fn handle(signature: &Signature) -> Option<Expr> {
    let receiver = signature.receiver()?;
    if takes_copy(signature) {
        let copy = returned::copy_of(receiver);
        return Some(parse_quote_spanned!(Span::mixed_site()=> #copy.service));
    }
    let this = this(receiver);
    Some(parse_quote_spanned!(Span::mixed_site()=> #this.service))
}

/// What an idempotent method takes by value must be said to be copied: an attempt gives it away.
pub(crate) fn check_repeatable(function: &Function, known: &[Ident], args: &Args, errors: &mut Diagnostics) {
    let copied = |name: &Ident| {
        let mut names = args.clone.iter().flat_map(|(_, names)| names);
        names.any(|copied| copied == name)
    };
    for input in &function.signature.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                let by_value = match &receiver.kind {
                    ReceiverKind::Value => true,
                    ReceiverKind::Typed(_, ty) => !matches!(**ty, Type::Reference(_)),
                    _ => false,
                };
                if by_value {
                    errors.error_over(
                        receiver,
                        "an `idempotent` method of a trait cannot take `self` by value: the first attempt would give \
                         the implementation away; take `&self`, or mark the method `#[plain]`",
                    );
                }
            }
            FnArg::Typed(parameter) => {
                let Pat::Ident(name) = &*parameter.pat else { continue };
                if !is_copy(&parameter.ty, &function.signature, known) && !copied(&name.ident) {
                    let name = &name.ident;
                    errors.error_over(
                        parameter,
                        format!(
                            "`{name}` is taken by value, and every attempt needs one: write `clone({name})` in the \
                             mark of the method, or take it by reference"
                        ),
                    );
                }
            }
        }
    }
}

/// The receiver of the implementation inside.
fn inner(receiver: &Receiver, errors: &mut Diagnostics) -> Option<TokenStream> {
    let this = this(receiver);
    let ours = Span::mixed_site();
    match &receiver.kind {
        ReceiverKind::Value => Some(quote_spanned!(ours=> #this.inner)),
        ReceiverKind::Reference(_, _, None) => Some(quote_spanned!(ours=> &#this.inner)),
        ReceiverKind::Reference(_, _, Some(_)) => Some(quote_spanned!(ours=> &mut #this.inner)),
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(ty) if is_self(&ty.elem) => {
                let mutability = &ty.mutability;
                Some(quote_spanned!(ours=> &#mutability #this.inner))
            }
            Type::Path(path) if is_self(ty) || path.path.is_ident("Self") => Some(quote_spanned!(ours=> #this.inner)),
            Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Box") => {
                Some(quote_spanned!(ours=> ::std::boxed::Box::new((*#this).inner)))
            }
            ty => {
                errors.error_over(
                    ty,
                    "the decorator cannot forward this `self`: what is inside cannot be taken out of it; take `&self`, `&mut self`, `self` or `self: Box<Self>`",
                );
                None
            }
        },
        _ => None,
    }
}

fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("Self"))
}

/// `self`, as the signature has it.
pub(crate) fn this(receiver: &Receiver) -> Ident {
    Ident::new("self", receiver.self_token.span)
}

/// Gives every parameter a plain name; the names.
fn arguments(signature: &mut Signature, errors: &mut Diagnostics) -> Vec<Ident> {
    let mut names = Vec::new();
    for (number, input) in signature.inputs.iter_mut().enumerate() {
        let FnArg::Typed(parameter) = input else { continue };
        if let Some(condition) = parameter
            .attrs
            .iter()
            .find(|attribute| attribute.path().is_ident("cfg"))
        {
            errors.error_over(
                condition,
                "the decorator cannot forward a parameter that is there only sometimes: write two methods with a `#[cfg(..)]` each",
            );
        }
        parameter.attrs.retain(|attribute| attribute.path().is_ident("cfg"));
        let name = match &*parameter.pat {
            Pat::Ident(name) => name.ident.clone(),
            _ => Ident::new(&format!("argument_{number}"), Span::mixed_site()),
        };
        *parameter.pat = Pat::Ident(syn::PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: name.clone(),
            subpat: None,
        });
        names.push(name);
    }
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first_mut() {
        if !matches!(receiver.kind, ReceiverKind::Reference(..)) {
            receiver.mutability = None;
        }
    }
    names
}

/// `::<T, N>`: not everything generic can be inferred from the arguments.
fn turbofish(signature: &Signature) -> Option<TokenStream> {
    let names: Vec<&Ident> = signature
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(ty) => Some(&ty.ident),
            GenericParam::Const(constant) => Some(&constant.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    (!names.is_empty()).then(|| quote!(::<#(#names),*>))
}

/// `Pin<Box<dyn Future<..>>>`, or one of the names that the futures crates give it.
fn is_boxed_future(signature: &Signature) -> bool {
    let ReturnType::Type(_, ty) = &signature.output else {
        return false;
    };
    let Type::Path(path) = &**ty else { return false };
    let named = path
        .path
        .segments
        .last()
        .is_some_and(|last| last.ident == "BoxFuture" || last.ident == "LocalBoxFuture");
    named || returns_future(signature)
}

/// Where a parameter or the return type is, or holds, `Self` itself rather than something that belongs to it.
pub(crate) fn mentions_self(signature: &Signature) -> Option<Span> {
    mentions_self_beside(signature, None)
}

/// The same, beside a `Self` that is given.
fn mentions_self_beside(signature: &Signature, given: Option<Given>) -> Option<Span> {
    let parameters = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(parameter.ty.to_token_stream()),
        FnArg::Receiver(_) => None,
    });
    let output = match &signature.output {
        ReturnType::Type(_, ty) if given.is_none() => ty.to_token_stream(),
        _ => TokenStream::new(),
    };
    parameters.chain([output]).find_map(bare_self)
}

fn bare_self(tokens: TokenStream) -> Option<Span> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Group(group) => bare_self(group.stream()),
        token if is_word(token, "Self") => {
            let next = tokens.get(at + 1);
            let qualified = next.is_some_and(|next| is_punct(next, ':') || is_word(next, "as"));
            (!qualified).then(|| token.span())
        }
        _ => None,
    })
}

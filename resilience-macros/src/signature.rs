//! What a signature says: the type that an attempt yields, and the parameters that it starts from.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{
    FnArg, GenericArgument, Pat, PatIdent, Path, PathArguments, ReturnType, Signature, Token, Type, TypeInfer,
    TypeParamBound,
};

use crate::expand::PerAttempt;

/// The type of an outcome, as it can be written inside the body.
pub(crate) struct Output {
    /// `None` where it cannot be named: the type of a future behind an alias.
    pub(crate) ty: Option<TokenStream>,
    /// It is `!`.
    pub(crate) is_never: bool,
    /// Its first and its last token: what is wrong with the return type is reported there.
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl Output {
    /// What the function returns.
    pub(crate) fn of(signature: &Signature) -> Self {
        match &signature.output {
            ReturnType::Default => Self {
                // Where nothing is written, the name is where the user can write something.
                ty: Some(quote::quote_spanned!(Span::mixed_site().located_at(signature.ident.span())=> ())),
                is_never: false,
                first: signature.ident.span(),
                last: signature.ident.span(),
            },
            ReturnType::Type(_, ty) => Self::written(ty, ty),
        }
    }

    /// What the future yields that the function returns.
    pub(crate) fn of_future(signature: &Signature) -> Self {
        match &signature.output {
            ReturnType::Default => Self::of(signature),
            ReturnType::Type(_, ty) => match future(ty) {
                Some(Yields::Type(output)) => Self::written(output, output),
                Some(Yields::Unnamed) | None => Self {
                    ty: None,
                    ..Self::written(ty, ty)
                },
            },
        }
    }

    fn written(ty: &Type, place: &Type) -> Self {
        let mut spans = place.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        let mut erased = ty.clone();
        erase_impl(&mut erased);
        Self {
            ty: Some(erased.into_token_stream()),
            is_never: matches!(ty, Type::Never(_)),
            first,
            last: spans.last().unwrap_or(first),
        }
    }
}

/// Whether the function says in its return type that it returns a future.
pub(crate) fn returns_future(signature: &Signature) -> bool {
    match &signature.output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => future(ty).is_some(),
    }
}

/// Whether the function returns a future that may live longer than what it was given: a boxed one that names no lifetime, or
/// any that says `'static`.
pub(crate) fn outlives_self(signature: &Signature) -> bool {
    match &signature.output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => is_static(ty),
    }
}

fn is_static(ty: &Type) -> bool {
    let lifetimes = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        let lifetime = bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Lifetime(lifetime) => Some(lifetime.ident == "static"),
            _ => None,
        });
        bounds
            .iter()
            .any(|bound| future_bound(bound).is_some())
            .then_some(lifetime)
    };
    match ty {
        Type::ImplTrait(ty) => lifetimes(&ty.bounds).is_some_and(|lifetime| lifetime == Some(true)),
        Type::TraitObject(ty) => lifetimes(&ty.bounds).is_some_and(|lifetime| lifetime != Some(false)),
        Type::Group(ty) => is_static(&ty.elem),
        Type::Paren(ty) => is_static(&ty.elem),
        Type::Path(ty) => {
            let Some(last) = ty.path.segments.last() else {
                return false;
            };
            let alias = last.ident == "BoxFuture" || last.ident == "LocalBoxFuture";
            arguments(&ty.path).any(|argument| match argument {
                GenericArgument::Lifetime(lifetime) => alias && lifetime.ident == "static",
                GenericArgument::Type(ty) => (last.ident == "Pin" || last.ident == "Box") && is_static(ty),
                _ => false,
            })
        }
        _ => false,
    }
}

enum Yields<'a> {
    /// The `R` of `Future<Output = R>`.
    Type(&'a Type),
    /// A `Future` that does not say.
    Unnamed,
}

/// Reads `impl Future<Output = R>`, `Pin<Box<dyn Future<Output = R>>>` and the like.
fn future(ty: &Type) -> Option<Yields<'_>> {
    match ty {
        Type::ImplTrait(ty) => ty.bounds.iter().find_map(future_bound),
        Type::TraitObject(ty) => ty.bounds.iter().find_map(future_bound),
        Type::Group(ty) => future(&ty.elem),
        Type::Paren(ty) => future(&ty.elem),
        Type::Path(ty) => {
            let last = ty.path.segments.last()?;
            if last.ident != "Pin" && last.ident != "Box" {
                return None;
            }
            let inner = arguments(&ty.path).find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            future(inner?)
        }
        _ => None,
    }
}

fn future_bound(bound: &TypeParamBound) -> Option<Yields<'_>> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    if bound.path.segments.last()?.ident != "Future" {
        return None;
    }
    let output = arguments(&bound.path).find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
        _ => None,
    });
    Some(output.map_or(Yields::Unnamed, Yields::Type))
}

/// The generic arguments of a path's last segment.
fn arguments(path: &Path) -> impl Iterator<Item = &GenericArgument> {
    let angled = path.segments.last().and_then(|last| match &last.arguments {
        PathArguments::AngleBracketed(angled) => Some(&angled.args),
        _ => None,
    });
    angled.into_iter().flatten()
}

/// `impl Trait` can be named in a signature only: anywhere else it is left to inference.
fn erase_impl(ty: &mut Type) {
    match ty {
        Type::ImplTrait(found) => {
            *ty = Type::Infer(TypeInfer {
                attrs: Vec::new(),
                underscore_token: syn::Token![_](found.impl_token.span),
            });
        }
        Type::Array(ty) => erase_impl(&mut ty.elem),
        Type::Group(ty) => erase_impl(&mut ty.elem),
        Type::Paren(ty) => erase_impl(&mut ty.elem),
        Type::Ptr(ty) => erase_impl(&mut ty.elem),
        Type::Reference(ty) => erase_impl(&mut ty.elem),
        Type::Slice(ty) => erase_impl(&mut ty.elem),
        Type::Tuple(ty) => ty.elems.iter_mut().for_each(erase_impl),
        Type::Path(ty) => erase_impl_in(&mut ty.path),
        Type::TraitObject(ty) => {
            for bound in &mut ty.bounds {
                if let TypeParamBound::Trait(bound) = bound {
                    erase_impl_in(&mut bound.path);
                }
            }
        }
        _ => {}
    }
}

fn erase_impl_in(path: &mut Path) {
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(angled) = &mut segment.arguments {
            for argument in &mut angled.args {
                match argument {
                    GenericArgument::Type(ty) => erase_impl(ty),
                    GenericArgument::AssocType(output) => erase_impl(&mut output.ty),
                    _ => {}
                }
            }
        }
    }
}

/// A name that a parameter brings into the body.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    /// The `mut` before it.
    pub(crate) mutable: Option<Span>,
    /// `ref mut`, which changes the argument itself.
    pub(crate) by_reference: bool,
}

/// All names of a pattern.
pub(crate) fn names(pattern: &Pat) -> Vec<Parameter> {
    let mut names = Vec::new();
    // A copy, so that one walk serves reading and changing.
    visit_names(&mut pattern.clone(), &mut |name| {
        names.push(Parameter {
            name: name.ident.clone(),
            mutable: name.mutability.map(|mutability| mutability.span),
            by_reference: name.by_ref.is_some(),
        });
    });
    names
}

/// The patterns of all parameters but `self`.
pub(crate) fn patterns(signature: &Signature) -> impl Iterator<Item = &Pat> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&*parameter.pat),
        FnArg::Receiver(_) => None,
    })
}

pub(crate) fn patterns_mut(signature: &mut Signature) -> impl Iterator<Item = &mut Pat> {
    signature.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&mut *parameter.pat),
        FnArg::Receiver(_) => None,
    })
}

/// Takes the `mut` from the names that every attempt has for itself, and gives them one of ours: as bindings of the user's they
/// would be shadowed by those of the attempt, which `clippy::shadow_same` would tell the user.
pub(crate) fn freeze(pattern: &mut Pat, copies: &[PerAttempt]) {
    visit_names(pattern, &mut |name| {
        if name.by_ref.is_none() && copies.iter().any(|copy| copy.name == name.ident) {
            name.mutability = Some(Token![mut](Span::mixed_site()));
        }
    });
}

fn visit_names(pattern: &mut Pat, visit: &mut dyn FnMut(&mut PatIdent)) {
    match pattern {
        Pat::Ident(name) => {
            visit(name);
            if let Some((_, inner)) = &mut name.subpat {
                visit_names(inner, visit);
            }
        }
        Pat::Paren(pattern) => visit_names(&mut pattern.pat, visit),
        Pat::Reference(pattern) => visit_names(&mut pattern.pat, visit),
        Pat::Type(pattern) => visit_names(&mut pattern.pat, visit),
        Pat::Or(pattern) => visit_all(pattern.cases.iter_mut(), visit),
        Pat::Slice(pattern) => visit_all(pattern.elems.iter_mut(), visit),
        Pat::Tuple(pattern) => visit_all(pattern.elems.iter_mut(), visit),
        Pat::TupleStruct(pattern) => visit_all(pattern.elems.iter_mut(), visit),
        Pat::Struct(pattern) => {
            visit_all(pattern.fields.iter_mut().map(|field| &mut *field.pat), visit);
        }
        _ => {}
    }
}

fn visit_all<'a>(patterns: impl Iterator<Item = &'a mut Pat>, visit: &mut dyn FnMut(&mut PatIdent)) {
    for pattern in patterns {
        visit_names(pattern, visit);
    }
}

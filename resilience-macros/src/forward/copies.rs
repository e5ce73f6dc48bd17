//! Which arguments an attempt can have without a `clone(..)`: those of a type that is `Copy`.

use proc_macro2::Ident;
use syn::{
    GenericArgument, GenericParam, PathArguments, Signature, Type, TypeParam, TypeParamBound, TypePath, WherePredicate,
};

/// Types that are `Copy` whatever is in scope, unless somebody gave their names to others: then the compiler says so.
/// `known` are the parameters and the types of the trait that are `Copy` by its bounds.
pub(crate) fn is_copy(ty: &Type, signature: &Signature, known: &[Ident]) -> bool {
    let all_copy = |ty: &Type| is_copy(ty, signature, known);
    match ty {
        // What is borrowed exclusively is borrowed again for each attempt.
        Type::Reference(_) | Type::FnPtr(_) | Type::Ptr(_) | Type::Never(_) => true,
        Type::Path(path) => {
            is_primitive(path) || is_bound(path, signature, known) || option(path).is_some_and(all_copy)
        }
        Type::Tuple(tuple) => tuple.elems.iter().all(all_copy),
        Type::Array(array) => all_copy(&array.elem),
        Type::Paren(inner) => all_copy(&inner.elem),
        Type::Group(inner) => all_copy(&inner.elem),
        _ => false,
    }
}

fn is_primitive(path: &TypePath) -> bool {
    const PRIMITIVES: &[&str] = &[
        "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64", "u8",
        "usize",
    ];
    let word = path.path.get_ident();
    word.is_some_and(|word| PRIMITIVES.iter().any(|primitive| word == primitive))
}

/// The `T` of `Option<T>`.
fn option(path: &TypePath) -> Option<&Type> {
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == "Option" => match arguments.args.first()? {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

/// `T` or `Self::Id`, with a bound that says `Copy`.
fn is_bound(path: &TypePath, signature: &Signature, known: &[Ident]) -> bool {
    let segments: Vec<&Ident> = path.path.segments.iter().map(|segment| &segment.ident).collect();
    match segments[..] {
        [name] => known.contains(name) || copy_parameters(&signature.generics).any(|parameter| parameter == *name),
        [this, name] => this == "Self" && known.contains(name),
        _ => false,
    }
}

/// The type parameters that are bound to be `Copy`, where they are declared or in the `where` clause.
pub(crate) fn copy_parameters(generics: &syn::Generics) -> impl Iterator<Item = Ident> {
    let declared = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(TypeParam { ident, bounds, .. }) => says_copy(bounds).then(|| ident.clone()),
        _ => None,
    });
    let clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let later = clause.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) if says_copy(&predicate.bounds) => match &predicate.bounded_ty {
            Type::Path(path) => {
                let mut segments = path.path.segments.iter().map(|segment| &segment.ident);
                match (segments.next(), segments.next(), segments.next()) {
                    (Some(name), None, _) => Some(name.clone()),
                    (Some(this), Some(name), None) if this == "Self" => Some(name.clone()),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    });
    declared.chain(later).collect::<Vec<_>>().into_iter()
}

pub(crate) fn says_copy<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> bool {
    bounds.into_iter().any(|bound| {
        matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(|last| last.ident == "Copy"))
    })
}

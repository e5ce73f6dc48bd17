//! Which attributes of a trait's method its twin in the decorator has.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use crate::seal;

/// The lints that the trait allows.
pub(super) fn allowed(attribute: &Attribute) -> Option<TokenStream> {
    let path = attribute.path();
    (path.is_ident("allow") || path.is_ident("expect"))
        .then(|| carried(attribute))
        .flatten()
}

/// An attribute of the trait's method on a method that only forwards: its conditions, and the lints that it allows.
pub(super) fn unmarked(attribute: &Attribute) -> Option<TokenStream> {
    let path = attribute.path();
    (path.is_ident("cfg") || path.is_ident("allow") || path.is_ident("expect"))
        .then(|| carried(attribute))
        .flatten()
}

/// An attribute of the trait's method on the method of the decorator: whatever could be a mark, its conditions, and the lints
/// that it allows.
pub(super) fn carried(attribute: &Attribute) -> Option<TokenStream> {
    carried_meta(&attribute.meta).map(|meta| {
        let mut hash = Token![#](attribute.pound_token.span).to_token_stream();
        let mut group = Group::new(Delimiter::Bracket, meta);
        group.set_span(attribute.bracket_token.span.join());
        hash.extend([TokenTree::Group(group)]);
        hash
    })
}

fn carried_meta(meta: &Meta) -> Option<TokenStream> {
    let path = meta.path();
    if path.is_ident("cfg") || path.is_ident("allow") {
        return Some(meta.to_token_stream());
    }
    if let (true, Meta::List(list)) = (path.is_ident("expect"), meta) {
        // What is expected of the trait is not what is found in the decorator.
        let lints = &list.tokens;
        return Some(quote!(allow(#lints)));
    }
    if path.is_ident("cfg_attr") {
        let Meta::List(list) = meta else { return None };
        let all = list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .ok()?;
        let condition = all.first()?;
        let carried: Vec<TokenStream> = all.iter().skip(1).filter_map(carried_meta).collect();
        return (!carried.is_empty()).then(|| quote!(#path(#condition, #(#carried),*)));
    }
    (!seal::is_inert_path(path)).then(|| meta.to_token_stream())
}

//! Expands attributes the way the compiler does: the first macro on an item, then the first of what it left.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Meta};

use crate::{method, seal};

pub(super) type Macro = fn(TokenStream, TokenStream) -> TokenStream;

/// Expands until no macro is left on the item. `others` are attributes of somebody else, or ours under another name.
pub(super) fn expand(source: &str, others: &[(&str, Macro)]) -> TokenStream {
    let mut tokens: TokenStream = source.parse().unwrap();
    let mut beside = TokenStream::new();
    loop {
        let (item, errors) = split(tokens);
        beside = quote!(#errors #beside);
        match step(&item, others) {
            Some(expanded) => tokens = expanded,
            None => return quote!(#item #beside),
        }
    }
}

/// The errors among the tokens: the underlined text, and the message.
pub(super) fn errors(source: &str, expanded: &TokenStream) -> Vec<(String, String)> {
    let (_, beside) = split(expanded.clone());
    let tokens: Vec<TokenTree> = beside.into_iter().collect();
    let mut errors = Vec::new();
    for error in tokens.split_inclusive(|token| matches!(token, TokenTree::Group(_))) {
        let (Some(first), Some(TokenTree::Group(last))) = (error.first(), error.last()) else {
            panic!("not an error: {error:?}");
        };
        let message: syn::LitStr = syn::parse2(last.stream()).unwrap();
        let place = first.span().byte_range().start..last.span().byte_range().end;
        // The whole attribute has no place outside the compiler.
        let underlined = if place.is_empty() { "#[..]" } else { &source[place] };
        errors.push((underlined.to_owned(), message.value()));
    }
    errors
}

fn step(item: &TokenStream, others: &[(&str, Macro)]) -> Option<TokenStream> {
    let read = |input: ParseStream<'_>| {
        let attributes = Attribute::parse_outer(input)?;
        Ok((attributes, input.parse::<TokenStream>()?))
    };
    let (mut attributes, item) = read.parse2(item.clone()).unwrap();
    let (at, run) = attributes
        .iter()
        .enumerate()
        .find_map(|(at, attribute)| Some((at, macro_of(attribute, others)?)))?;
    let arguments = match attributes.remove(at).meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };
    Some(run(arguments, quote!(#(#attributes)* #item)))
}

fn macro_of(attribute: &Attribute, others: &[(&str, Macro)]) -> Option<Macro> {
    let name = attribute.path().segments.last()?.ident.to_string();
    match name.as_str() {
        "retry_service" => Some(method::retry_service),
        "apply" => Some(method::apply),
        name if name.starts_with("__resilience_seal") => Some(seal::seal),
        name => others.iter().find(|(other, _)| *other == name).map(|(_, run)| *run),
    }
}

/// The item, which ends with its first block or semicolon, and what a macro put behind it.
pub(super) fn split(tokens: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    let end = tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1);
    let beside = tokens.split_off(end);
    (tokens.into_iter().collect(), beside.into_iter().collect())
}

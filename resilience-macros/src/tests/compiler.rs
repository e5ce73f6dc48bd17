//! Expands attributes the way the compiler does: the first macro on an item, then the first of what it left.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::ops::Range;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, File, Item, Meta};

use crate::seal::Mark;
use crate::{marked, method, seal};

pub(super) type Macro = fn(TokenStream, TokenStream) -> TokenStream;

/// Expands until no macro is left on the item. `others` are attributes of somebody else, or ours under another name.
pub(super) fn expand(source: &str, others: &[(&str, Macro)]) -> TokenStream {
    let tokens: TokenStream = source.parse().unwrap();
    if is_block(&tokens) {
        return expand_block(tokens, others);
    }
    expand_item(tokens, others)
}

pub(super) fn is_block(tokens: &TokenStream) -> bool {
    let words = tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    words
        .take_while(|word| word != "fn")
        .any(|word| word == "impl" || word == "trait")
}

/// The block first, then every item in what became of it.
fn expand_block(tokens: TokenStream, others: &[(&str, Macro)]) -> TokenStream {
    let Some(expanded) = step(&tokens, others) else {
        return tokens;
    };
    let Ok(file) = syn::parse2::<File>(expanded.clone()) else {
        return expanded;
    };
    let items = file.items.into_iter().map(|item| match item {
        Item::Impl(mut block) => {
            block.items = each(std::mem::take(&mut block.items), others);
            quote!(#block)
        }
        Item::Trait(mut block) => {
            block.items = each(std::mem::take(&mut block.items), others);
            quote!(#block)
        }
        other => quote!(#other),
    });
    items.collect()
}

fn each<T: ToTokens + Parse>(items: Vec<T>, others: &[(&str, Macro)]) -> Vec<T> {
    let expanded = items.into_iter().map(|item| expand_item(quote!(#item), others));
    let all = |input: ParseStream<'_>| {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(items)
    };
    expanded.flat_map(|tokens| all.parse2(tokens).unwrap()).collect()
}

fn expand_item(mut tokens: TokenStream, others: &[(&str, Macro)]) -> TokenStream {
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
    let mut errors = Vec::new();
    collect_errors(expanded.clone(), &mut errors);
    let text = |(place, message): (Range<usize>, String)| {
        // The whole attribute has no place outside the compiler.
        let underlined = if place.is_empty() { "#[..]" } else { &source[place] };
        (underlined.to_owned(), message)
    };
    errors.into_iter().map(text).collect()
}

/// Every `::core::compile_error! { ".." }`, however deep.
fn collect_errors(tokens: TokenStream, errors: &mut Vec<(Range<usize>, String)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        if at < 7 || tokens[at - 2].to_string() != "compile_error" {
            collect_errors(group.stream(), errors);
            continue;
        }
        let message: syn::LitStr = syn::parse2(group.stream()).unwrap();
        let place = tokens[at - 7].span().byte_range().start..group.span().byte_range().end;
        errors.push((place, message.value()));
    }
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
        "idempotent" => Some(|args, item| marked::word(Mark::Idempotent, args, item)),
        "plain" => Some(|args, item| marked::word(Mark::Plain, args, item)),
        name if name.starts_with("__resilience_member") => Some(marked::member),
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

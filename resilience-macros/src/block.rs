//! An `impl` block or a trait as it was written, item by item. Whatever cannot be read stays as it is: an editor calls
//! the macros on code that does not parse yet, and one method in the making must not take the others down.

mod calls;
mod header;
mod member;
mod scan;
mod shared;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature, Token, Visibility};

use crate::item::Body;
use crate::seal;
use crate::site::inner_attributes;
use crate::tokens::is_punct;

pub(crate) use self::calls::{Call, Owner};
pub(crate) use self::header::{ImplHeader, TraitHeader};
pub(crate) use self::member::{Member, Place, Word, is_member};
pub(crate) use self::scan::mentions_self;
pub(crate) use self::shared::check as check_shared;

/// A block, taken apart.
pub(crate) struct Block {
    /// Everything before the braces.
    pub(crate) header: TokenStream,
    braces: Span,
    /// `#![..]` at the beginning.
    inner: Vec<TokenTree>,
    pub(crate) items: Vec<BlockItem>,
}

/// One item of a block: its attributes, and everything behind them as it was written.
pub(crate) struct BlockItem {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) tokens: TokenStream,
    pub(crate) kind: ItemKind,
}

pub(crate) enum ItemKind {
    Method(Box<Signature>, Option<Body>),
    /// `m! { .. }`, with the place of its name: what it writes can be seen by nobody here.
    Macro(Span),
    Other,
}

impl Block {
    /// Reads a block; `None` if it has no braces at its end.
    pub(crate) fn read(item: TokenStream) -> Option<Self> {
        let mut header: Vec<TokenTree> = item.into_iter().collect();
        let Some(TokenTree::Group(body)) = header.pop() else {
            return None;
        };
        if body.delimiter() != Delimiter::Brace {
            return None;
        }
        let mut inner: Vec<TokenTree> = body.stream().into_iter().collect();
        let items = inner.split_off(inner_attributes(&inner));
        let read = |input: ParseStream<'_>| {
            let mut items = Vec::new();
            while !input.is_empty() {
                items.push(item_of(input));
            }
            Ok(items)
        };
        Some(Self {
            header: header.into_iter().collect(),
            braces: body.span(),
            inner,
            // The closure takes what is there and never fails.
            items: read.parse2(items.into_iter().collect()).unwrap_or_default(),
        })
    }

    /// The methods that may be marked, under whatever name.
    pub(crate) fn marked(&mut self) -> impl Iterator<Item = &mut BlockItem> {
        self.items.iter_mut().filter(|item| item.may_be_marked())
    }

    /// Whether a macro writes some of the items.
    pub(crate) fn has_macros(&self) -> bool {
        self.items.iter().any(|item| matches!(item.kind, ItemKind::Macro(_)))
    }

    /// Whether all methods that may be marked are known.
    pub(crate) fn is_readable(&self) -> bool {
        let known = |item: &BlockItem| match item.kind {
            ItemKind::Method(..) => true,
            ItemKind::Macro(_) => false,
            ItemKind::Other => !item.may_be_marked(),
        };
        self.items.iter().all(known)
    }

    /// The names of the methods that are marked `#[apply]`, where that can be read.
    pub(crate) fn applies(&self) -> Vec<Ident> {
        let methods = self.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Method(signature, _) if item.attributes.iter().any(is_apply) => Some(signature.ident.clone()),
            _ => None,
        });
        methods.collect()
    }
}

impl BlockItem {
    /// Anything but a constant, a type or a macro, with an attribute that could be one of ours. `cfg_attr` could hold one.
    pub(crate) fn may_be_marked(&self) -> bool {
        let attributes = &self.attributes;
        !matches!(self.kind, ItemKind::Macro(_))
            && attributes
                .iter()
                .any(|attribute| !seal::is_inert(attribute) || attribute.path().is_ident("cfg_attr"))
    }

    pub(crate) fn name(&self) -> Option<&Ident> {
        match &self.kind {
            ItemKind::Method(signature, _) => Some(&signature.ident),
            _ => None,
        }
    }

    pub(crate) fn body(&self) -> Option<&Body> {
        match &self.kind {
            ItemKind::Method(_, body) => body.as_ref(),
            _ => None,
        }
    }
}

/// `#[apply]` or `#[path::apply(key = value)]`; an attribute of that name from elsewhere takes other arguments.
fn is_apply(attribute: &Attribute) -> bool {
    let named = attribute
        .path()
        .segments
        .last()
        .is_some_and(|last| last.ident == "apply");
    named
        && match &attribute.meta {
            syn::Meta::Path(_) => true,
            syn::Meta::List(list) => {
                let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().take(2).collect();
                tokens
                    .get(1)
                    .is_none_or(|second| is_punct(second, '=') || matches!(second, TokenTree::Group(_)))
            }
            syn::Meta::NameValue(_) => false,
        }
}

fn item_of(input: ParseStream<'_>) -> BlockItem {
    let attributes = input.fork().call(Attribute::parse_outer).unwrap_or_default();
    if !attributes.is_empty() {
        let _ = input.call(Attribute::parse_outer);
    }
    let start = input.cursor();
    let kind = method(input).unwrap_or_else(|| {
        let kind = macro_call(input);
        skip_item(input);
        kind
    });
    BlockItem {
        attributes,
        tokens: between(start, input),
        kind,
    }
}

/// Reads a method, or nothing at all.
fn method(input: ParseStream<'_>) -> Option<ItemKind> {
    let ahead = input.fork();
    ahead.parse::<Visibility>().ok()?;
    if ahead.cursor().ident().is_some_and(|(word, _)| word == "default") {
        ahead.parse::<Ident>().ok()?;
    }
    let signature: Signature = ahead.parse().ok()?;
    let body = ahead.cursor().group(Delimiter::Brace);
    let body = match body {
        Some((inside, span, _)) => Some(Body {
            braces: span.join(),
            tokens: inside.token_stream(),
        }),
        None if ahead.peek(Token![;]) => None,
        None => return None,
    };
    ahead.parse::<TokenTree>().ok()?;
    syn::parse::discouraged::Speculative::advance_to(input, &ahead);
    Some(ItemKind::Method(Box::new(signature), body))
}

fn macro_call(input: ParseStream<'_>) -> ItemKind {
    let ahead = input.fork();
    let place = ahead.span();
    match syn::Path::parse_mod_style(&ahead) {
        Ok(_) if ahead.peek(Token![!]) => ItemKind::Macro(place),
        _ => ItemKind::Other,
    }
}

/// To the semicolon, or to the first braces of what is no constant and no type; not beyond the next attribute, for an item
/// that is still being written.
fn skip_item(input: ParseStream<'_>) {
    let ahead = input.fork();
    let _ = ahead.parse::<Visibility>();
    let until_semicolon = (ahead.peek(Token![const]) && !ahead.peek2(Token![fn])) || ahead.peek(Token![type]);
    while let Ok(token) = input.parse::<TokenTree>() {
        let braces = matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let attribute = input.peek(Token![#]) && input.peek2(syn::token::Bracket);
        if is_punct(&token, ';') || braces && !until_semicolon || attribute {
            return;
        }
    }
}

/// The tokens from `start` to where the input stands now.
fn between(start: syn::buffer::Cursor<'_>, input: ParseStream<'_>) -> TokenStream {
    let end = input.cursor();
    let mut tokens = TokenStream::new();
    let mut at = start;
    while at != end {
        let Some((token, next)) = at.token_tree() else { break };
        tokens.append(token);
        at = next;
    }
    tokens
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.header.to_tokens(tokens);
        let mut inside: TokenStream = self.inner.iter().cloned().collect();
        inside.append_all(&self.items);
        let mut group = Group::new(Delimiter::Brace, inside);
        group.set_span(self.braces);
        tokens.append(group);
    }
}

impl ToTokens for BlockItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attributes);
        self.tokens.to_tokens(tokens);
    }
}

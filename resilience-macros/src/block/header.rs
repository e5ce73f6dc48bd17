//! What stands before the braces of a block.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Generics, Token, TypeParamBound, Visibility};

use super::calls::angled;
use crate::tokens::{is_punct, is_word};

/// The header of an `impl` block.
pub(crate) struct ImplHeader {
    /// The trait that it implements, as a path without what is generic.
    pub(crate) of: Option<Vec<Ident>>,
    /// The type that it is for, likewise; empty where it is no path.
    pub(crate) ty: Vec<Ident>,
}

impl ImplHeader {
    pub(crate) fn read(header: &TokenStream) -> Self {
        let tokens: Vec<TokenTree> = header.clone().into_iter().collect();
        let keyword = tokens.iter().position(|token| is_word(token, "impl"));
        let mut rest = tokens.get(keyword.map_or(0, |at| at + 1)..).unwrap_or_default();
        rest = &rest[angled(rest).unwrap_or_default()..];
        let end = rest.iter().position(|token| is_word(token, "where"));
        rest = &rest[..end.unwrap_or(rest.len())];
        // `for<'a>` is part of a type or a bound.
        let split = rest
            .windows(2)
            .position(|pair| is_word(&pair[0], "for") && !is_punct(&pair[1], '<'));
        match split {
            None => Self {
                of: None,
                ty: path(rest),
            },
            Some(at) => Self {
                of: Some(path(&rest[..at])),
                ty: path(&rest[at + 1..]),
            },
        }
    }
}

/// The words of a path, up to what is generic; none if it is something else.
fn path(tokens: &[TokenTree]) -> Vec<Ident> {
    let end = tokens.iter().position(|token| is_punct(token, '<'));
    let mut words = Vec::new();
    for token in &tokens[..end.unwrap_or(tokens.len())] {
        match token {
            TokenTree::Ident(word) if word != "dyn" => words.push(word.clone()),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => return Vec::new(),
        }
    }
    words
}

/// The header of a trait.
pub(crate) struct TraitHeader {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) automatic: bool,
    pub(crate) name: Ident,
    /// With the `where` clause.
    pub(crate) generics: Generics,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
}

impl Parse for TraitHeader {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let unsafety = input.parse()?;
        let automatic = input.parse::<Option<Token![auto]>>()?.is_some();
        input.parse::<Token![trait]>()?;
        let name = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let mut supertraits = Punctuated::new();
        if input.parse::<Option<Token![:]>>()?.is_some() {
            while !input.is_empty() && !input.peek(Token![where]) {
                supertraits.push_value(input.parse()?);
                if let Some(plus) = input.parse()? {
                    supertraits.push_punct(plus);
                } else {
                    break;
                }
            }
        }
        generics.where_clause = input.parse()?;
        Ok(Self {
            attributes,
            visibility,
            unsafety,
            automatic,
            name,
            generics,
            supertraits,
        })
    }
}

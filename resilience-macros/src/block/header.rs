//! What stands before the braces of a block.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Generics, Token, TypeParamBound, Visibility};

use crate::tokens::{is_punct, is_word};

/// The header of an `impl` block: only whether it implements a trait is of interest.
pub(crate) struct ImplHeader {
    pub(crate) of_trait: bool,
}

impl ImplHeader {
    pub(crate) fn read(header: &TokenStream) -> Self {
        let tokens: Vec<TokenTree> = header.clone().into_iter().collect();
        // `for<'a>` is part of a type or a bound.
        let of_trait = tokens
            .windows(2)
            .any(|pair| is_word(&pair[0], "for") && !is_punct(&pair[1], '<'));
        Self { of_trait }
    }
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

//! A function as it was written. Its body stays raw tokens: an editor calls the macros on code that does not parse yet.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility};

pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
}

/// What stands between the braces, and where the braces are.
pub(crate) struct Body {
    pub(crate) braces: Span,
    pub(crate) tokens: TokenStream,
}

/// A function without a body.
pub(crate) struct Declared {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    semicolon: Token![;],
}

/// What an attribute of ours was put on.
pub(crate) enum Item {
    Function(Function),
    /// A trait method or a foreign function that only promises a body.
    Declared(Declared),
    /// An `impl` block, with its word.
    Impl(Span),
    /// A trait, with its word.
    Trait(Span),
    Other(Span),
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if let Some(other) = other_item(input) {
            input.parse::<TokenStream>()?;
            return Ok(other);
        }
        let signature: Signature = input.parse()?;
        if let Some(semicolon) = input.parse()? {
            input.parse::<TokenStream>()?;
            return Ok(Self::Declared(Declared {
                attributes,
                visibility,
                signature,
                semicolon,
            }));
        }
        let braced = input.step(|cursor| match cursor.group(Delimiter::Brace) {
            Some((inside, span, rest)) => Ok(((inside.token_stream(), span.join()), rest)),
            None => Err(cursor.error("expected the body of the function")),
        });
        let (tokens, braces) = braced?;
        Ok(Self::Function(Function {
            attributes,
            visibility,
            signature,
            body: Body { braces, tokens },
        }))
    }
}

/// Anything but a function, told by the words it begins with.
fn other_item(input: ParseStream<'_>) -> Option<Item> {
    let ahead = input.fork();
    let _ = ahead.parse::<Option<Token![unsafe]>>();
    if ahead.peek(Token![auto]) && ahead.peek2(Token![trait]) {
        return Some(Item::Trait(ahead.span()));
    }
    if ahead.peek(Token![impl]) {
        return Some(Item::Impl(ahead.span()));
    }
    if ahead.peek(Token![trait]) {
        return Some(Item::Trait(ahead.span()));
    }
    let function =
        ahead.peek(Token![fn]) || ahead.peek(Token![const]) || ahead.peek(Token![async]) || ahead.peek(Token![extern]);
    (!function).then(|| Item::Other(ahead.span()))
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut group = Group::new(Delimiter::Brace, self.tokens.clone());
        group.set_span(self.braces);
        tokens.extend([TokenTree::Group(group)]);
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attribute in &self.attributes {
            attribute.to_tokens(tokens);
        }
        self.visibility.to_tokens(tokens);
        self.signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

impl ToTokens for Declared {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attribute in &self.attributes {
            attribute.to_tokens(tokens);
        }
        self.visibility.to_tokens(tokens);
        self.signature.to_tokens(tokens);
        self.semicolon.to_tokens(tokens);
    }
}

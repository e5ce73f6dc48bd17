//! A function as it was written. Its body stays raw tokens: an editor calls the macros on code that does not parse yet.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility};

use crate::tokens::is_punct;

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
            Some((inside, span, rest)) => {
                let tokens = inside.token_stream();
                let braces = braces(&tokens, span);
                Ok(((tokens, braces), rest))
            }
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

/// Where the braces of a block are. If its last statement is not finished, the compiler has said so at the closing one, and
/// says it only once if it finds the braces there again.
pub(crate) fn braces(inside: &TokenStream, span: DelimSpan) -> Span {
    if is_unfinished(inside) {
        span.close()
    } else {
        span.join()
    }
}

/// Whether the tokens end in the middle of an expression, as in `self.` or `a +`.
fn is_unfinished(tokens: &TokenStream) -> bool {
    let mut last = [None, None];
    for token in tokens.clone() {
        last = [last[1].take(), Some(token)];
    }
    match last {
        // `a..` is a range, `a?` and `N::<u8>` are whole.
        [Some(before), Some(last)] if is_punct(&last, '.') => !is_punct(&before, '.'),
        [_, Some(TokenTree::Punct(last))] => !matches!(last.as_char(), ';' | '?' | '>' | '.'),
        _ => false,
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

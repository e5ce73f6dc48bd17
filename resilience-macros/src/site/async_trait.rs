//! What `#[async_trait]` (0.1.50 and later) has made of a method before our attribute runs:
//!
//! ```text
//! Box::pin(async move {
//!     if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<R> { return __ret; }
//!     let __self = self;
//!     let name = name;
//!     let (a, b) = { let __arg2 = __arg2; __arg2 };
//!     let __ret: R = { BODY };
//!     #[allow(unreachable_code)]
//!     __ret
//! })
//! ```
//!
//! Only `{ BODY }` is the operation. Without a return type the last statement is `let _: () = { BODY };` or
//! `let () = { BODY };`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Pat;
use syn::parse::Parser;

use super::{Binding, Layer};
use crate::tokens::{is_punct, is_word};

pub(super) struct Made {
    /// `if let ..`, which gives the block its type.
    pub(super) hint: Layer,
    pub(super) bindings: Vec<Binding>,
    /// The statement with the body.
    pub(super) initialiser: Layer,
    pub(super) block: Group,
}

/// Reads the block of the `async move`; `None` if somebody else wrote it.
pub(super) fn read(block: &Group) -> Option<Made> {
    let mut tokens: Vec<TokenTree> = block.stream().into_iter().collect();
    let mut rest = tokens.split_off(hint(&tokens));
    let hint = Layer {
        before: tokens,
        delimiter: Delimiter::None,
        span: block.span(),
        after: Vec::new(),
    };
    let mut bindings = Vec::new();
    loop {
        let end = rest.iter().position(|token| is_punct(token, ';'))?;
        let following = rest.split_off(end);
        if let Some(body) = initialiser(&rest, &following) {
            rest.pop();
            return Some(Made {
                hint,
                bindings,
                initialiser: Layer {
                    before: rest,
                    delimiter: Delimiter::Brace,
                    span: body.span(),
                    after: following,
                },
                block: body,
            });
        }
        let mut following = following.into_iter();
        rest.extend(following.next());
        bindings.push(binding(rest)?);
        rest = following.collect();
    }
}

/// The length of the `if let .. { return __ret; }` at the beginning.
fn hint(tokens: &[TokenTree]) -> usize {
    if !tokens.first().is_some_and(|token| is_word(token, "if")) {
        return 0;
    }
    let returns = |token: &TokenTree| match braced(token) {
        Some(block) => block.stream().into_iter().any(|token| is_word(&token, "__ret")),
        None => false,
    };
    tokens.iter().position(returns).map_or(0, |end| end + 1)
}

/// The body, if this statement is the one that holds it.
fn initialiser(statement: &[TokenTree], following: &[TokenTree]) -> Option<Group> {
    let [keyword, name, .., equals, body] = statement else {
        return None;
    };
    if !is_word(keyword, "let") || !is_punct(equals, '=') {
        return None;
    }
    let is_last = if is_word(name, "__ret") {
        following.last().is_some_and(|token| is_word(token, "__ret"))
    } else {
        let unit = match name {
            TokenTree::Ident(name) => name == "_",
            TokenTree::Group(group) => group.stream().is_empty(),
            _ => false,
        };
        unit && following.len() == 1
    };
    braced(body).filter(|_| is_last).cloned()
}

/// `[#[cfg(..)]] let PATTERN = name;`, where a name may also be handed on by a block.
fn binding(mut statement: Vec<TokenTree>) -> Option<Binding> {
    let keyword = statement.iter().position(|token| is_word(token, "let"))?;
    let mut pattern = statement.split_off(keyword + 1);
    let equals = pattern.iter().position(|token| is_punct(token, '='))?;
    let rest = pattern.split_off(equals);
    let [_, value, _] = &rest[..] else {
        return None;
    };
    let handed_on = match value {
        TokenTree::Ident(_) => true,
        other => braced(other)?.stream().into_iter().count() == 6,
    };
    let pattern: TokenStream = pattern.into_iter().collect();
    let pattern = Pat::parse_single.parse2(pattern).ok()?;
    handed_on.then_some(Binding {
        keyword: statement,
        pattern,
        rest,
    })
}

fn braced(token: &TokenTree) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

//! Calls from one method of a block to another: an idempotent one must not call an apply.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use crate::diagnostics::Diagnostics;
use crate::tokens::{is_punct, is_word};

/// One `self.name(..)` or `Self::name(..)`.
pub(crate) struct Call {
    pub(crate) name: Ident,
    pub(crate) tokens: Vec<TokenTree>,
}

/// Every call of one of `names` on `self`, however deep in the body.
pub(crate) fn calls(body: &TokenStream, names: &[Ident]) -> Vec<Call> {
    let mut found = Vec::new();
    if !names.is_empty() {
        collect(body, names, &mut found);
    }
    found
}

fn collect(body: &TokenStream, names: &[Ident], found: &mut Vec<Call>) {
    let level: Vec<TokenTree> = body.clone().into_iter().collect();
    for at in 0..level.len() {
        if let Some((name, length)) = call(&level[at..]) {
            if names.contains(name) {
                found.push(Call {
                    name: name.clone(),
                    tokens: level[at..at + length].to_vec(),
                });
            }
        }
        if let TokenTree::Group(group) = &level[at] {
            collect(&group.stream(), names, found);
        }
    }
}

/// Reports every call of one of `applies` on `self` in the body of an idempotent method.
pub(crate) fn refuse_applies(body: &TokenStream, applies: &[Ident], errors: &mut Diagnostics) {
    for Call { name, tokens } in calls(body, applies) {
        let call: TokenStream = tokens.into_iter().collect();
        errors.error_over(
            call,
            format!(
                "an `idempotent` method calls `{name}`, which is `#[apply]`: a failed attempt would make the change \
                 again; remove `idempotent` from this method, or move the call out of it"
            ),
        );
    }
}

/// The name and the length of `self.name(..)` or `Self::name(..)` at the beginning of the tokens.
fn call(tokens: &[TokenTree]) -> Option<(&Ident, usize)> {
    let first = tokens.first()?;
    let name = if is_word(first, "self") || is_word(first, "__self") {
        is_punct(tokens.get(1)?, '.').then_some(2)?
    } else if is_word(first, "Self") {
        (is_punct(tokens.get(1)?, ':') && is_punct(tokens.get(2)?, ':')).then_some(3)?
    } else {
        return None;
    };
    let TokenTree::Ident(ident) = tokens.get(name)? else {
        return None;
    };
    let end = name + 1 + turbofish(&tokens[name + 1..]);
    match tokens.get(end)? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some((ident, end + 1)),
        _ => None,
    }
}

/// The length of `::<..>`.
fn turbofish(tokens: &[TokenTree]) -> usize {
    let opens = matches!(tokens, [a, b, c, ..] if is_punct(a, ':') && is_punct(b, ':') && is_punct(c, '<'));
    if !opens {
        return 0;
    }
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate().skip(2) {
        if is_punct(token, '<') {
            depth += 1;
        } else if is_punct(token, '>') && !(at > 0 && is_punct(&tokens[at - 1], '-')) {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    0
}

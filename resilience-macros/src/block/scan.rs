//! A walk through the raw tokens of a body that knows where `self` and `Self` are the method's own.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tokens::{is_punct, is_word};

/// Shows `visit` every position of every level, and whether `self` there is the method's. What only becomes text or
/// tokens is left out: nothing of it runs here.
pub(super) fn walk(body: &TokenStream, own: bool, visit: &mut dyn FnMut(&[TokenTree], usize, bool)) {
    let level: Vec<TokenTree> = body.clone().into_iter().collect();
    let mut own_here = own;
    let mut at = 0;
    while at < level.len() {
        if let Some(length) = quoted(&level[at..]) {
            at += length;
            continue;
        }
        if begins_item(&level, at) {
            own_here = false;
        }
        visit(&level, at, own_here);
        if let TokenTree::Group(group) = &level[at] {
            walk(&group.stream(), own_here, visit);
        }
        if is_braces(&level[at]) || is_punct(&level[at], ';') {
            own_here = own;
        }
        at += 1;
    }
}

/// Whether a body says `Self` and means the type that it is a method of.
pub(crate) fn mentions_self(body: &TokenStream) -> bool {
    let mut found = false;
    walk(body, true, &mut |level, at, own| {
        found |= own && is_word(&level[at], "Self");
    });
    found
}

/// The length of a macro call whose tokens are not run where they stand.
fn quoted(tokens: &[TokenTree]) -> Option<usize> {
    const QUOTING: &[&str] = &[
        "parse_quote",
        "parse_quote_spanned",
        "quote",
        "quote_spanned",
        "stringify",
    ];
    match tokens {
        [name, bang, TokenTree::Group(_), ..]
            if is_punct(bang, '!') && QUOTING.iter().any(|quoting| is_word(name, quoting)) =>
        {
            Some(3)
        }
        [name, bang, TokenTree::Ident(_), TokenTree::Group(_), ..]
            if is_punct(bang, '!') && is_word(name, "macro_rules") =>
        {
            Some(4)
        }
        _ => None,
    }
}

/// Whether an item begins here that has a `Self` of its own.
fn begins_item(level: &[TokenTree], at: usize) -> bool {
    const TYPES: &[&str] = &["enum", "struct", "trait"];
    if TYPES.iter().any(|word| is_word(&level[at], word)) {
        return true;
    }
    // Elsewhere `impl` is a type.
    is_word(&level[at], "impl")
        && match &level[..at] {
            [] => true,
            [.., hash, TokenTree::Group(_)] if is_punct(hash, '#') => true,
            [.., last] => is_braces(last) || is_punct(last, ';') || is_word(last, "unsafe"),
        }
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

//! Small questions about raw tokens, and a walk through all of them.

use proc_macro2::{Group, TokenStream, TokenTree};

pub(crate) fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

pub(crate) fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether tokens are `first::second`.
pub(crate) fn is_path(tokens: &[TokenTree], first: &str, second: &str) -> bool {
    match tokens {
        [start, colon, other_colon, end] => {
            is_punct(colon, ':') && is_punct(other_colon, ':') && is_word(start, first) && is_word(end, second)
        }
        _ => false,
    }
}

/// Whether one of the words is among the tokens, on whatever level.
pub(crate) fn has_one_of<T: AsRef<str>>(tokens: TokenStream, words: &[T]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        TokenTree::Group(group) => has_one_of(group.stream(), words),
        _ => false,
    })
}

/// Lets `edit` change the tokens of every level, from the outside in; it says whether it did.
/// Levels without a change keep their tokens and the exact places of their delimiters.
pub(crate) fn edit_all(tokens: TokenStream, edit: &mut dyn FnMut(&mut Vec<TokenTree>) -> bool) -> TokenStream {
    let mut level: Vec<TokenTree> = tokens.clone().into_iter().collect();
    if edit_level(&mut level, edit) {
        level.into_iter().collect()
    } else {
        tokens
    }
}

fn edit_level(level: &mut Vec<TokenTree>, edit: &mut dyn FnMut(&mut Vec<TokenTree>) -> bool) -> bool {
    let mut changed = edit(level);
    for token in level {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let mut inner: Vec<TokenTree> = group.stream().into_iter().collect();
        if edit_level(&mut inner, edit) {
            let mut rebuilt = Group::new(group.delimiter(), inner.into_iter().collect());
            rebuilt.set_span(group.span());
            *group = rebuilt;
            changed = true;
        }
    }
    changed
}

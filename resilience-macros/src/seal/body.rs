//! Finding and changing our own tokens in a body, however deep another macro has put them.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use crate::tokens::{edit_all, is_path, is_punct, is_word};

/// Takes `const MARKER: () = ();` out wherever `is_marker` says so.
pub(super) fn take_markers(tokens: TokenStream, is_marker: &mut dyn FnMut(&Ident) -> bool) -> TokenStream {
    edit_all(tokens, &mut |level| {
        let mut changed = false;
        let mut at = 1;
        while at < level.len() {
            let marker = matches!(&level[at], TokenTree::Ident(name) if is_marker(name));
            if marker && is_word(&level[at - 1], "const") {
                let end = level[at..].iter().position(|token| is_punct(token, ';'));
                level.drain(at - 1..=at + end.unwrap_or_default());
                changed = true;
            } else {
                at += 1;
            }
        }
        changed
    })
}

/// Makes the first `Operation::plain(..)` an `Operation::apply(..)`; false if there is none.
pub(crate) fn raise_kind(tokens: &mut TokenStream) -> bool {
    let mut found = false;
    edit_first(tokens, "Operation", "plain", &mut |level, at| {
        let place = level[at].span();
        level[at] = TokenTree::Ident(Ident::new("apply", place));
        found = true;
    });
    found
}

/// Takes the statement out that a lone `#[apply]` begins the body with:
/// `if let Err(..) = ..::__private::begin_apply(..) { .. }`.
pub(crate) fn drop_fence(tokens: &mut TokenStream) {
    edit_first(tokens, "__private", "begin_apply", &mut |level, at| {
        let block =
            |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let begin = level[..at].iter().rposition(|token| is_word(token, "if"));
        let end = level[at..].iter().position(block);
        if let (Some(begin), Some(end)) = (begin, end) {
            level.drain(begin..=at + end);
        }
    });
}

/// Edits at the first `first::second`, given the place of `second`.
fn edit_first(tokens: &mut TokenStream, first: &str, second: &str, edit: &mut dyn FnMut(&mut Vec<TokenTree>, usize)) {
    let mut done = false;
    *tokens = edit_all(std::mem::take(tokens), &mut |level| {
        if done {
            return false;
        }
        let found = level.windows(4).position(|window| is_path(window, first, second));
        if let Some(start) = found {
            edit(level, start + 3);
            done = true;
        }
        done
    });
}

//! The future at the end of a function: `async [move] { .. }` or `Box::pin(async [move] { .. })`.

use proc_macro2::{Delimiter, Group, TokenTree};

use super::Layer;
use crate::tokens::{is_path, is_punct, is_word};

/// The way from the body into the block of the trailing future, and that block.
pub(super) fn future(mut before: Vec<TokenTree>) -> Option<(Vec<Layer>, Group)> {
    let Some(TokenTree::Group(last)) = before.pop() else {
        return None;
    };
    let mut after = Vec::new();
    let inner = match last.delimiter() {
        Delimiter::Brace => {
            let expression = expression_before_block(&before)?;
            if !begins_expression(&before[..expression]) {
                return None;
            }
            return Some((vec![layer(before, &last, after)], last));
        }
        Delimiter::Parenthesis => {
            let (_, path) = before.split_at_checked(before.len().wrapping_sub(4))?;
            if !is_path(path, "Box", "pin") {
                return None;
            }
            let mut argument: Vec<TokenTree> = last.stream().into_iter().collect();
            if argument.last().is_some_and(|token| is_punct(token, ',')) {
                after.extend(argument.pop());
            }
            argument
        }
        // What a `macro_rules!` captured as one expression.
        Delimiter::None => last.stream().into_iter().collect(),
        Delimiter::Bracket => return None,
    };
    let (layers, block) = future(inner)?;
    let mut all = vec![layer(before, &last, after)];
    all.extend(layers);
    Some((all, block))
}

fn layer(before: Vec<TokenTree>, group: &Group, after: Vec<TokenTree>) -> Layer {
    Layer {
        before,
        delimiter: group.delimiter(),
        span: group.span(),
        after,
    }
}

/// Where the `async` or `async move` at the end of the tokens begins.
fn expression_before_block(tokens: &[TokenTree]) -> Option<usize> {
    match tokens {
        [.., keyword, capture] if is_word(keyword, "async") && is_word(capture, "move") => Some(tokens.len() - 2),
        [.., keyword] if is_word(keyword, "async") => Some(tokens.len() - 1),
        _ => None,
    }
}

/// Whether what follows these tokens is an expression of its own, and not, say, the body of a closure.
fn begins_expression(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(token) => is_punct(token, ';') || is_word(token, "return"),
    }
}

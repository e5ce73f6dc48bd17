//! Arguments that a body gives away where it can be seen: by themselves in the parentheses of a call, as in `store(name)`.
//!
//! A second attempt would not find them again. Whether that matters depends on the type, which only the compiler knows, so it
//! is asked. Nothing is looked at that could be something else: a name that a pattern binds again, a macro's arguments.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::{FnArg, Pat};

use crate::expand::PerAttempt;
use crate::forward::is_copy;
use crate::item::Function;
use crate::tokens::{is_punct, is_word};

/// The first use of each such argument, where it stands in the body.
pub(super) fn given_away(function: &Function, body: &TokenStream, copies: &[PerAttempt]) -> Vec<Ident> {
    let owned = function.signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) if !is_copy(&parameter.ty, &function.signature, &[]) => match &*parameter.pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => Some(&name.ident),
            _ => None,
        },
        _ => None,
    });
    let owned: Vec<&Ident> = owned
        .filter(|name| !copies.iter().any(|copy| copy.name == **name))
        .collect();
    if owned.is_empty() {
        return Vec::new();
    }
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    if has_items_or_attributes(&tokens) {
        return Vec::new();
    }
    let names = owned.into_iter().filter(|name| !is_bound_again(&tokens, name));
    names.filter_map(|name| argument(&tokens, name)).collect()
}

/// Names mean something else in an item, and what an attribute stands on may not be there at all.
fn has_items_or_attributes(tokens: &[TokenTree]) -> bool {
    const ITEMS: &[&str] = &["fn", "impl", "macro_rules", "mod", "trait"];
    tokens.iter().any(|token| match token {
        TokenTree::Group(group) => has_items_or_attributes(&level(group)),
        token => is_punct(token, '#') || ITEMS.iter().any(|item| is_word(token, item)),
    })
}

/// Whether the name stands where a pattern may stand.
fn is_bound_again(tokens: &[TokenTree], name: &Ident) -> bool {
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        let rest = &tokens[at + 1..];
        let pattern = if is_word(token, "let") || is_word(token, "for") {
            let end = |token: &TokenTree| is_punct(token, '=') || is_punct(token, ';') || is_word(token, "in");
            &rest[..rest.iter().position(end).unwrap_or(rest.len())]
        } else if is_punct(token, '|') {
            let end = |token: &TokenTree| is_punct(token, '|') || is_punct(token, ';');
            &rest[..rest.iter().position(end).unwrap_or(0)]
        } else if is_punct(token, '=') && rest.first().is_some_and(|next| is_punct(next, '>')) {
            &tokens[start..at]
        } else {
            &[]
        };
        if pattern.iter().any(|token| mentions(token, name)) {
            return true;
        }
        match token {
            TokenTree::Group(group) => {
                if is_bound_again(&level(group), name) {
                    return true;
                }
                if group.delimiter() == Delimiter::Brace {
                    start = at + 1;
                }
            }
            token if is_punct(token, ',') || is_punct(token, '>') => start = at + 1,
            _ => {}
        }
    }
    false
}

fn mentions(token: &TokenTree, name: &Ident) -> bool {
    match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => level(group).iter().any(|token| mentions(token, name)),
        _ => false,
    }
}

/// The name, alone between the parentheses or commas of a call.
fn argument(tokens: &[TokenTree], name: &Ident) -> Option<Ident> {
    const KEYWORDS: &[&str] = &["as", "else", "if", "in", "match", "move", "return", "break", "while"];
    tokens.iter().enumerate().find_map(|(at, token)| {
        let TokenTree::Group(group) = token else { return None };
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        if before.is_some_and(|before| is_punct(before, '!')) {
            // What a macro does with it is not known.
            return None;
        }
        let inside = level(group);
        let called = matches!(before, Some(TokenTree::Ident(word)) if !KEYWORDS.iter().any(|keyword| word == keyword));
        if called && group.delimiter() == Delimiter::Parenthesis {
            let mut arguments = inside.split(|token| is_punct(token, ','));
            let alone = arguments.find_map(|argument| match argument {
                [TokenTree::Ident(word)] if word == name => Some(word.clone()),
                _ => None,
            });
            if alone.is_some() {
                return alone;
            }
        }
        argument(&inside, name)
    })
}

fn level(group: &proc_macro2::Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::given_away;
    use crate::item::{Function, Item};

    fn of(source: &str) -> Vec<String> {
        let Ok(Item::Function(function)) = syn::parse_str(source) else {
            panic!("no function: {source}");
        };
        let function: Function = function;
        let found = given_away(&function, &function.body.tokens.clone(), &[]);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_stands_alone_in_a_call_is_given_away() {
        for (body, found) in [
            ("store(a, b).await", &["a", "b"][..]),
            ("Ok(a)", &["a"]),
            ("if x { self.inner.store(1, a)? } Ok(1)", &["a"]),
            ("spawn(async move { send(a).await })", &["a"]),
            ("match a.len() { 0 => store(b), _ => Ok(1) }", &["b"]),
        ] {
            assert_eq!(
                of(&format!("fn f(a: A, b: B, c: u32, d: &str) -> R {{ {body} }}")),
                found,
                "{body}"
            );
        }
    }

    #[test]
    fn what_may_be_something_else_is_not_looked_at() {
        for body in [
            "store(&a, b.clone(), c, d)",
            "println!(\"{}\", a); assert_eq!(a, b); Ok(1)",
            "match (a) { _ => Ok(1) }",
            "if let Some(a) = find() { store(a) } else { Ok(1) }",
            "let Wrapper { a, .. } = wrapped(); store(a)",
            "for a in all() { store(a)?; } Ok(1)",
            "all().map(|a| store(a))",
            "match find() { Ok(a) => store(a), Err(_) => Ok(1) }",
            "match find() { 1 => { Ok(1) } Some(a) => store(a) }",
            "fn inner(a: A) -> R { store(a) } inner(A)",
            "#[cfg(unix)] store(a); Ok(1)",
        ] {
            let none: [String; 0] = [];
            assert_eq!(
                of(&format!("fn f(a: A, b: B, c: u32, d: &str) -> R {{ {body} }}")),
                none,
                "{body}"
            );
        }
    }
}

//! Calls from one method of a block to another: an idempotent one must not call an apply.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::header::ImplHeader;
use super::member::{braces, names};
use super::scan;
use crate::diagnostics::Diagnostics;
use crate::tokens::{is_punct, is_word};

/// How the methods of a block can be named from within, beside `self` and `Self`: paths, without what is generic.
#[derive(Clone, Default)]
pub(crate) struct Owner {
    /// The type that the block is for.
    ty: Vec<Ident>,
    /// The trait that the block implements, or declares.
    of: Vec<Ident>,
    /// Whether the block is the trait itself: what it marks is marked for every type.
    declares: bool,
}

/// A method of the block by its name: called, or taken as a value.
pub(crate) struct Call {
    pub(crate) name: Ident,
    pub(crate) tokens: Vec<TokenTree>,
}

impl Owner {
    pub(crate) fn of_impl(header: ImplHeader) -> Self {
        Self {
            ty: header.ty,
            of: header.of.unwrap_or_default(),
            declares: false,
        }
    }

    pub(crate) fn of_trait(name: &Ident) -> Self {
        Self {
            ty: Vec::new(),
            of: vec![name.clone()],
            declares: true,
        }
    }

    /// Reads what `to_tokens` wrote.
    pub(super) fn read(tokens: TokenStream) -> Self {
        let mut owner = Self::default();
        let mut paths = tokens.into_iter();
        let mut path = || match paths.next() {
            Some(TokenTree::Group(group)) => names(&group),
            _ => Vec::new(),
        };
        owner.ty = path();
        owner.of = path();
        owner.declares = paths.next().is_some();
        owner
    }

    /// Every use of one of `names`, however deep in the body.
    pub(crate) fn calls(&self, body: &TokenStream, names: &[Ident]) -> Vec<Call> {
        let mut found = Vec::new();
        if names.is_empty() {
            return found;
        }
        scan::walk(body, true, &mut |level, at, own| {
            let Some((name, end)) = self.call(level, at, own) else {
                return;
            };
            if names.contains(name) {
                found.push(Call {
                    name: name.clone(),
                    tokens: level[at..end].to_vec(),
                });
            }
        });
        found
    }

    /// Reports every use of one of `applies` in the body of an idempotent method.
    pub(crate) fn refuse_applies(&self, body: &TokenStream, applies: &[Ident], errors: &mut Diagnostics) {
        for Call { name, tokens } in self.calls(body, applies) {
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

    /// A method of the block that is named at `at`, and where the expression ends. `own` says that `self` is the method's.
    fn call<'a>(&self, level: &'a [TokenTree], at: usize, own: bool) -> Option<(&'a Ident, usize)> {
        let tokens = &level[at..];
        if own && (is_word(&level[at], "self") || is_word(&level[at], "__self")) && is_punct(tokens.get(1)?, '.') {
            // Without arguments it is a field.
            let (name, end, arguments) = method(level, at + 2)?;
            return arguments.map(|_| (name, end));
        }
        if at >= 2 && is_colons(&level[at - 2..]) {
            return None;
        }
        let (path, any_receiver) = self.path(tokens, own)?;
        if !is_colons(&tokens[path..]) {
            return None;
        }
        let (name, end, arguments) = method(level, at + path + 2)?;
        (any_receiver || arguments.is_some_and(is_for_self)).then_some((name, end))
    }

    /// The length of a path that leads to the methods of the block, and whether it does so whatever the receiver is.
    fn path(&self, tokens: &[TokenTree], own: bool) -> Option<(usize, bool)> {
        if own && is_word(tokens.first()?, "Self") {
            return Some((1, true));
        }
        if let Some(length) = angled(tokens) {
            return self.is_qualified(&tokens[1..length - 1], own).then_some((length, true));
        }
        if let Some(length) = leading(tokens, &self.ty) {
            return Some((length, true));
        }
        leading(tokens, &self.of).map(|length| (length, self.declares))
    }

    /// What stands in `<..>`: the type, or the type `as` the trait.
    fn is_qualified(&self, inside: &[TokenTree], own: bool) -> bool {
        let cast = inside.iter().position(|token| is_word(token, "as"));
        let (ty, of) = inside.split_at(cast.unwrap_or(inside.len()));
        let this = match ty {
            [ty] if is_word(ty, "Self") => own,
            ty => leading(ty, &self.ty) == Some(ty.len()),
        };
        match of.split_first() {
            None => this,
            Some((_, of)) => (this || self.declares) && leading(of, &self.of) == Some(of.len()),
        }
    }
}

impl ToTokens for Owner {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for path in [&self.ty, &self.of] {
            tokens.append(braces(path.iter().map(ToTokens::to_token_stream).collect()));
        }
        if self.declares {
            tokens.append(braces(TokenStream::new()));
        }
    }
}

/// `name`, `name(..)` or `name::<..>(..)` at `at`: the name, where it ends, and the arguments.
fn method(level: &[TokenTree], at: usize) -> Option<(&Ident, usize, Option<TokenStream>)> {
    let TokenTree::Ident(name) = level.get(at)? else {
        return None;
    };
    let mut end = at + 1;
    if is_colons(&level[end..]) {
        end += 2 + angled(&level[end + 2..])?;
    }
    match level.get(end) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            Some((name, end + 1, Some(group.stream())))
        }
        _ => Some((name, end, None)),
    }
}

/// The length of this path at the beginning of the tokens, with what is generic at its end.
fn leading(tokens: &[TokenTree], path: &[Ident]) -> Option<usize> {
    let mut at = 0;
    for (number, segment) in path.iter().enumerate() {
        if number > 0 {
            at += is_colons(tokens.get(at..)?).then_some(2)?;
        }
        at += matches!(tokens.get(at)?, TokenTree::Ident(ident) if ident == segment).then_some(1)?;
    }
    if at == 0 {
        return None;
    }
    let rest = &tokens[at..];
    let colons = if is_colons(rest) { 2 } else { 0 };
    Some(at + angled(&rest[colons..]).map_or(0, |length| colons + length))
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [a, b, ..] if is_punct(a, ':') && is_punct(b, ':'))
}

/// Whether these are arguments of which the first is `self`.
fn is_for_self(arguments: TokenStream) -> bool {
    let mut arguments = arguments
        .into_iter()
        .skip_while(|token| is_punct(token, '&') || is_punct(token, '*') || is_word(token, "mut"));
    arguments.next().is_some_and(|first| is_word(&first, "self"))
        && arguments.next().is_none_or(|second| is_punct(&second, ','))
}

/// The length of `<..>`.
pub(super) fn angled(tokens: &[TokenTree]) -> Option<usize> {
    if !is_punct(tokens.first()?, '<') {
        return None;
    }
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        if is_punct(token, '<') {
            depth += 1;
        } else if is_punct(token, '>') && !(at > 0 && is_punct(&tokens[at - 1], '-')) {
            depth -= 1;
            if depth == 0 {
                return Some(at + 1);
            }
        }
    }
    None
}

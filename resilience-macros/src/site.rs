//! Where in a function the code of an operation goes.
//!
//! For most functions that is the whole body. A function that returns a future does its work later, in the
//! `async` block at its end; and what `#[async_trait]` makes of a method begins with bindings of its own, which
//! must be made once, not once per attempt.

mod async_trait;
mod trailing;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::Pat;

use crate::item::{Function, braces};
use crate::signature::{self, Output};
use crate::tokens::is_punct;

/// The statements of an operation, and everything that stays around them.
pub(crate) struct Site {
    pub(crate) flow: Flow,
    pub(crate) output: Output,
    /// The user's statements, and the braces around them.
    pub(crate) statements: TokenStream,
    pub(crate) braces: Span,
    /// The bindings that `#[async_trait]` made in front of the statements.
    pub(crate) bindings: Vec<Binding>,
    /// From the outside in; the last one is the block of the statements.
    layers: Vec<Layer>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Blocking,
    Async,
}

/// `let PATTERN = value;`
pub(crate) struct Binding {
    keyword: Vec<TokenTree>,
    pub(crate) pattern: Pat,
    rest: Vec<TokenTree>,
}

/// A group and its neighbours.
struct Layer {
    before: Vec<TokenTree>,
    /// `None` for a layer that only has neighbours.
    delimiter: Delimiter,
    span: Span,
    after: Vec<TokenTree>,
}

/// The function returns a future, but not in a shape that shows where its work begins.
pub(crate) struct HiddenFuture;

impl Site {
    pub(crate) fn find(function: &Function) -> Result<Self, HiddenFuture> {
        if function.signature.asyncness.is_some() {
            return Ok(Self::whole(function, Flow::Async));
        }
        let tokens = function.body.tokens.clone().into_iter().collect();
        if let Some((layers, block)) = trailing::future(tokens) {
            return Ok(Self::inside(function, layers, block));
        }
        if signature::returns_future(&function.signature) {
            return Err(HiddenFuture);
        }
        Ok(Self::whole(function, Flow::Blocking))
    }

    /// The whole body, after the inner attributes, which are legal at its very beginning only.
    fn whole(function: &Function, flow: Flow) -> Self {
        let mut before: Vec<TokenTree> = function.body.tokens.clone().into_iter().collect();
        let statements = before.split_off(inner_attributes(&before));
        Self {
            flow,
            output: Output::of(&function.signature),
            statements: with_tail_of_macro(statements.into_iter().collect()),
            braces: function.body.braces,
            bindings: Vec::new(),
            layers: vec![Layer {
                before,
                delimiter: Delimiter::None,
                span: function.body.braces,
                after: Vec::new(),
            }],
        }
    }

    fn inside(function: &Function, mut layers: Vec<Layer>, mut block: Group) -> Self {
        let mut bindings = Vec::new();
        if let Some(made) = async_trait::read(&block) {
            layers.extend([made.hint, made.initialiser]);
            bindings = made.bindings;
            block = made.block;
        }
        Self {
            flow: Flow::Async,
            output: Output::of_future(&function.signature),
            statements: with_tail_of_macro(block.stream()),
            braces: braces(&block.stream(), block.delim_span()),
            bindings,
            layers,
        }
    }

    /// The name that `#[async_trait]` gave to `self`.
    pub(crate) fn renamed_self(&self) -> Option<&Ident> {
        self.bindings.iter().find_map(|binding| match &binding.pattern {
            Pat::Ident(name) if name.ident == "__self" => Some(&name.ident),
            _ => None,
        })
    }

    /// The body of the function with `code` in the place of the statements.
    pub(crate) fn fill(mut self, code: TokenStream) -> TokenStream {
        let innermost = self.layers.pop();
        let code = innermost.map_or_else(TokenStream::new, |layer| layer.around(code));
        let bindings = &self.bindings;
        let code = quote!(#(#bindings)* #code);
        self.layers
            .into_iter()
            .rev()
            .fold(code, |code, layer| layer.around(code))
    }
}

impl Layer {
    fn around(self, code: TokenStream) -> TokenStream {
        let mut all: TokenStream = self.before.into_iter().collect();
        if self.delimiter == Delimiter::None {
            all.extend(code);
        } else {
            let mut group = Group::new(self.delimiter, code);
            group.set_span(self.span);
            all.append(group);
        }
        all.extend(self.after);
        all
    }
}

impl ToTokens for Binding {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.keyword);
        self.pattern.to_tokens(tokens);
        tokens.append_all(&self.rest);
    }
}

/// A block that a `macro_rules!` ends the body with, as `$body:block`, comes in a group without delimiters. Its braces are needed
/// there, and it takes the place of the group for the compiler not to call them unnecessary.
fn with_tail_of_macro(statements: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = statements.clone().into_iter().collect();
    let Some(TokenTree::Group(of_macro)) = tokens.last() else {
        return statements;
    };
    let mut inside = of_macro.stream().into_iter();
    match (of_macro.delimiter(), inside.next(), inside.next()) {
        (Delimiter::None, Some(TokenTree::Group(mut block)), None) if block.delimiter() == Delimiter::Brace => {
            block.set_span(block.span().resolved_at(of_macro.span()));
            tokens.pop();
            tokens.push(TokenTree::Group(block));
            tokens.into_iter().collect()
        }
        _ => statements,
    }
}

/// How many of the first tokens are `#![..]`.
pub(crate) fn inner_attributes(tokens: &[TokenTree]) -> usize {
    let mut end = 0;
    while let [hash, bang, TokenTree::Group(group), ..] = &tokens[end..] {
        if !is_punct(hash, '#') || !is_punct(bang, '!') || group.delimiter() != Delimiter::Bracket {
            break;
        }
        end += 3;
    }
    end
}

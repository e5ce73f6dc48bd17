//! From a checked operation to the body of its function. The only place where bodies are written.
//!
//! Locals are mixed-site, so that they never meet a name of the user's; a `static` is not hygienic and stands in a
//! block of its own. Tokens that the compiler may complain about are put where the user can mend it: the loop at
//! the word `idempotent`, the block of the attempt at the braces of the body, the outcome at the return type.

mod call;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Path};

use crate::args::Args;
use crate::signature::Output;
use crate::site::{Flow, Site};
use crate::tokens::{is_punct, is_word};

pub(crate) use self::call::declaration;

/// An operation that nothing is wrong with.
pub(crate) struct Operation<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) args: &'a Args,
    /// The parameters of `clone(..)`.
    pub(crate) copies: Vec<PerAttempt>,
    /// Where a decorator keeps the service that it may have been given.
    pub(crate) handle: Option<Expr>,
    /// A question to the compiler, in front of everything.
    pub(crate) probe: Option<TokenStream>,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// With the place of the word.
    Idempotent(Span),
    Plain,
    Apply,
}

/// A parameter of which every attempt gets a copy of its own.
pub(crate) struct PerAttempt {
    /// As the parameter list has it: it may come from another macro than the attribute does.
    pub(crate) name: Ident,
    /// Its place in the attribute.
    pub(crate) place: Span,
    /// The `mut` that it had in the parameter list.
    pub(crate) mutable: Option<Span>,
}

/// The body of a function that is an operation.
pub(crate) fn operation(operation: &Operation<'_>, site: Site) -> TokenStream {
    let begin = call::begin(operation, &site);
    let code = match operation.kind {
        Kind::Idempotent(word) => repeated(operation, &site, word),
        Kind::Plain | Kind::Apply => once(operation, &site),
    };
    let probe = &operation.probe;
    site.fill(quote!(#probe #begin #code))
}

/// The body of a function that is marked `#[apply]` and is no operation: the fence, then what was there.
pub(crate) fn fence(krate: &Path, name: &str, site: Site) -> TokenStream {
    let ours = Span::mixed_site();
    let refused = refused(krate, &site.output);
    let statements = &site.statements;
    let code = quote_spanned! {ours=>
        if let ::core::result::Result::Err(interruption) = #krate::__private::begin_apply(#name) {
            return #refused;
        }
        #statements
    };
    site.fill(code)
}

/// Admit, attempt, settle, wait, and again.
fn repeated(operation: &Operation<'_>, site: &Site, word: Span) -> TokenStream {
    let krate = &operation.args.krate;
    let ours = Span::mixed_site();
    let refused = refused(krate, &site.output);
    let copies = operation.copies.iter().map(PerAttempt::made);
    let outcome = outcome(operation, site);
    let settled = judged(operation, site, "settle", "settle_as");
    let sleep = match site.flow {
        Flow::Async => quote_spanned!(ours=> call.sleep(delay).await),
        Flow::Blocking => quote_spanned!(ours=> call.sleep_blocking(delay)),
    };
    let attempt = quote_spanned! {ours=>
        if let ::core::result::Result::Err(interruption) = call.admit() {
            break #refused;
        }
        #(#copies)*
        #outcome
        let delay = match #settled {
            #krate::Next::Return(outcome) => break outcome,
            #krate::Next::RetryAfter(delay) => delay,
        };
        #sleep;
    };
    quote_spanned!(ours.located_at(word)=> loop { #attempt })
}

/// Admit, attempt, finish: what is legal without the attribute stays legal.
fn once(operation: &Operation<'_>, site: &Site) -> TokenStream {
    let refused = refused(&operation.args.krate, &site.output);
    let outcome = outcome(operation, site);
    let finished = judged(operation, site, "finish", "finish_as");
    quote_spanned! {Span::mixed_site()=>
        if let ::core::result::Result::Err(interruption) = call.admit() {
            return #refused;
        }
        #outcome
        #finished
    }
}

/// `let outcome = ..;`
fn outcome(operation: &Operation<'_>, site: &Site) -> TokenStream {
    let ours = Span::mixed_site();
    let at_body = ours.located_at(site.braces);
    let at_return = ours.located_at(site.output.first);
    let edge = return_edge(&operation.args.krate, &site.output).filter(|_| site.flow == Flow::Async);
    let moved: TokenStream = operation.copies.iter().map(PerAttempt::moved).collect();
    let before = quote!(#edge #moved);
    let statements = &site.statements;
    let lint = items_after_statements(&before, statements);
    // The braces stay the user's: by them the compiler tells the edition, which decides what a tail expression drops.
    let block = block(site.braces, quote!(#before #statements));
    match site.flow {
        Flow::Async => {
            let capture = match operation.kind {
                // A loop cannot give its arguments away.
                Kind::Idempotent(_) => None,
                Kind::Plain | Kind::Apply => Some(quote_spanned!(at_body=> move)),
            };
            let block = quote_spanned!(at_body=> async #capture #block);
            let ty = site.output.ty.iter();
            let attempt = quote_spanned!(at_return=> call.attempt(#block).await);
            quote_spanned!(ours=> #lint let outcome #(: #ty)* = #attempt;)
        }
        Flow::Blocking => {
            let ty = match &site.output.ty {
                Some(ty) => ty.clone(),
                None => quote_spanned!(ours=> !),
            };
            let closure = quote_spanned!(at_body=> || -> #ty #block);
            quote_spanned!(ours=> #lint let outcome = call.attempt_blocking(#closure);)
        }
    }
}

/// A body that begins with items must not be blamed for the statements that we put before them.
fn items_after_statements(before: &TokenStream, statements: &TokenStream) -> Option<TokenStream> {
    (begins_with_item(statements) && !before.is_empty())
        .then(|| quote_spanned!(Span::mixed_site()=> #[allow(clippy::items_after_statements)]))
}

pub(crate) fn begins_with_item(statements: &TokenStream) -> bool {
    const ITEMS: &[&str] = &[
        "const", "enum", "extern", "fn", "impl", "mod", "pub", "static", "struct", "trait", "type", "union", "use",
    ];
    let is_item = |token: &TokenTree| ITEMS.iter().any(|item| is_word(token, item));
    let mut tokens = statements.clone().into_iter();
    let mut first = tokens.next();
    while first.as_ref().is_some_and(|token| is_punct(token, '#')) {
        first = tokens.nth(1);
    }
    first.is_some_and(|first| {
        // `unsafe {`, `async {` and `async move {` are expressions.
        let modifies = is_word(&first, "async") || is_word(&first, "unsafe");
        is_item(&first) || modifies && tokens.next().is_some_and(|next| is_item(&next))
    })
}

/// A `return` that is never taken: it gives the block the type that the body was written for.
fn return_edge(krate: &Path, output: &Output) -> Option<TokenStream> {
    let ty = output.ty.as_ref()?;
    let at_return = Span::mixed_site().located_at(output.first);
    Some(quote_spanned! {at_return=>
        if false {
            return #krate::__private::never::<#ty>();
        }
    })
}

/// `FromInterruption::from_interruption(interruption)`, from the first to the last token of the return type.
fn refused(krate: &Path, output: &Output) -> TokenStream {
    let first = Span::mixed_site().located_at(output.first);
    let last = Span::mixed_site().located_at(output.last);
    let krate = located(krate, output.first);
    let function = quote_spanned!(last=> from_interruption(interruption));
    quote_spanned!(first=> #krate::FromInterruption::#function)
}

/// The outcome, judged by its type or by the user's `classify`.
fn judged(operation: &Operation<'_>, site: &Site, by_type: &str, by_user: &str) -> TokenStream {
    match &operation.args.classify {
        None => {
            let at_return = Span::mixed_site().located_at(site.output.first);
            let judge = Ident::new(by_type, at_return);
            quote_spanned!(at_return=> call.#judge(outcome))
        }
        Some(classify) => {
            let at_classify = at(classify);
            let judge = Ident::new(by_user, at_classify);
            let classify = with_self(classify, site);
            quote_spanned!(at_classify=> call.#judge(outcome, #classify))
        }
    }
}

impl PerAttempt {
    /// In the loop, outside the block: a block that copied would keep the original borrowed.
    fn made(&self) -> TokenStream {
        let place = Span::mixed_site().located_at(self.place);
        // Not made anew from its text: it may be a raw identifier.
        let mut name = self.name.clone();
        name.set_span(self.name.span().located_at(self.place));
        quote_spanned!(place=> let #name = ::core::clone::Clone::clone(&#name);)
    }

    /// Inside the block: the copy belongs to the attempt, also if the body only looks at it.
    fn moved(&self) -> TokenStream {
        let name = &self.name;
        let mutability = self.mutable.map(|place| Ident::new("mut", place));
        quote_spanned!(Span::mixed_site()=> let #mutability #name = #name;)
    }
}

/// Ours, at the first token of the user's.
fn at(tokens: &impl ToTokens) -> Span {
    let first = tokens.to_token_stream().into_iter().next();
    let place = first.map_or_else(Span::call_site, |token| token.span());
    Span::mixed_site().located_at(place)
}

/// An expression of the attribute, for the place where the body is.
fn with_self(expression: &Expr, site: &Site) -> TokenStream {
    let tokens = expression.to_token_stream();
    match site.renamed_self() {
        Some(renamed) => rename_self(tokens, renamed),
        None => tokens,
    }
}

fn rename_self(tokens: TokenStream, renamed: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(word) if word == "self" => {
                let place = renamed.span().located_at(word.span());
                TokenTree::Ident(Ident::new(&renamed.to_string(), place))
            }
            TokenTree::Group(group) => {
                let inner = rename_self(group.stream(), renamed);
                let mut renamed = Group::new(group.delimiter(), inner);
                renamed.set_span(group.span());
                TokenTree::Group(renamed)
            }
            other => other,
        })
        .collect()
}

/// A path with another place and the same meaning.
pub(crate) fn located(path: &Path, place: Span) -> TokenStream {
    path.to_token_stream()
        .into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(place));
            token
        })
        .collect()
}

fn block(place: Span, tokens: TokenStream) -> TokenTree {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(place);
    TokenTree::Group(group)
}

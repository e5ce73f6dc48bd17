//! One attempt: the statements of the user in a block of their own, with the type that they were written for.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Path;

use super::{Kind, Operation, PerAttempt, block, refused};
use crate::signature::Output;
use crate::site::{Flow, Site};
use crate::tokens::{is_punct, is_word};

/// `let outcome = ..;`
pub(super) fn outcome(operation: &Operation<'_>, site: &Site) -> TokenStream {
    let ours = Span::mixed_site();
    let at_body = ours.located_at(site.braces);
    let at_return = ours.located_at(site.output.first);
    let edge = return_edge(&operation.args.krate, &site.output).filter(|_| site.flow == Flow::Async);
    let moved = moved(operation, site.flow);
    let before = quote!(#edge #moved);
    let statements = behind(&before, &site.statements, site.braces);
    // The braces stay the user's: by them the compiler tells the edition, which decides what a tail expression drops.
    let block = block(site.braces, quote!(#before #statements));
    match site.flow {
        Flow::Async => {
            let capture = match operation.kind {
                // A loop cannot give its arguments away.
                Kind::Idempotent(_) => None,
                // What has been moved into the block is assigned for nobody to read, as the compiler sees it.
                Kind::Plain | Kind::Apply if operation.shares_parameters || operation.whole_self.is_some() => None,
                Kind::Plain | Kind::Apply => Some(quote_spanned!(at_body=> move)),
            };
            let block = quote_spanned!(at_body=> async #capture #block);
            // The edge says the type. Said once more here, it would be the user's to answer for: `clippy::type_complexity`.
            let attempt = match (&operation.args.fallback, &operation.args.interrupted) {
                (None, None) => quote_spanned!(at_return=> call.attempt(#block).await),
                (None, Some(path)) => {
                    let interrupted = refused(&operation.args.krate, Some(path), &site.output, site.flow);
                    quote_spanned!(at_return=> call.try_attempt(#block).await.unwrap_or_else(|interruption| #interrupted))
                }
                (Some(_), _) => quote_spanned!(at_return=> call.try_attempt(#block).await),
            };
            quote_spanned!(ours=> let outcome = #attempt;)
        }
        Flow::Blocking => {
            let ty = &site.output.ty;
            let closure = quote_spanned!(at_body=> || #block);
            // Not behind the closure's arrow: see above.
            quote_spanned!(ours=> let outcome = call.attempt_blocking::<#ty>(#closure);)
        }
    }
}

/// The whole call, where the runtime takes its steps.
pub(super) fn run(operation: &Operation<'_>, site: &Site) -> TokenStream {
    let ours = Span::mixed_site();
    let (at_body, at_return) = (ours.located_at(site.braces), ours.located_at(site.output.first));
    let moved = moved(operation, site.flow);
    let statements = behind(&moved, &site.statements, site.braces);
    let block = block(site.braces, quote!(#moved #statements));
    let ty = &site.output.ty;
    let closure = quote_spanned!(at_body=> || #block);
    quote_spanned!(at_return=> return operation.call_blocking::<#ty>(#closure);)
}

/// What belongs to the attempt from its beginning.
fn moved(operation: &Operation<'_>, flow: Flow) -> TokenStream {
    let copies = operation.copies.iter().map(PerAttempt::moved);
    // Looked at as a whole, it is captured as a whole: where its fields were taken one by one, the compiler would warn that nobody
    // reads what the body puts into them. A future that is to be `Send` borrows it exclusively.
    let exclusively = (flow == Flow::Async).then(|| Ident::new("mut", Span::mixed_site()));
    let whole = operation.whole_self.iter();
    quote_spanned!(Span::mixed_site()=> #(let _ = &#exclusively #whole;)* #(#copies)*)
}

/// Statements that begin with items, in a block of their own: the user is not to be blamed for what we put before them.
pub(super) fn behind(before: &TokenStream, statements: &TokenStream, braces: Span) -> TokenStream {
    if before.is_empty() || !begins_with_item(statements) {
        return statements.clone();
    }
    block(braces, statements.clone()).into()
}

fn begins_with_item(statements: &TokenStream) -> bool {
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

impl PerAttempt {
    /// In the loop, outside the block: a block that copied would keep the original borrowed.
    pub(super) fn made(&self) -> TokenStream {
        let place = Span::mixed_site().located_at(self.place);
        // Not made anew from its text: it may be a raw identifier.
        let mut name = self.name.clone();
        name.set_span(self.name.span().located_at(self.place));
        quote_spanned!(place=> let mut #name = ::core::clone::Clone::clone(&#name);)
    }

    /// Inside the block: the copy belongs to the attempt, also if the body only looks at it.
    pub(super) fn moved(&self) -> TokenStream {
        let name = &self.name;
        let mutability = self.mutable.map(|place| Ident::new("mut", place));
        quote_spanned!(Span::mixed_site()=> let #mutability #name = #name;)
    }
}

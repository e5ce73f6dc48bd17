//! `fallback = ..`: the last failure is kept apart from the answers, and goes to the user's code once the call has ended.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprBlock, ExprClosure, ReturnType};

use super::{Operation, at, block, judged, with_self};
use crate::args::ungrouped;
use crate::site::{Flow, Site};

/// `async |failure| ..`, whose body is awaited in place.
pub(crate) fn awaited(fallback: &Expr) -> Option<&ExprClosure> {
    match ungrouped(fallback) {
        Expr::Closure(closure) if closure.asyncness.is_some() => Some(closure),
        _ => None,
    }
}

/// The value that a refused call ends with.
pub(super) fn refused(operation: &Operation<'_>) -> TokenStream {
    let krate = &operation.args.krate;
    quote_spanned!(Span::mixed_site()=> ::core::result::Result::Err(#krate::LastFailure::Interruption(interruption)))
}

/// `match ended { .. }`: the answer of the call, or that of the fallback.
pub(super) fn answer(operation: &Operation<'_>, site: &Site, fallback: &Expr) -> TokenStream {
    let ours = Span::mixed_site();
    let at_fallback = at(fallback);
    let fallen = match awaited(fallback) {
        Some(closure) => awaited_in_place(operation, site, closure),
        None => {
            let fallback = with_self(fallback.to_token_stream(), site);
            judged(
                operation,
                site,
                "fall_back",
                |_| quote_spanned!(at_fallback=> failure, #fallback),
            )
        }
    };
    quote_spanned! {ours=>
        match ended {
            ::core::result::Result::Ok(outcome) => outcome,
            ::core::result::Result::Err(failure) => #fallen,
        }
    }
}

/// No closure is made: what it returns could not be sent to another thread.
fn awaited_in_place(operation: &Operation<'_>, site: &Site, closure: &ExprClosure) -> TokenStream {
    let krate = &operation.args.krate;
    let ours = Span::mixed_site();
    let start = closure.inputs_begin.span;
    let at_closure = ours.located_at(start);
    let ty = match &closure.output {
        ReturnType::Type(_, ty) => Some(ty.to_token_stream()),
        ReturnType::Default => site.output.ty.clone(),
    };
    let edge = ty.iter().map(|ty| {
        quote_spanned! {at_closure=>
            if false {
                return #krate::__private::never::<#ty>();
            }
        }
    });
    let pattern = closure.inputs.iter();
    let capture = &closure.capture;
    let body = with_self(statements(&closure.body), site);
    let block = block(
        start,
        quote_spanned!(ours=> #(#edge)* #(let #pattern = failure;)* #body),
    );
    let annotation = ty.iter();
    let answer = quote_spanned!(at_closure=> async #capture #block.await);
    let ended = judged(operation, site, "end_fallback", |place| quote_spanned!(place=> answer));
    quote_spanned! {ours=> {
        call.begin_fallback(&failure);
        let answer #(: #annotation)* = #answer;
        #ended
    }}
}

/// A body in braces without them: a block in a block would be called unnecessary.
fn statements(body: &Expr) -> TokenStream {
    match body {
        Expr::Block(ExprBlock {
            attrs,
            label: None,
            block,
        }) if attrs.is_empty() => {
            let statements = &block.stmts;
            quote!(#(#statements)*)
        }
        other => other.to_token_stream(),
    }
}

/// Whether an awaited fallback could be awaited here.
pub(crate) fn misplaced(fallback: &Expr, flow: Flow) -> Option<Span> {
    let closure = awaited(fallback)?;
    let keyword = closure.asyncness.as_ref()?;
    (flow == Flow::Blocking).then_some(keyword.span)
}

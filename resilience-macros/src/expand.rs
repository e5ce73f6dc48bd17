//! From a checked operation to the body of its function. The only place where bodies are written.
//!
//! Locals are mixed-site, so that they never meet a name of the user's; a `static` is not hygienic and stands in a
//! block of its own. Tokens that the compiler may complain about are put where the user can mend it: the loop at
//! the word `idempotent`, the block of the attempt at the braces of the body, the outcome at the return type.

mod attempt;
mod call;
mod fallback;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprPath, Path};

use crate::args::{ApplyArgs, Args, Service};
use crate::signature::Output;
use crate::site::{Flow, Site};
use crate::witness::Question;

pub(crate) use self::fallback::misplaced as misplaced_fallback;

pub(crate) use self::call::declaration;

/// An operation that nothing is wrong with.
pub(crate) struct Operation<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) args: &'a Args,
    /// The parameters that each attempt has for itself.
    pub(crate) copies: Vec<PerAttempt>,
    /// The `self` that the body changes as a whole.
    pub(crate) whole_self: Option<Ident>,
    /// The fallback names parameters, which the only attempt must leave to it.
    pub(crate) shares_parameters: bool,
    /// Where a decorator keeps the service that it may have been given.
    pub(crate) handle: Option<Expr>,
    /// Whether a trait says that it is an apply.
    pub(crate) question: Question,
    /// Asks whether each attempt can have the arguments that the body gives away.
    pub(crate) arguments: Option<TokenStream>,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// With the place of the word.
    Idempotent(Span),
    Plain,
    Apply,
}

/// A parameter that every attempt has for itself.
pub(crate) struct PerAttempt {
    /// Each attempt gets a clone; otherwise there is only one attempt, or the parameter is copied anyway.
    pub(crate) cloned: bool,
    /// As the parameter list has it: it may come from another macro than the attribute does.
    pub(crate) name: Ident,
    /// Its place in the attribute.
    pub(crate) place: Span,
    /// The `mut` that it had in the parameter list.
    pub(crate) mutable: Option<Span>,
}

/// The body of a function that is an operation.
pub(crate) fn operation(operation: &Operation<'_>, site: Site) -> TokenStream {
    let owned = owned(operation, &site);
    let code = if runs_at_once(operation, &site) {
        let known = call::known(operation);
        let run = attempt::run(operation, &site);
        quote!(#known #run)
    } else {
        let begin = call::begin(operation, &site);
        let steps = match operation.kind {
            Kind::Idempotent(word) => repeated(operation, &site, word),
            Kind::Plain | Kind::Apply => once(operation, &site),
        };
        quote!(#begin #steps)
    };
    site.fill(quote!(#owned #code))
}

/// Where nothing is said but names, the steps of a blocking attempt are one function of the runtime.
fn runs_at_once(operation: &Operation<'_>, site: &Site) -> bool {
    let args = operation.args;
    matches!(operation.kind, Kind::Plain | Kind::Apply)
        && site.flow == Flow::Blocking
        && matches!(args.service, Some(Service::Named(_)))
        && args.layers.is_empty()
        && args.registry.is_none()
        && args.classify.is_none()
        && args.fallback.is_none()
        && args.interrupted.is_none()
        && operation.handle.is_none()
}

/// A blocking function only looks at what each attempt gets a copy of. It owns it all the same, and says so: that it could do
/// with a reference (`clippy::needless_pass_by_value`) is nothing to blame the user for.
fn owned(operation: &Operation<'_>, site: &Site) -> TokenStream {
    if site.flow == Flow::Async {
        return TokenStream::new();
    }
    let cloned = operation.copies.iter().filter(|copy| copy.cloned);
    let names = cloned.map(|copy| &copy.name);
    quote_spanned!(Span::mixed_site()=> #(let mut #names = #names;)*)
}

/// The body of a function that is marked `#[apply]` and is no operation: the fence, then what was there.
pub(crate) fn fence(args: &ApplyArgs, name: &str, site: Site) -> TokenStream {
    let ours = Span::mixed_site();
    let krate = &args.krate;
    let refused = refused(krate, args.interrupted.as_ref(), &site.output, site.flow);
    // Nothing is judged without a service; that the classifier could judge is checked all the same.
    let judged = args
        .classify
        .as_ref()
        .zip(site.output.ty.as_ref())
        .map(|(classify, ty)| {
            let at_classify = at(classify);
            let classify = with_self(classify.to_token_stream(), &site);
            quote_spanned! {at_classify=>
                if false {
                    #krate::__private::can_judge::<#ty>(#classify);
                }
            }
        });
    let fence = quote_spanned! {ours=>
        #judged
        if let ::core::result::Result::Err(interruption) = #krate::__private::begin_apply(#name) {
            return #refused;
        }
    };
    let statements = attempt::behind(&fence, &site.statements, site.braces);
    let code = quote!(#fence #statements);
    site.fill(code)
}

/// Admit, attempt, settle, wait, and again.
fn repeated(operation: &Operation<'_>, site: &Site, word: Span) -> TokenStream {
    let krate = &operation.args.krate;
    let ours = Span::mixed_site();
    let refused = match operation.args.fallback {
        None => refused(krate, operation.args.interrupted.as_ref(), &site.output, site.flow),
        Some(_) => fallback::refused(operation),
    };
    let copies = operation.copies.iter().filter(|copy| copy.cloned).map(PerAttempt::made);
    let outcome = attempt::outcome(operation, site);
    let settled = match operation.args.fallback {
        None => judged(operation, site, "settle", plainly),
        Some(_) => judged(operation, site, "try_settle", attempted(site)),
    };
    let sleep = match site.flow {
        Flow::Async => quote_spanned!(ours=> call.sleep(delay).await),
        Flow::Blocking => quote_spanned!(ours=> call.sleep_blocking(delay)),
    };
    // Said as `return` where it is one: `clippy::implicit_return` asks for it.
    let leave = match operation.args.fallback {
        None => quote_spanned!(ours=> return),
        Some(_) => quote_spanned!(ours=> break),
    };
    let attempt = quote_spanned! {ours=>
        if let ::core::result::Result::Err(interruption) = call.admit() {
            #leave #refused;
        }
        #(#copies)*
        #outcome
        let delay = match #settled {
            #krate::Next::Return(outcome) => #leave outcome,
            #krate::Next::RetryAfter(delay) => delay,
        };
        #sleep;
    };
    let repeated = quote_spanned!(ours.located_at(word)=> loop { #attempt });
    match &operation.args.fallback {
        None => repeated,
        Some(fallback) => {
            let answer = fallback::answer(operation, site, fallback);
            quote_spanned! {ours=>
                let ended = #repeated;
                return #answer;
            }
        }
    }
}

/// Admit, attempt, finish: what is legal without the attribute stays legal.
fn once(operation: &Operation<'_>, site: &Site) -> TokenStream {
    let ours = Span::mixed_site();
    let outcome = attempt::outcome(operation, site);
    let Some(fallback) = &operation.args.fallback else {
        let refused = refused(
            &operation.args.krate,
            operation.args.interrupted.as_ref(),
            &site.output,
            site.flow,
        );
        let finished = judged(operation, site, "finish", plainly);
        return quote_spanned! {ours=>
            if let ::core::result::Result::Err(interruption) = call.admit() {
                return #refused;
            }
            #outcome
            return #finished;
        };
    };
    let refused = fallback::refused(operation);
    let finished = judged(operation, site, "try_finish", attempted(site));
    let answer = fallback::answer(operation, site, fallback);
    quote_spanned! {ours=>
        let ended = match call.admit() {
            ::core::result::Result::Err(interruption) => #refused,
            ::core::result::Result::Ok(()) => {
                #outcome
                #finished
            }
        };
        return #answer;
    }
}

fn plainly(place: Span) -> TokenStream {
    quote_spanned!(place=> outcome)
}

/// The outcome of an attempt that may have been interrupted: a blocking one never is.
fn attempted(site: &Site) -> fn(Span) -> TokenStream {
    match site.flow {
        Flow::Async => plainly,
        Flow::Blocking => |place| quote_spanned!(place=> ::core::result::Result::Ok(outcome)),
    }
}

/// What the caller gets in place of an outcome: `Err(path(interruption))` where the attribute names the path. Otherwise
/// `FromInterruption::from_interruption(interruption)`, from the first to the last token of the return type.
fn refused(krate: &Path, interrupted: Option<&ExprPath>, output: &Output, flow: Flow) -> TokenStream {
    if let Some(path) = interrupted {
        return quote_spanned!(at(path)=> ::core::result::Result::Err(#path(interruption)));
    }
    let first = Span::mixed_site().located_at(output.first);
    // The attempt of an async body asks the same of the type, and can ask it at one token only: asked there, too, it is one error.
    let last = match flow {
        Flow::Async => first,
        Flow::Blocking => Span::mixed_site().located_at(output.last),
    };
    let krate = located(krate, output.first);
    let function = quote_spanned!(last=> from_interruption(interruption));
    quote_spanned!(first=> #krate::FromInterruption::#function)
}

/// `call.judge(..)` by the type of the outcome, or `call.judge_as(.., classify)` by the user's `classify`.
fn judged(
    operation: &Operation<'_>,
    site: &Site,
    judge: &str,
    arguments: impl FnOnce(Span) -> TokenStream,
) -> TokenStream {
    match &operation.args.classify {
        None => {
            let at_return = Span::mixed_site().located_at(site.output.first);
            let judge = Ident::new(judge, at_return);
            let arguments = arguments(at_return);
            quote_spanned!(at_return=> call.#judge(#arguments))
        }
        Some(classify) => {
            let at_classify = at(classify);
            let judge = Ident::new(&format!("{judge}_as"), at_classify);
            let classify = with_self(classify.to_token_stream(), site);
            let arguments = arguments(at_classify);
            quote_spanned!(at_classify=> call.#judge(#arguments, #classify))
        }
    }
}

/// Ours, at the first token of the user's.
fn at(tokens: &impl ToTokens) -> Span {
    let first = tokens.to_token_stream().into_iter().next();
    let place = first.map_or_else(Span::call_site, |token| token.span());
    Span::mixed_site().located_at(place)
}

/// An expression of the attribute, for the place where the body is.
fn with_self(tokens: TokenStream, site: &Site) -> TokenStream {
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

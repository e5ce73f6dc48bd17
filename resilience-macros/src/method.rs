//! The attributes on one method or free function: read, check everything, then write the new body.
//!
//! Whatever is wrong, the function itself is emitted as it was: an error must not make its callers fail as well.

mod moves;
mod parameters;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;

use crate::args::{ApplyArgs, Args, Holder, as_name, is_name, snake_case};
use crate::block::{Member, Place, is_member};
use crate::diagnostics::Diagnostics;
use crate::expand::{self, Kind, Operation};
use crate::forward;
use crate::item::{Function, Item};
use crate::marked;
use crate::seal::{self, Mark, Marks};
use crate::service_impl;
use crate::service_trait;
use crate::signature;
use crate::site::{Flow, HiddenFuture, Site, inner_attributes};
use crate::witness;

/// `#[retry_service(..)]`
pub(crate) fn retry_service(args: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = attribute_place(&item);
    let parsed = syn::parse2(item.clone());
    match parsed {
        Ok(Item::Impl(_)) => return service_impl::expand(args, item),
        Ok(Item::Trait(_)) => return service_trait::expand(args, item),
        _ => {}
    }
    let mut errors = Diagnostics::default();
    let args = Args::parse(args, attribute, Holder::Function, &mut errors);
    let Some(mut function) = function("#[retry_service]", parsed, &mut errors) else {
        return emitted(item, errors);
    };
    let mut marks = Marks::take(&mut function);
    // With an attribute of its own, the method is none of the block's.
    let member = Member::take(&mut function.attributes);
    let word = member.as_ref().and_then(|member| member.words.first());
    if let Some(word) = word {
        marks.add(word.mark, word.place);
        if word.mark != Mark::Apply {
            let name = word.mark.word();
            errors.error(
                attribute,
                format!("a `#[retry_service]` of its own beside `#[{name}]`: the block says which service this is, keep one of them"),
            );
            errors.error(word.place, format!("`#[{name}]` is here"));
            return emitted(function, errors);
        }
        if member.as_ref().is_some_and(|member| member.done) {
            errors.error(
                attribute,
                "`#[apply]` has made this method an operation of the block already: write this `#[retry_service]` above `#[apply]`",
            );
            errors.error(word.place, "`#[apply]` is here");
            return emitted(function, errors);
        }
    }
    let mut questions = None;
    if let (Some(member), Some(_)) = (&member, args.idempotent) {
        member
            .owner
            .refuse_applies(&function.body.tokens, &member.applies, &mut errors);
        questions = witness::questions(member, &function.body.tokens);
    }
    if let Some(first) = marks.retry_service() {
        errors.error(
            attribute,
            "a second `#[retry_service]` on one function: an operation has one service and one attribute, remove one of them",
        );
        errors.error(first, "the first `#[retry_service]` is here");
        return emitted(function, errors);
    }
    let kind = match (args.idempotent, marks.get(Mark::Apply)) {
        (Some(word), _) => {
            marks.add(Mark::Idempotent, word);
            Kind::Idempotent(word)
        }
        (None, apply) => {
            marks.add(Mark::Plain, attribute);
            apply.map_or(Kind::Plain, |_| Kind::Apply)
        }
    };
    let contradiction = marks.check(&mut errors);
    if matches!(kind, Kind::Apply) {
        // The operation raises the fence by itself, and only after admission.
        seal::drop_fence(&mut function.body.tokens);
    }
    operate(&mut function, &args, kind, None, &mut errors);
    ask(&mut function, questions);
    if !contradiction {
        marks.leave(&mut function, &args.krate);
    }
    let is_apply = matches!(kind, Kind::Apply);
    let called = member.and_then(|member| witness::called(&member, is_apply, &function.signature));
    emitted(quote!(#function #called), errors)
}

/// Puts questions to the compiler in front of everything else.
pub(crate) fn ask(function: &mut Function, questions: Option<TokenStream>) {
    if let Some(questions) = questions {
        let mut head: Vec<TokenTree> = function.body.tokens.clone().into_iter().collect();
        let rest = head.split_off(inner_attributes(&head));
        function.body.tokens = quote!(#(#head)* #questions #(#rest)*);
    }
}

/// Makes an operation of the function, unless something is wrong. `place` is the block that it is in, if that is known.
pub(crate) fn operate(
    function: &mut Function,
    args: &Args,
    kind: Kind,
    place: Option<Place>,
    errors: &mut Diagnostics,
) {
    check_const("#[retry_service]", function, errors);
    let name = operation_name(function, args, errors);
    let Some(mut site) = find_site("#[retry_service]", function, errors) else {
        return;
    };
    if let (Some((span, _)), Flow::Blocking) = (&args.attempt_timeout, site.flow) {
        errors.error(
            *span,
            "`attempt_timeout` needs an `async` function: a blocking one cannot be stopped from outside, give the blocking call a timeout of its own",
        );
    }
    if let Some(span) = args
        .fallback
        .as_ref()
        .and_then(|fallback| expand::misplaced_fallback(fallback, site.flow))
    {
        errors.error(
            span,
            "an `async` fallback needs an `async` function: remove `async` here, or add it to the function",
        );
    }
    let shares_parameters = parameters::are_named_in(args.fallback.as_ref(), function);
    let copies = match kind {
        Kind::Idempotent(_) => parameters::check(function, &site, args, errors),
        Kind::Plain | Kind::Apply => parameters::changed(function, &site, shares_parameters),
    };
    if !errors.is_empty() {
        return;
    }
    let arguments = match kind {
        Kind::Idempotent(_) => {
            let given_away = moves::given_away(function, &site.statements, &copies);
            witness::given_away(&given_away, &args.krate)
        }
        Kind::Plain | Kind::Apply => None,
    };
    let mut copies = copies;
    let whole_self = match kind {
        Kind::Plain | Kind::Apply if !shares_parameters => parameters::changed_self(function, &site),
        _ => None,
    };
    if let (Some(_), Flow::Async) = (&whole_self, site.flow) {
        copies.extend(parameters::others(function, &site, &copies));
    }
    for pattern in signature::patterns_mut(&mut function.signature) {
        signature::freeze(pattern, &copies);
    }
    for binding in &mut site.bindings {
        signature::freeze(&mut binding.pattern, &copies);
    }
    let operation = Operation {
        kind,
        name,
        args,
        copies,
        whole_self,
        shares_parameters,
        handle: (place == Some(Place::Decorator))
            .then(|| forward::handle(&function.signature))
            .flatten(),
        question: witness::Question::of(function, kind, place, &args.krate),
        arguments,
    };
    function.body.tokens = expand::operation(&operation, site);
}

/// `#[apply]`
pub(crate) fn apply(args: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = attribute_place(&item);
    let mut errors = Diagnostics::default();
    let parsed = syn::parse2(item.clone());
    let attributes = match &parsed {
        Ok(Item::Function(function)) => &function.attributes[..],
        Ok(Item::Declared(declared)) => &declared.attributes[..],
        _ => &[],
    };
    // In a block the word is written down for later.
    if attributes.iter().any(is_member) {
        return marked::word(Mark::Apply, args, item);
    }
    let args = ApplyArgs::parse(args, &mut errors);
    let Some(mut function) = function("#[apply]", parsed, &mut errors) else {
        return emitted(item, errors);
    };
    let mut marks = Marks::take(&mut function);
    if let Some(first) = marks.get(Mark::Apply) {
        errors.error(attribute, "`#[apply]` is given twice: once is enough");
        errors.error(first, "the first `#[apply]` is here");
        return emitted(function, errors);
    }
    marks.add(Mark::Apply, attribute);
    let contradiction = marks.check(&mut errors);
    if errors.is_empty() {
        let raised = marks.get(Mark::Plain).is_some() && seal::raise_kind(&mut function.body.tokens);
        if let (Some(option), true) = (&args.answers, raised || is_beside_retry_service(&function)) {
            errors.error_over(
                option,
                format!(
                    "`{option}` beside a `#[retry_service(..)]`: write it there, it says how the operation answers"
                ),
            );
        }
        if !raised {
            check_const("#[apply]", &function, &mut errors);
            let name = function.signature.ident.unraw().to_string();
            let site = find_site("#[apply]", &function, &mut errors);
            if let (Some(site), true) = (site, errors.is_empty()) {
                function.body.tokens = expand::fence(&args, &name, site);
            }
        }
    }
    if !contradiction {
        marks.leave(&mut function, &args.krate);
    }
    emitted(function, errors)
}

/// Whether an attribute of that name follows: it may be another one, which only matters for a hint.
fn is_beside_retry_service(function: &Function) -> bool {
    let mut names = function
        .attributes
        .iter()
        .filter_map(|attribute| attribute.path().segments.last());
    names.any(|last| last.ident == "retry_service")
}

/// The whole attribute, as the user's token: with the mark of the macro on it, the compiler would add to every error
/// that it comes from a macro.
pub(crate) fn attribute_place(item: &TokenStream) -> Span {
    // The first word behind the attributes: among those there may be a seal of ours.
    let word = item
        .clone()
        .into_iter()
        .find(|token| matches!(token, TokenTree::Ident(_)));
    word.map_or_else(Span::call_site, |word| Span::call_site().resolved_at(word.span()))
}

/// The item first: editors take what they find first for the original.
pub(crate) fn emitted(item: impl ToTokens, errors: Diagnostics) -> TokenStream {
    let errors = errors.into_compile_errors();
    quote!(#item #errors)
}

/// The function that an attribute stands on; what it stands on otherwise goes to `errors`.
fn function(attribute: &str, parsed: syn::Result<Item>, errors: &mut Diagnostics) -> Option<Function> {
    match parsed {
        Ok(Item::Function(function)) => return Some(function),
        Ok(Item::Declared(declared)) => {
            let name = &declared.signature.ident;
            errors.error(
                name.span(),
                format!(
                    "`{attribute}` goes on a function with a body: move it from the declaration of `{name}` to the \
                     implementation, or put `#[retry_service(name = \"plan_service\")]` on the whole trait"
                ),
            );
        }
        Ok(Item::Impl(place) | Item::Trait(place)) => errors.error(
            place,
            format!("`{attribute}` goes on a method, not on a whole block: put it on each method that it is meant for"),
        ),
        Ok(Item::Other(place)) => errors.error(
            place,
            format!("`{attribute}` goes on a function or a method with a body"),
        ),
        Err(error) => errors.syntax(error),
    }
    None
}

/// The names that the parameter list brings into the body.
pub(crate) fn parameter_names(function: &Function, site: &Site) -> Vec<String> {
    let parameters = parameters::parameters(function, site);
    parameters.iter().map(|parameter| parameter.name.to_string()).collect()
}

fn check_const(attribute: &str, function: &Function, errors: &mut Diagnostics) {
    if let Some(keyword) = &function.signature.constness {
        errors.error(
            keyword.span,
            format!("`{attribute}` cannot make a `const fn` wait or count: remove `const`, or the attribute"),
        );
    }
}

fn operation_name(function: &Function, args: &Args, errors: &mut Diagnostics) -> String {
    if let Some(name) = &args.operation {
        return name.value();
    }
    let ident = &function.signature.ident;
    let name = derived_name(ident);
    if let (None, false) = (&name, args.names_operation) {
        let written = ident.unraw().to_string();
        let fit = match as_name(&written, "operation") {
            Some(fit) => format!("add `operation = \"{fit}\"` to the attribute"),
            None => "add `operation = \"..\"` with such a name to the attribute".to_owned(),
        };
        errors.error(
            ident.span(),
            format!("`{written}` cannot be an operation name: such a name has small letters, digits and single `_`, and begins with a letter; {fit}"),
        );
    }
    name.unwrap_or_default()
}

/// The name of an operation whose attribute gives none: that of the function, in the letters that a name may have.
pub(crate) fn derived_name(function: &Ident) -> Option<String> {
    let written = function.unraw().to_string();
    // A letter left out would be a name that nobody recognizes.
    let name = written.is_ascii().then(|| snake_case(&written))?;
    is_name(&name).then_some(name)
}

fn find_site(attribute: &str, function: &Function, errors: &mut Diagnostics) -> Option<Site> {
    match Site::find(function) {
        Ok(site) if site.output.is_never => {
            errors.error(
                site.output.first,
                format!("`{attribute}` goes on a function that returns: `!` can be neither a success nor a failure, and has no room for an interruption"),
            );
            None
        }
        Ok(site) => Some(site),
        Err(HiddenFuture) => {
            errors.error_over(
                &function.signature.output,
                format!("`{attribute}` must find the future that is returned: end the body in `async move {{ .. }}` or `Box::pin(async move {{ .. }})`, or make the function an `async fn`"),
            );
            None
        }
    }
}

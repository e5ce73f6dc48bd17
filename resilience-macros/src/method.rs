//! The attributes on one method or free function: read, check everything, then write the new body.
//!
//! Whatever is wrong, the function itself is emitted as it was: an error must not make its callers fail as well.

mod parameters;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

use crate::args::{self, Args, as_name, is_name};
use crate::diagnostics::Diagnostics;
use crate::expand::{self, Kind, Operation};
use crate::item::{Function, Item};
use crate::seal::{self, Mark, Marks};
use crate::signature;
use crate::site::{Flow, HiddenFuture, Site};

/// `#[retry_service(..)]`
pub(crate) fn retry_service(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let args = Args::parse(args, &mut errors);
    let Some(mut function) = read("#[retry_service]", item.clone(), &mut errors) else {
        let errors = errors.into_compile_errors();
        return quote!(#item #errors);
    };
    let mut marks = Marks::take(&mut function);
    if let Some(first) = marks.retry_service() {
        errors.error(
            Span::call_site(),
            "a second `#[retry_service]` on one function: an operation has one service and one attribute, remove one of them",
        );
        errors.error(first, "the first `#[retry_service]` is here");
        let errors = errors.into_compile_errors();
        return quote!(#function #errors);
    }
    let kind = match (args.idempotent, marks.get(Mark::Apply)) {
        (Some(word), _) => {
            marks.add(Mark::Idempotent, word);
            Kind::Idempotent(word)
        }
        (None, apply) => {
            marks.add(Mark::Plain, Span::call_site());
            apply.map_or(Kind::Plain, |_| Kind::Apply)
        }
    };
    let contradiction = marks.check(&mut errors);
    if matches!(kind, Kind::Apply) {
        // The operation raises the fence by itself, and only after admission.
        seal::drop_fence(&mut function.body.tokens);
    }
    operate(&mut function, &args, kind, &mut errors);
    if !contradiction {
        marks.leave(&mut function, &args.krate);
    }
    let errors = errors.into_compile_errors();
    quote!(#function #errors)
}

/// Makes an operation of the function, unless something is wrong.
fn operate(function: &mut Function, args: &Args, kind: Kind, errors: &mut Diagnostics) {
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
    let copies = match kind {
        Kind::Idempotent(_) => parameters::check(function, &site, args, errors),
        Kind::Plain | Kind::Apply => Vec::new(),
    };
    if !errors.is_empty() {
        return;
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
    };
    function.body.tokens = expand::operation(&operation, site);
}

/// `#[apply]`
pub(crate) fn apply(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let krate = args::apply(args, &mut errors);
    let Some(mut function) = read("#[apply]", item.clone(), &mut errors) else {
        let errors = errors.into_compile_errors();
        return quote!(#item #errors);
    };
    let mut marks = Marks::take(&mut function);
    if let Some(first) = marks.get(Mark::Apply) {
        errors.error(Span::call_site(), "`#[apply]` is given twice: once is enough");
        errors.error(first, "the first `#[apply]` is here");
        let errors = errors.into_compile_errors();
        return quote!(#function #errors);
    }
    marks.add(Mark::Apply, Span::call_site());
    let contradiction = marks.check(&mut errors);
    if errors.is_empty() {
        let raised = marks.get(Mark::Plain).is_some()
            && seal::raise_kind(&mut function.body.tokens);
        if !raised {
            check_const("#[apply]", &function, &mut errors);
            let name = function.signature.ident.unraw().to_string();
            let site = find_site("#[apply]", &function, &mut errors);
            if let (Some(site), true) = (site, errors.is_empty()) {
                function.body.tokens = expand::fence(&krate, &name, site);
            }
        }
    }
    if !contradiction {
        marks.leave(&mut function, &krate);
    }
    let errors = errors.into_compile_errors();
    quote!(#function #errors)
}

/// The function that an attribute stands on.
fn read(attribute: &str, item: TokenStream, errors: &mut Diagnostics) -> Option<Function> {
    let (place, message) = match syn::parse2(item) {
        Ok(Item::Function(function)) => return Some(function),
        Ok(Item::Bodyless(signature)) => {
            let name = &signature.ident;
            let message = format!(
                "`{attribute}` goes on a function with a body: move it from the declaration of `{name}` to the implementation"
            );
            (name.span(), message)
        }
        Ok(Item::Block(place, kind)) => (
            place,
            format!("`{attribute}` goes on a method with a body, not on {kind}: put it on each method that it is meant for"),
        ),
        Ok(Item::Other(place)) => (
            place,
            format!("`{attribute}` goes on a function or a method with a body"),
        ),
        Err(error) => {
            errors.syntax(error);
            return None;
        }
    };
    errors.error(place, message);
    None
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
    let name = ident.unraw().to_string();
    if !args.names_operation && !is_name(&name) {
        let fit = as_name(&name).unwrap_or_else(|| "fetch_plan".to_owned());
        errors.error(
            ident.span(),
            format!("`{name}` cannot be an operation name: such a name has small letters, digits and single `_`, and begins with a letter; add `operation = \"{fit}\"` to the attribute"),
        );
    }
    name
}

fn find_site(attribute: &str, function: &Function, errors: &mut Diagnostics) -> Option<Site> {
    match Site::find(function) {
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

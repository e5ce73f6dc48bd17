//! `let mut call = ..;`: the operation with what the attribute says of it, and a call of it.

use std::time::Duration;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Path};

use super::{Kind, Operation, at, with_self};
use crate::args::{Args, Layer, Scalar, Service, SettingValue};
use crate::site::Site;
use crate::witness::Question;

pub(super) fn begin(operation: &Operation<'_>, site: &Site) -> TokenStream {
    let ours = Span::mixed_site();
    let operation_static = operation_static(operation);
    let given = |place: Span, begun: TokenStream| match &operation.handle {
        None => begun,
        Some(handle) => {
            let handle = with_self(handle.to_token_stream(), site);
            quote_spanned! {place=>
                match #handle {
                    ::core::option::Option::Some(service) => OPERATION.begin_on(&service),
                    ::core::option::Option::None => #begun,
                }
            }
        }
    };
    if let Some(Service::Given(service)) = &operation.args.service {
        let begun = given(ours, quote_spanned!(at(service)=> OPERATION.begin_on(service)));
        let service = borrowed(service, site);
        return quote_spanned! {ours=>
            let mut call = match #service {
                service => {
                    #operation_static
                    #begun
                }
            };
        };
    }
    let declaration = declaration(operation.args);
    if let Some(registry) = &operation.args.registry {
        let begun = match declaration {
            None => quote_spanned!(at(registry)=> OPERATION.begin_in(registry)),
            Some(_) => quote_spanned!(at(registry)=> OPERATION.begin_on(&registry.define(&SERVICE))),
        };
        let begun = given(ours, begun);
        let registry = borrowed(registry, site);
        return quote_spanned! {ours=>
            let mut call = match #registry {
                registry => {
                    #declaration
                    #operation_static
                    #begun
                }
            };
        };
    }
    let begun = match declaration {
        None => quote_spanned!(ours=> OPERATION.begin()),
        Some(_) => quote_spanned!(ours=> OPERATION.begin_on(&SERVICE)),
    };
    let begun = given(ours, begun);
    quote_spanned! {ours=>
        let mut call = {
            #declaration
            #operation_static
            #begun
        };
    }
}

/// `let operation = ..;`: an operation whose call the runtime begins.
pub(super) fn known(operation: &Operation<'_>) -> TokenStream {
    let operation_static = operation_static(operation);
    quote_spanned! {Span::mixed_site()=>
        let operation = {
            #operation_static
            &OPERATION
        };
    }
}

/// `static SERVICE: ServiceDef = ..;`, where a block says more of its service than the name.
pub(crate) fn declaration(args: &Args) -> Option<TokenStream> {
    let ours = Span::mixed_site();
    let krate = &args.krate;
    let Some(Service::Named(name)) = &args.service else {
        return None;
    };
    if args.layers.is_empty() {
        return None;
    }
    let name = name.value();
    let layers = args.layers.iter().map(|layer| layer_call(krate, layer));
    Some(quote_spanned!(ours=> static SERVICE: #krate::ServiceDef = #krate::ServiceDef::new(#name) #(#layers)*;))
}

fn operation_static(operation: &Operation<'_>) -> TokenStream {
    let ours = Span::mixed_site();
    let krate = &operation.args.krate;
    let constructor = match operation.kind {
        Kind::Idempotent(_) => "idempotent",
        Kind::Plain => "plain",
        Kind::Apply => "apply",
    };
    let constructor = Ident::new(constructor, ours);
    let name = &operation.name;
    let service = match &operation.args.service {
        Some(Service::Named(name)) if operation.args.layers.is_empty() => {
            let name = name.value();
            quote_spanned!(ours=> #name)
        }
        _ => quote_spanned!(ours=> #krate::__private::GIVEN_BY_CALL),
    };
    let retry = operation.args.retry.iter().map(|(_, retry)| layer_call(krate, retry));
    let timeout = operation.args.attempt_timeout.iter().map(|(_, timeout)| {
        let timeout = duration(*timeout);
        quote_spanned!(ours=> .attempt_timeout(#timeout))
    });
    let (path, question) = match &operation.question {
        Question::Unasked => (None, None),
        Question::Compiler(question) => (None, Some(question)),
        Question::Path => (Some(quote_spanned!(ours=> .within(|| ()))), None),
    };
    let arguments = &operation.arguments;
    quote_spanned! {ours=>
        static OPERATION: #krate::Operation =
            #krate::Operation::#constructor(#service, #name) #path #(#retry)* #(#timeout)*;
        #krate::__private::register!(OPERATION);
        #question
        #arguments
    }
}

/// A reference to the value of the user's expression, which is evaluated once per call.
fn borrowed(expression: &Expr, site: &Site) -> TokenStream {
    let binds_tighter = matches!(
        expression,
        Expr::Path(_)
            | Expr::Field(_)
            | Expr::Call(_)
            | Expr::MethodCall(_)
            | Expr::Macro(_)
            | Expr::Index(_)
            | Expr::Paren(_)
            | Expr::Group(_)
            | Expr::Reference(_)
            | Expr::Unary(_)
    );
    let expression = with_self(expression.to_token_stream(), site);
    let ours = Span::mixed_site();
    if binds_tighter {
        quote_spanned!(ours=> &#expression)
    } else {
        quote_spanned!(ours=> &(#expression))
    }
}

/// `.retry(RetryPolicy::builder()..)`
fn layer_call(krate: &Path, layer: &Layer) -> TokenStream {
    let ours = Span::mixed_site();
    let setter = Ident::new(layer.group.key, ours);
    let policy = Ident::new(layer.group.policy, ours);
    let settings = layer.settings.iter().map(|setting| {
        let setter = Ident::new(setting.setter, ours);
        let value = value(krate, setting.value);
        quote_spanned!(ours=> .#setter(#value))
    });
    quote_spanned!(ours=> .#setter(#krate::#policy::builder() #(#settings)*))
}

fn value(krate: &Path, value: SettingValue) -> TokenStream {
    let ours = Span::mixed_site();
    match value {
        SettingValue::Plain(value) => scalar(value),
        SettingValue::Variant(choices, variant, held) => {
            let (choices, variant) = (Ident::new(choices, ours), Ident::new(variant, ours));
            let held = held.into_iter().map(scalar);
            quote_spanned!(ours=> #krate::#choices::#variant #((#held))*)
        }
    }
}

fn scalar(value: Scalar) -> TokenStream {
    match value {
        Scalar::Flag(flag) => Ident::new(if flag { "true" } else { "false" }, Span::mixed_site()).into_token_stream(),
        Scalar::Whole(number) => number_tokens(Literal::u32_unsuffixed(number)),
        Scalar::Number(number) => number_tokens(Literal::f64_unsuffixed(number)),
        Scalar::Duration(time) => duration(time),
    }
}

fn number_tokens(mut number: Literal) -> TokenStream {
    number.set_span(Span::mixed_site());
    quote!(#number)
}

/// In the unit that needs the fewest digits.
fn duration(time: Duration) -> TokenStream {
    let ours = Span::mixed_site();
    let whole = |count: u64, constructor: &str| {
        let count = number_tokens(Literal::u64_unsuffixed(count));
        let constructor = Ident::new(constructor, ours);
        quote_spanned!(ours=> ::core::time::Duration::#constructor(#count))
    };
    let seconds = time.as_secs();
    if time.subsec_nanos() == 0 {
        return whole(seconds, "from_secs");
    }
    let milliseconds = u64::from(time.subsec_millis());
    match seconds.checked_mul(1000) {
        Some(more) if time.subsec_nanos() % 1_000_000 == 0 => whole(more.saturating_add(milliseconds), "from_millis"),
        _ => {
            let seconds = number_tokens(Literal::u64_unsuffixed(seconds));
            let rest = number_tokens(Literal::u32_unsuffixed(time.subsec_nanos()));
            quote_spanned!(ours=> ::core::time::Duration::new(#seconds, #rest))
        }
    }
}

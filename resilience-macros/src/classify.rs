//! `#[derive(Classify)]`: from a word at each variant to a match.
//!
//! Whatever is wrong, an implementation is emitted: a mistake in one word must not make every operation with this error fail.

mod cases;
mod place;
mod words;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Pair;
use syn::spanned::Spanned;
use syn::{Expr, GenericParam, Generics, Member, Pat, Path, parse_quote_spanned};

use self::cases::{Answer, Case, Holder, Shape, Subject};
use crate::diagnostics::Diagnostics;
use crate::expand::located;
use crate::tokens::has_one_of;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let code = match syn::parse2(item) {
        Ok(item) => cases::read(item, &mut errors).map(|subject| implementations(subject, !errors.is_empty())),
        Err(error) => {
            errors.syntax(error);
            None
        }
    };
    let errors = errors.into_compile_errors();
    quote!(#code #errors)
}

fn implementations(subject: Subject, broken: bool) -> TokenStream {
    let Subject {
        krate,
        name,
        generics,
        shape,
    } = subject;
    let from = shape.cases().iter().find_map(|case| match &case.answer {
        Some(Answer::Interruption {
            holder,
            word,
            makes_from: true,
        }) => Some(from(&krate, &name, &generics, case, holder, *word)),
        _ => None,
    });
    let ours = Span::mixed_site();
    let body = if broken {
        quote_spanned!(ours=> #krate::FailureKind::Permanent)
    } else {
        body(&krate, &shape)
    };
    let bounded = with_bounds(&krate, generics, shape.cases());
    let (parameters, arguments, bounds) = bounded.split_for_impl();
    quote_spanned! {ours=>
        #[automatically_derived]
        impl #parameters #krate::Classify for #name #arguments #bounds {
            fn classify(&self) -> #krate::FailureKind {
                #body
            }

            fn describe(&self) -> ::core::option::Option<#krate::classify::ErrorText<'_>> {
                #krate::__private::Described::new(self).text()
            }
        }
        #from
    }
}

fn body(krate: &Path, shape: &Shape) -> TokenStream {
    let ours = Span::mixed_site();
    match shape {
        Shape::Struct(case) => answers(krate, case, |member, place| quote_spanned!(place=> &self.#member)),
        Shape::Enum(cases) if cases.is_empty() => quote_spanned!(ours=> match *self {}),
        Shape::Enum(cases) => {
            let arms = cases.iter().map(|case| {
                let name = &case.name;
                let bound = case.members.iter().filter(|member| case.asks(member)).map(|member| {
                    let held = held(case, member, ours);
                    quote_spanned!(ours=> #member: #held,)
                });
                let answers = answers(krate, case, |member, place| {
                    held(case, member, place).into_token_stream()
                });
                quote_spanned!(ours=> Self::#name { #(#bound)* .. } => #answers,)
            });
            quote_spanned!(ours=> match self { #(#arms)* })
        }
    }
}

/// What an arm calls a field: `held`, where it asks about one only.
fn held(case: &Case, member: &Member, place: Span) -> Ident {
    let asked: Vec<&Member> = case.members.iter().filter(|member| case.asks(member)).collect();
    let name = match asked.iter().position(|asked| *asked == member) {
        Some(at) if asked.len() > 1 => format!("held_{at}"),
        _ => "held".to_owned(),
    };
    Ident::new(&name, place)
}

/// The first answer whose condition is met, or the one that always holds.
fn answers(krate: &Path, case: &Case, held: impl Fn(&Member, Span) -> TokenStream) -> TokenStream {
    let ours = Span::mixed_site();
    let otherwise = case.answer.as_ref().map(|answer| of(krate, case, answer, &held));
    if case.conditional.is_empty() {
        return otherwise.unwrap_or_default();
    }
    let conditional = case.conditional.iter().map(|(condition, answer)| {
        let condition = function(case, condition, &held);
        let answer = of(krate, case, answer, &held);
        quote_spanned!(ours=> if #condition { #answer } else)
    });
    quote_spanned!(ours=> #(#conditional)* { #otherwise })
}

/// A function of all fields.
fn function(case: &Case, function: &Expr, held: impl Fn(&Member, Span) -> TokenStream) -> TokenStream {
    let place = Span::mixed_site().located_at(function.span());
    let fields = case.members.iter().map(|member| held(member, place));
    match function {
        Expr::Closure(closure) => {
            let mut closure = closure.clone();
            let inputs = closure.inputs.into_pairs().zip(&case.types).map(|(pair, ty)| {
                let (pattern, comma) = pair.into_tuple();
                let typed: TokenStream = match pattern {
                    Pat::Type(typed) => quote!(#typed),
                    // A closure that is called where it stands would not know its types in time.
                    pattern => quote_spanned!(place=> #pattern: &#ty),
                };
                Pair::new(Pat::Verbatim(typed), comma)
            });
            closure.inputs = inputs.collect();
            quote_spanned! {place=> {
                let decide = #closure;
                decide(#(#fields),*)
            }}
        }
        _ => quote_spanned!(place=> #function(#(#fields),*)),
    }
}

fn of(krate: &Path, case: &Case, answer: &Answer, held: &impl Fn(&Member, Span) -> TokenStream) -> TokenStream {
    let ours = Span::mixed_site();
    match answer {
        Answer::Kind(kind) => {
            let kind = Ident::new(kind, ours);
            quote_spanned!(ours=> #krate::FailureKind::#kind)
        }
        Answer::Throttled(None) => {
            quote_spanned!(ours=> #krate::FailureKind::Throttled { retry_after: ::core::option::Option::None })
        }
        Answer::Throttled(Some(holder)) => {
            let place = holder.place();
            let at_field = located(krate, place);
            let held = held(&holder.member, place);
            let hint = quote_spanned!(place=> #at_field::__private::Hint::retry_after(#held));
            quote_spanned!(ours=> #krate::FailureKind::Throttled { retry_after: #hint })
        }
        Answer::Of(holder) | Answer::Interruption { holder, .. } => {
            let place = holder.place();
            let krate = located(krate, place);
            let held = held(&holder.member, place);
            quote_spanned!(place=> #krate::Classify::classify(#held))
        }
        Answer::OfOr(holder, otherwise) => {
            let place = holder.place();
            let otherwise = of(krate, case, otherwise, held);
            let held = held(&holder.member, place);
            quote_spanned! {ours=> {
                use #krate::__private::{KindOfSource as _, KindWithoutSource as _};
                (&#krate::__private::Source(#held)).kind_or(#otherwise)
            }}
        }
        Answer::With(with) => function(case, with, held),
    }
}

/// `From<Interruption>`, at the word that asks for it: if there is another one, the compiler points there.
fn from(krate: &Path, name: &Ident, generics: &Generics, case: &Case, holder: &Holder, word: Span) -> TokenStream {
    let at_word = Span::mixed_site().located_at(word);
    let krate = located(krate, word);
    let mut name = name.clone();
    name.set_span(name.span().located_at(word));
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let member = &holder.member;
    let variant = case.is_variant.then(|| {
        let variant = &case.name;
        quote_spanned!(at_word=> ::#variant)
    });
    let made = quote_spanned!(holder.place()=> ::core::convert::From::from(interruption));
    quote_spanned! {at_word=>
        #[automatically_derived]
        impl #parameters ::core::convert::From<#krate::Interruption> for #name #arguments #bounds {
            fn from(interruption: #krate::Interruption) -> Self {
                Self #variant { #member: #made }
            }
        }
    }
}

/// A field of a generic type can only decide if that type is classified.
fn with_bounds(krate: &Path, mut generics: Generics, cases: &[Case]) -> Generics {
    let parameters: Vec<String> = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
            _ => None,
        })
        .collect();
    for case in cases {
        if let Some(Answer::Of(Holder { ty, .. }) | Answer::OfOr(Holder { ty, .. }, _)) = &case.answer {
            if has_one_of(ty.to_token_stream(), &parameters) {
                let bound = parse_quote_spanned!(Span::mixed_site()=> #ty: #krate::Classify);
                generics.make_where_clause().predicates.push(bound);
            }
        }
    }
    generics
}

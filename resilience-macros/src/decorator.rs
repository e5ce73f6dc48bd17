//! What the attribute writes beside a trait: a type that implements the trait round any implementation, with every marked
//! method as an operation.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, GenericParam, Meta, ReceiverKind, Signature, Token, TraitItemConst, TraitItemType, Type, TypeParamBound,
    Visibility, WherePredicate, parse_quote_spanned,
};

use crate::args::{Args, Service};
use crate::block::{Block, BlockItem, ItemKind, Member, TraitHeader};
use crate::diagnostics::Diagnostics;
use crate::expand;
use crate::forward;
use crate::seal;
use crate::signature::returns_future;
use crate::tokens::is_word;

pub(crate) struct Decorator<'a> {
    pub(crate) header: &'a TraitHeader,
    pub(crate) block: &'a Block,
    pub(crate) args: &'a Args,
    /// What its methods are handed.
    pub(crate) member: &'a Member,
}

impl Decorator<'_> {
    pub(crate) fn expand(&self, errors: &mut Diagnostics) -> TokenStream {
        let wrapper = self.name();
        let parameter = self.parameter();
        let ty = self.structure(&wrapper, &parameter);
        let mut refused = Diagnostics::default();
        self.check(&mut refused);
        let items = self.items(&parameter, &mut refused);
        let implementation = refused
            .is_empty()
            .then(|| self.implementation(&wrapper, &parameter, &items));
        errors.append(refused);
        quote!(#ty #implementation)
    }

    fn name(&self) -> Ident {
        let name = &self.header.name;
        let place = Span::call_site().located_at(name.span());
        Ident::new(&format!("{}Resilient", name.unraw()), place)
    }

    /// A name for the type inside that means nothing else in the trait.
    fn parameter(&self) -> Ident {
        let mut words = Vec::new();
        collect_words(self.block.to_token_stream(), &mut words);
        let free = ["S", "Inner", "Implementation"]
            .into_iter()
            .find(|name| !words.iter().any(|word| word == name));
        Ident::new(free.unwrap_or("ResilientImplementation"), Span::mixed_site())
    }

    /// The type and its constructors.
    fn structure(&self, wrapper: &Ident, parameter: &Ident) -> TokenStream {
        let ours = Span::mixed_site();
        let krate = &self.args.krate;
        let visibility = &self.header.visibility;
        let methods_visibility = match visibility {
            Visibility::Inherited => quote!(),
            _ => quote_spanned!(ours=> pub),
        };
        let name = self.header.name.unraw().to_string();
        let service = match &self.args.service {
            Some(Service::Named(service)) => format!("the service `{}`", service.value()),
            _ => "a service".to_owned(),
        };
        let doc = format!(
            " Any [`{name}`] as operations of {service}: what the trait marks `#[idempotent]` is retried, what it marks \
             `#[plain]` or `#[apply]` gets one attempt, and all of them go through one breaker. Other methods are forwarded \
             as they are."
        );
        let doc_new =
            format!(" Protects `inner`, by {service} in the registry that was entered, or else in the global one.");
        let in_registry = self.in_registry(parameter, &methods_visibility);
        quote_spanned! {ours=>
            #[doc = #doc]
            #[allow(dead_code)]
            #[derive(::core::clone::Clone, ::core::fmt::Debug)]
            #visibility struct #wrapper<#parameter> {
                inner: #parameter,
                service: ::core::option::Option<&'static #krate::Service>,
            }

            #[allow(dead_code)]
            impl<#parameter> #wrapper<#parameter> {
                #[doc = #doc_new]
                #[must_use]
                #methods_visibility const fn new(inner: #parameter) -> Self {
                    Self { inner, service: ::core::option::Option::None }
                }

                /// Protects `inner` by a service that is at hand.
                #[must_use]
                #methods_visibility const fn with_service(inner: #parameter, service: &'static #krate::Service) -> Self {
                    Self { inner, service: ::core::option::Option::Some(service) }
                }

                #in_registry

                /// The implementation inside. Calls on it are not protected.
                #[must_use]
                #methods_visibility const fn inner(this: &Self) -> &#parameter {
                    &this.inner
                }

                /// Gives the implementation back.
                #[must_use]
                #methods_visibility fn into_inner(this: Self) -> #parameter {
                    this.inner
                }
            }
        }
    }

    /// The constructor that finds the service by its name.
    fn in_registry(&self, parameter: &Ident, visibility: &TokenStream) -> Option<TokenStream> {
        let ours = Span::mixed_site();
        let krate = &self.args.krate;
        let Some(Service::Named(name)) = &self.args.service else {
            return None;
        };
        let name = name.value();
        let declaration = expand::declaration(self.args);
        let service = match declaration {
            None => quote_spanned!(ours=> registry.service(#name)),
            Some(_) => quote_spanned!(ours=> registry.define(&SERVICE)),
        };
        let doc = format!(" Protects `inner` by the service `{name}` of this registry.");
        Some(quote_spanned! {ours=>
            #[doc = #doc]
            #[must_use]
            #visibility fn in_registry(inner: #parameter, registry: &'static #krate::Registry) -> Self {
                #declaration
                Self::with_service(inner, #service)
            }
        })
    }

    /// What no decorator can forward.
    fn check(&self, errors: &mut Diagnostics) {
        let header = self.header;
        if let Some(keyword) = &header.unsafety {
            errors.error(
                keyword.span,
                "no decorator can be written for an `unsafe` trait: what an implementation must promise is known to nobody here; put the attribute on the `impl` block",
            );
        }
        for bound in &header.supertraits {
            check_supertrait(bound, errors);
        }
        for item in &self.block.items {
            if let ItemKind::Macro(place) = item.kind {
                errors.error(
                    place,
                    "the decorator cannot forward what a macro writes: write these items out, or put the attribute on the `impl` block",
                );
            }
        }
    }

    fn items(&self, parameter: &Ident, errors: &mut Diagnostics) -> Vec<TokenStream> {
        let name = &self.header.name;
        let (_, arguments, _) = self.header.generics.split_for_impl();
        let inner = quote_spanned!(Span::mixed_site()=> <#parameter as #name #arguments>);
        let items = self.block.items.iter();
        items.filter_map(|item| self.item(item, &inner, errors)).collect()
    }

    fn item(&self, item: &BlockItem, inner: &TokenStream, errors: &mut Diagnostics) -> Option<TokenStream> {
        let ours = Span::mixed_site();
        let conditions = item
            .attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"));
        if let ItemKind::Method(signature, _) = &item.kind {
            let method = forward::method(item, signature, inner, errors)?;
            let attributes = item.attributes.iter().filter_map(carried);
            let member = item.may_be_marked().then(|| self.member.to_attribute());
            return Some(quote!(#(#attributes)* #member #method));
        }
        if let Ok(constant) = syn::parse2::<TraitItemConst>(item.tokens.clone()) {
            let (name, ty) = (&constant.ident, &constant.ty);
            return Some(quote_spanned!(ours=> #(#conditions)* const #name: #ty = #inner::#name;));
        }
        if let Ok(ty) = syn::parse2::<TraitItemType>(item.tokens.clone()) {
            let name = &ty.ident;
            let (parameters, arguments, clause) = ty.generics.split_for_impl();
            return Some(
                quote_spanned!(ours=> #(#conditions)* type #name #parameters = #inner::#name #arguments #clause;),
            );
        }
        None
    }

    fn implementation(&self, wrapper: &Ident, parameter: &Ident, items: &[TokenStream]) -> TokenStream {
        let ours = Span::mixed_site();
        let name = &self.header.name;
        let (_, arguments, _) = self.header.generics.split_for_impl();
        let mut generics = self.header.generics.clone();
        generics
            .params
            .push(GenericParam::Type(parse_quote_spanned!(ours=> #parameter)));
        let clause = generics.make_where_clause();
        clause
            .predicates
            .push(parse_quote_spanned!(ours=> #parameter: #name #arguments));
        clause.predicates.extend(self.needs(parameter));
        let (parameters, _, clause) = generics.split_for_impl();
        let async_trait = self.async_trait();
        let deprecated = |attribute: &Attribute| attribute.path().is_ident("deprecated");
        let silent = self.header.attributes.iter().any(deprecated)
            || self
                .block
                .items
                .iter()
                .any(|item| item.attributes.iter().any(deprecated));
        let silent = silent.then(|| quote_spanned!(ours=> #[allow(deprecated)]));
        quote_spanned! {ours=>
            #silent
            #async_trait
            impl #parameters #name #arguments for #wrapper<#parameter> #clause {
                #(#items)*
            }
        }
    }

    /// `#[async_trait]`, where it stands below and has not done its work yet.
    fn async_trait(&self) -> Option<&Attribute> {
        let mut attributes = self.header.attributes.iter();
        attributes.find(|attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|last| last.ident == "async_trait")
        })
    }

    /// What the type inside must be able to do beside the trait.
    fn needs(&self, parameter: &Ident) -> Vec<WherePredicate> {
        let ours = Span::mixed_site();
        let mut needs: Vec<WherePredicate> = Vec::new();
        let all_send = self.async_trait().is_some_and(|attribute| match &attribute.meta {
            Meta::List(list) => !list.tokens.clone().into_iter().any(|token| is_word(&token, "Send")),
            _ => true,
        });
        let (mut send, mut sync) = (false, false);
        for item in &self.block.items {
            let ItemKind::Method(signature, _) = &item.kind else {
                continue;
            };
            if all_send && signature.asyncness.is_some() || promises_send(signature) {
                match signature.receiver().map(|receiver| &receiver.kind) {
                    None => {}
                    Some(ReceiverKind::Reference(_, _, None)) => sync = true,
                    Some(_) => send = true,
                }
            }
            needs.extend(of_self(signature, parameter));
        }
        if send {
            needs.push(parse_quote_spanned!(ours=> #parameter: ::core::marker::Send));
        }
        if sync {
            needs.push(parse_quote_spanned!(ours=> #parameter: ::core::marker::Sync));
        }
        needs
    }
}

/// Bounds that a method puts on `Self`, put on the type inside. Those of lifetimes follow by themselves.
fn of_self(signature: &Signature, parameter: &Ident) -> Vec<WherePredicate> {
    let Some(clause) = &signature.generics.where_clause else {
        return Vec::new();
    };
    let mut needs = Vec::new();
    for predicate in &clause.predicates {
        let WherePredicate::Type(predicate) = predicate else {
            continue;
        };
        let of_self = matches!(&predicate.bounded_ty, Type::Path(path) if path.path.is_ident("Self"));
        if !of_self || predicate.lifetimes.is_some() {
            continue;
        }
        for bound in &predicate.bounds {
            let TypeParamBound::Trait(bound) = bound else { continue };
            let own = signature
                .generics
                .params
                .iter()
                .any(|own| mentions(bound.to_token_stream(), own));
            if !own && bound.path.segments.last().is_some_and(|last| last.ident != "Sized") {
                needs.push(parse_quote_spanned!(Span::mixed_site()=> #parameter: #bound));
            }
        }
    }
    needs
}

fn mentions(tokens: TokenStream, parameter: &GenericParam) -> bool {
    let name = match parameter {
        GenericParam::Type(ty) => &ty.ident,
        GenericParam::Const(constant) => &constant.ident,
        GenericParam::Lifetime(lifetime) => &lifetime.lifetime.ident,
    };
    let mut words = Vec::new();
    collect_words(tokens, &mut words);
    words.iter().any(|word| name == word)
}

/// Whether a returned future is said to be `Send`.
fn promises_send(signature: &Signature) -> bool {
    if !returns_future(signature) {
        return false;
    }
    let mut words = Vec::new();
    collect_words(signature.output.to_token_stream(), &mut words);
    words.iter().any(|word| word == "Send")
}

/// Supertraits that a decorator has when the type inside has them.
fn check_supertrait(bound: &TypeParamBound, errors: &mut Diagnostics) {
    const FOLLOWING: &[&str] = &[
        "Any",
        "Clone",
        "Debug",
        "RefUnwindSafe",
        "Send",
        "Sized",
        "Sync",
        "Unpin",
        "UnwindSafe",
    ];
    let TypeParamBound::Trait(bound) = bound else { return };
    let last = bound.path.segments.last();
    if last.is_some_and(|last| FOLLOWING.iter().any(|known| last.ident == known)) {
        return;
    }
    let name = last.map_or_else(String::new, |last| last.ident.to_string());
    errors.error_over(
        bound,
        format!(
            "the decorator cannot forward the supertrait `{name}`, whose methods are not seen here: write \
             `where Self: {name}` in place of `: {name}`, and implement it for the decorator"
        ),
    );
}

/// An attribute of the trait's method on the method of the decorator: whatever could be a mark, and its conditions.
fn carried(attribute: &Attribute) -> Option<TokenStream> {
    carried_meta(&attribute.meta).map(|meta| {
        let mut hash = Token![#](attribute.pound_token.span).to_token_stream();
        let mut group = proc_macro2::Group::new(proc_macro2::Delimiter::Bracket, meta);
        group.set_span(attribute.bracket_token.span.join());
        hash.extend([TokenTree::Group(group)]);
        hash
    })
}

fn carried_meta(meta: &Meta) -> Option<TokenStream> {
    let path = meta.path();
    if path.is_ident("cfg") {
        return Some(meta.to_token_stream());
    }
    if path.is_ident("cfg_attr") {
        let Meta::List(list) = meta else { return None };
        let all = list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .ok()?;
        let condition = all.first()?;
        let carried: Vec<TokenStream> = all.iter().skip(1).filter_map(carried_meta).collect();
        return (!carried.is_empty()).then(|| quote!(#path(#condition, #(#carried),*)));
    }
    (!seal::is_inert_path(path)).then(|| meta.to_token_stream())
}

fn collect_words(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Group(group) => collect_words(group.stream(), words),
            _ => {}
        }
    }
}

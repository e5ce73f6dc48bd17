//! What the attribute writes beside a trait: a type that implements the trait round any implementation, with every marked
//! method as an operation.

mod bounds;
mod carried;
mod pointers;
mod structure;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{
    Attribute, GenericParam, Generics, Meta, ReceiverKind, Signature, TraitItemConst, TraitItemType, WherePredicate,
    parse_quote_spanned,
};

use self::bounds::{is_foreign, of_self, promises_send};
use self::carried::{allowed, carried};
use crate::args::Args;
use crate::block::{Block, BlockItem, ItemKind, Member, TraitHeader};
use crate::diagnostics::Diagnostics;
use crate::forward;
use crate::tokens::{has_one_of, is_word};

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
        let pointers = refused.is_empty().then(|| self.pointers(&parameter, &mut refused));
        errors.append(refused);
        quote!(#ty #implementation #pointers)
    }

    fn name(&self) -> Ident {
        let name = &self.header.name;
        // The user's own place: where nothing constructs the decorator, the compiler says so at the name of the trait.
        Ident::new(&format!("{}Resilient", name.unraw()), name.span())
    }

    /// A name for the type inside that means nothing else in the trait.
    fn parameter(&self) -> Ident {
        let free = ["S", "Inner", "Implementation"]
            .into_iter()
            .find(|name| !has_one_of(self.block.to_token_stream(), &[name]));
        Ident::new(free.unwrap_or("ResilientImplementation"), Span::mixed_site())
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
        self.items_with(parameter, errors, |item, signature, inner, errors| {
            let method = forward::method(item, signature, inner, errors)?;
            let attributes = item.attributes.iter().filter_map(carried);
            let member = item.may_be_marked().then(|| self.member.to_attribute());
            Some(quote!(#(#attributes)* #member #method))
        })
    }

    /// The items of an implementation that asks `#parameter` for everything, with its methods made by `method`.
    fn items_with(
        &self,
        parameter: &Ident,
        errors: &mut Diagnostics,
        method: impl Fn(&BlockItem, &Signature, &TokenStream, &mut Diagnostics) -> Option<TokenStream>,
    ) -> Vec<TokenStream> {
        let name = &self.header.name;
        let (_, arguments, _) = self.header.generics.split_for_impl();
        let inner = quote_spanned!(Span::mixed_site()=> <#parameter as #name #arguments>);
        let items = self.block.items.iter();
        items
            .filter_map(|item| match &item.kind {
                ItemKind::Method(signature, _) => method(item, signature, &inner, errors),
                _ => associated(item, &inner),
            })
            .collect()
    }

    fn implementation(&self, wrapper: &Ident, parameter: &Ident, items: &[TokenStream]) -> TokenStream {
        let ours = Span::mixed_site();
        let name = &self.header.name;
        let (_, arguments, _) = self.header.generics.split_for_impl();
        let ty = quote_spanned!(ours=> #wrapper<#parameter>);
        let mut generics = self.header.generics.clone();
        generics
            .params
            .push(GenericParam::Type(parse_quote_spanned!(ours=> #parameter)));
        let clause = generics.make_where_clause();
        clause
            .predicates
            .push(parse_quote_spanned!(ours=> #parameter: #name #arguments));
        clause.predicates.extend(self.needs(parameter, false));
        // Who wants such a supertrait for the decorator implements it: here its methods are not seen.
        let foreign = self.header.supertraits.iter().filter(|bound| is_foreign(bound));
        let foreign = foreign.map(|bound| -> WherePredicate { parse_quote_spanned!(ours=> #ty: #bound) });
        clause.predicates.extend(foreign);
        self.implementation_for(&ty, &generics, items)
    }

    /// `impl Trait for ty`
    fn implementation_for(&self, ty: &TokenStream, generics: &Generics, items: &[TokenStream]) -> TokenStream {
        let ours = Span::mixed_site();
        let name = &self.header.name;
        let (_, arguments, _) = self.header.generics.split_for_impl();
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
        let allowed = self.header.attributes.iter().filter_map(allowed);
        quote_spanned! {ours=>
            #(#allowed)*
            #silent
            #async_trait
            impl #parameters #name #arguments for #ty #clause {
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
    fn needs(&self, parameter: &Ident, behind_pointer: bool) -> Vec<WherePredicate> {
        let ours = Span::mixed_site();
        let mut needs: Vec<WherePredicate> = Vec::new();
        let all_send = self.async_trait().is_some_and(|attribute| match &attribute.meta {
            Meta::List(list) => !list.tokens.clone().into_iter().any(|token| is_word(&token, "Send")),
            _ => true,
        });
        let (mut send, mut sync, mut copied) = (false, false, false);
        for item in &self.block.items {
            let ItemKind::Method(signature, _) = &item.kind else {
                continue;
            };
            let copies = !behind_pointer && item.may_be_marked() && forward::takes_copy(signature);
            copied |= copies;
            // A pointer hands a returned future through: it holds nothing of its own.
            let promised = promises_send(signature) && !behind_pointer;
            if all_send && signature.asyncness.is_some() || promised {
                send |= copies || behind_pointer;
                match signature.receiver().map(|receiver| &receiver.kind) {
                    None => {}
                    Some(ReceiverKind::Reference(_, _, None)) => sync = true,
                    Some(_) => send = true,
                }
            }
            needs.extend(of_self(signature, parameter));
        }
        if copied {
            needs.push(parse_quote_spanned!(ours=> #parameter: ::core::clone::Clone + 'static));
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

/// A constant or a type: that of what is inside.
fn associated(item: &BlockItem, inner: &TokenStream) -> Option<TokenStream> {
    let ours = Span::mixed_site();
    let conditions = item
        .attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    if let Ok(constant) = syn::parse2::<TraitItemConst>(item.tokens.clone()) {
        let (name, ty) = (&constant.ident, &constant.ty);
        return Some(quote_spanned!(ours=> #(#conditions)* const #name: #ty = #inner::#name;));
    }
    let ty = syn::parse2::<TraitItemType>(item.tokens.clone()).ok()?;
    let name = &ty.ident;
    let (parameters, arguments, clause) = ty.generics.split_for_impl();
    Some(quote_spanned!(ours=> #(#conditions)* type #name #parameters = #inner::#name #arguments #clause;))
}

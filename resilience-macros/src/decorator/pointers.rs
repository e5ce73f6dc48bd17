//! `pointers(Arc, Box)`: the trait implemented for pointers to whatever implements it, so that the decorator also goes round an
//! `Arc<dyn Store>`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{GenericParam, ReceiverKind, Signature, Type, TypeParamBound, WherePredicate, parse_quote_spanned};

use super::Decorator;
use super::carried::unmarked;
use crate::block::BlockItem;
use crate::diagnostics::Diagnostics;
use crate::forward;

const POINTERS: &[(&str, &str)] = &[("Arc", "sync"), ("Box", "boxed"), ("Rc", "rc")];

impl Decorator<'_> {
    /// The implementations for the pointers that the attribute names.
    pub(super) fn pointers(&self, parameter: &Ident, errors: &mut Diagnostics) -> TokenStream {
        let named = self.args.pointers.iter().flatten();
        named
            .filter_map(|pointer| self.pointer(pointer, parameter, errors))
            .collect()
    }

    fn pointer(&self, pointer: &Ident, parameter: &Ident, errors: &mut Diagnostics) -> Option<TokenStream> {
        let ours = Span::mixed_site();
        let Some((_, module)) = POINTERS.iter().find(|(name, _)| pointer == name) else {
            errors.error(
                pointer.span(),
                format!("`pointers(..)` knows no `{pointer}`: write `Arc`, `Box` or `Rc`"),
            );
            return None;
        };
        let module = Ident::new(module, ours);
        let at_pointer = Ident::new(&pointer.to_string(), ours.located_at(pointer.span()));
        let ty = quote_spanned!(ours=> ::std::#module::#at_pointer<#parameter>);
        let mut refused = Diagnostics::default();
        let items = self.items_with(parameter, &mut refused, |item, signature, inner, errors| {
            let method = through(item, signature, inner, pointer, errors)?;
            let attributes = item.attributes.iter().filter_map(unmarked);
            Some(quote!(#(#attributes)* #method))
        });
        let broken = !refused.is_empty();
        errors.append(refused);
        if broken {
            return None;
        }
        let mut generics = self.header.generics.clone();
        generics.params.push(GenericParam::Type(
            parse_quote_spanned!(ours=> #parameter: ?::core::marker::Sized),
        ));
        let clause = generics.make_where_clause();
        clause.predicates.extend(self.needs_of_pointer(parameter, &ty));
        Some(self.implementation_for(&ty, &generics, &items))
    }

    /// What must be true of the type behind the pointer, and of the pointer.
    fn needs_of_pointer(&self, parameter: &Ident, ty: &TokenStream) -> Vec<WherePredicate> {
        let ours = Span::mixed_site();
        let name = &self.header.name;
        let (_, arguments, _) = self.header.generics.split_for_impl();
        let mut needs = vec![parse_quote_spanned!(ours=> #parameter: #name #arguments)];
        needs.extend(self.needs(parameter, true));
        let of_pointer = self.header.supertraits.iter().filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(parse_quote_spanned!(ours=> #ty: #bound)),
            _ => None,
        });
        needs.extend(of_pointer);
        needs
    }
}

/// One method: it calls that of what the pointer points to.
fn through(
    item: &BlockItem,
    signature: &Signature,
    inner: &TokenStream,
    pointer: &Ident,
    errors: &mut Diagnostics,
) -> Option<TokenStream> {
    let ours = Span::mixed_site().located_at(signature.ident.span());
    let exclusive = pointer == "Box";
    let receiver = signature.receiver();
    let this = receiver.map(forward::this);
    let receiver = match receiver.map(|receiver| &receiver.kind) {
        None => Some(None),
        Some(ReceiverKind::Reference(_, _, None)) => Some(Some(quote_spanned!(ours=> &**#this))),
        Some(ReceiverKind::Reference(_, _, Some(_))) if exclusive => Some(Some(quote_spanned!(ours=> &mut **#this))),
        _ => None,
    };
    let receiver = receiver.filter(|_| forward::mentions_self(signature).is_none() && !is_of_sized(signature));
    let Some(receiver) = receiver else {
        if item.body().is_none() {
            let name = &signature.ident;
            errors.error(
                pointer.span(),
                format!("`{pointer}` cannot forward `{name}`, which needs more than a shared reference: give `{name}` a default body, or remove `{pointer}`"),
            );
        }
        return None;
    };
    let (signature, call) = forward::forwarded(signature, inner, receiver, errors);
    let call = if signature.asyncness.is_some() {
        quote_spanned!(ours=> #call.await)
    } else {
        call
    };
    Some(quote_spanned!(ours=> #signature { #call }))
}

/// `where Self: Sized`
fn is_of_sized(signature: &Signature) -> bool {
    let predicates = signature
        .generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    let mut bounds = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => Some(predicate),
        _ => None,
    });
    bounds.any(|predicate| {
        matches!(&predicate.bounded_ty, Type::Path(path) if path.path.is_ident("Self"))
            && predicate.bounds.iter().any(|bound| {
                matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(|last| last.ident == "Sized"))
            })
    })
}

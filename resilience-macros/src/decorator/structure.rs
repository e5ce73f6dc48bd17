//! The type of a decorator, and its constructors.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Visibility;
use syn::ext::IdentExt;

use super::Decorator;
use super::carried::allowed;
use crate::args::Service;
use crate::expand;

impl Decorator<'_> {
    /// The type and its constructors.
    pub(super) fn structure(&self, wrapper: &Ident, parameter: &Ident) -> TokenStream {
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
        let fields = quote_spanned! {ours=>
            inner: #parameter,
            service: ::core::option::Option<&'static #krate::Service>,
        };
        // All but the fields is the user's own: where nothing constructs the decorator, the compiler may say so.
        let ty = quote_spanned!(wrapper.span()=> struct #wrapper<#parameter> { #fields });
        let in_registry = self.in_registry(parameter, &methods_visibility);
        let allowed = self.header.attributes.iter().filter_map(allowed);
        quote_spanned! {ours=>
            #[doc = #doc]
            #(#allowed)*
            #[derive(::core::clone::Clone, ::core::fmt::Debug)]
            #visibility #ty

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
}

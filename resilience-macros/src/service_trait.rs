//! The attribute on a trait: the trait stays what it is, and gets a decorator beside it.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::TraitItemType;

use crate::args::{Args, Holder, Service};
use crate::block::{Block, Member, Owner, Place, TraitHeader, check_shared};
use crate::decorator::Decorator;
use crate::diagnostics::Diagnostics;
use crate::forward;
use crate::method::{attribute_place, emitted};
use crate::service_impl::{distribute, is_second};
use crate::tokens::is_word;

/// `#[retry_service(..)] trait .. { .. }`
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = attribute_place(&item);
    let mut errors = Diagnostics::default();
    let args = Args::parse(options.clone(), attribute, Holder::Block, &mut errors);
    let Some(mut block) = Block::read(item.clone()) else {
        return emitted(item, errors);
    };
    let header: TraitHeader = match syn::parse2(block.header.clone()) {
        Ok(header) => header,
        Err(error) => {
            errors.syntax(error);
            return emitted(item, errors);
        }
    };
    if header.automatic {
        errors.error(
            header.name.span(),
            "`#[retry_service]` goes on a trait with methods: an `auto` trait has none",
        );
        return emitted(item, errors);
    }
    if is_second(&block, attribute, &mut errors) {
        return emitted(item, errors);
    }
    check_self(&args, &mut errors);
    check_shared(&block, &args, &mut errors);
    let broken = !errors.is_empty();
    let place = |place| if broken { Place::Broken } else { place };
    let member = Member {
        krate: args.krate.clone(),
        place: place(Place::Decorator),
        applies: Vec::new(),
        calls: Vec::new(),
        called: false,
        owner: Owner::default(),
        done: false,
        copy: copies(&header, &block),
        options: options.clone(),
        words: Vec::new(),
    };
    let decorator = Decorator {
        header: &header,
        block: &block,
        args: &args,
        member: &member,
    };
    let decorator = decorator.expand(&mut errors);
    distribute(
        &mut block,
        place(Place::Declaration),
        &Owner::of_trait(&header.name),
        &args,
        options,
        attribute,
        &mut errors,
    );
    let errors = errors.into_compile_errors();
    quote!(#block #decorator #errors)
}

/// The type parameters and the associated types of the trait that are `Copy` by their bounds.
fn copies(header: &TraitHeader, block: &Block) -> Vec<Ident> {
    let types = block.items.iter().filter_map(|item| {
        let ty = syn::parse2::<TraitItemType>(item.tokens.clone()).ok()?;
        forward::says_copy(&ty.bounds).then_some(ty.ident)
    });
    forward::copy_parameters(&header.generics).chain(types).collect()
}

/// The options of a trait are evaluated in its decorator, which has nothing of the implementation's.
fn check_self(args: &Args, errors: &mut Diagnostics) {
    let service = match &args.service {
        Some(Service::Given(service)) => Some(&**service),
        _ => None,
    };
    for (key, value) in [("service", service), ("registry", args.registry.as_ref())] {
        let Some(value) = value else { continue };
        if value.to_token_stream().into_iter().any(|token| is_word(&token, "self")) {
            errors.error_over(
                value,
                format!(
                    "`{key}` on a trait cannot come from `self`, which is the decorator: write `name = \"plan_service\"`, and \
                     give the service to `with_service`"
                ),
            );
        }
    }
}

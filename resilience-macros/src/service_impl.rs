//! The attribute on an `impl` block: it checks its options and hands them to the methods. What each of them is, is decided
//! where the compiler has resolved its attributes.

use proc_macro2::{Ident, Span, TokenStream};

use crate::args::{Args, Holder};
use crate::block::{Block, ImplHeader, Member, Owner, Place, check_shared, is_member};
use crate::diagnostics::Diagnostics;
use crate::item::Body;
use crate::method::{attribute_place, emitted};

/// `#[retry_service(..)] impl .. { .. }`
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = attribute_place(&item);
    let mut errors = Diagnostics::default();
    let args = Args::parse(options.clone(), attribute, Holder::Block, &mut errors);
    if let Some(pointer) = args.pointers.iter().flatten().next() {
        errors.error(
            pointer.span(),
            "`pointers(..)` goes on the attribute of a trait, which it implements for pointers: remove it here",
        );
    }
    let Some(mut block) = Block::read(item.clone()) else {
        return emitted(item, errors);
    };
    check_shared(&block, &args, &mut errors);
    let header = ImplHeader::read(&block.header);
    let place = match (errors.is_empty(), &header.of) {
        (false, _) => Place::Broken,
        (true, Some(_)) => Place::Implementation,
        (true, None) => Place::Inherent,
    };
    if !is_second(&block, attribute, &mut errors) {
        let owner = Owner::of_impl(header);
        distribute(&mut block, place, &owner, &args, options, attribute, &mut errors);
    }
    emitted(block, errors)
}

/// Refuses a block that has been handed the options of another attribute already; says whether it did.
pub(crate) fn is_second(block: &Block, attribute: Span, errors: &mut Diagnostics) -> bool {
    let mut attributes = block.items.iter().flat_map(|item| &item.attributes);
    let second = attributes.any(is_member);
    if second {
        errors.error(
            attribute,
            "a second `#[retry_service]` on one block: its methods belong to one service, remove one of them",
        );
    }
    second
}

/// Hands the options to every method that may be marked.
pub(crate) fn distribute(
    block: &mut Block,
    place: Place,
    owner: &Owner,
    args: &Args,
    options: TokenStream,
    attribute: Span,
    errors: &mut Diagnostics,
) {
    let member = Member {
        krate: args.krate.clone(),
        place,
        applies: block.applies(),
        calls: Vec::new(),
        called: false,
        owner: Owner::default(),
        done: false,
        copy: Vec::new(),
        options,
        words: Vec::new(),
    };
    let called = match place {
        Place::Inherent => called(block, owner, &member.applies),
        // Nothing can be left beside a method of a trait for another one to find.
        _ => Vec::new(),
    };
    let mut any = block.has_macros();
    for method in block.marked() {
        let calls = method
            .body()
            .map_or_else(Vec::new, |body| called_in(body, owner, &called));
        let looks = !calls.is_empty() || !member.applies.is_empty();
        let handed = Member {
            calls,
            owner: if looks { owner.clone() } else { Owner::default() },
            called: method.name().is_some_and(|name| called.contains(name)),
            ..member.clone()
        };
        method.attributes.push(handed.to_attribute());
        any = true;
    }
    if !any {
        errors.error(
            attribute,
            "no method of this block is marked: write `#[idempotent]`, `#[plain]` or `#[apply]` on those that call the service",
        );
    }
}

/// The methods that may be marked and are called by others that may be. Those that say `#[apply]` themselves are known without.
fn called(block: &mut Block, owner: &Owner, applies: &[Ident]) -> Vec<Ident> {
    let names: Vec<Ident> = block.marked().filter_map(|method| method.name().cloned()).collect();
    let unknown: Vec<Ident> = names.into_iter().filter(|name| !applies.contains(name)).collect();
    let bodies = block.marked().filter_map(|method| method.body());
    let mut called: Vec<Ident> = bodies.flat_map(|body| called_in(body, owner, &unknown)).collect();
    called.sort();
    called.dedup();
    called
}

fn called_in(body: &Body, owner: &Owner, names: &[Ident]) -> Vec<Ident> {
    let mut called: Vec<Ident> = owner
        .calls(&body.tokens, names)
        .into_iter()
        .map(|call| call.name)
        .collect();
    called.sort();
    called.dedup();
    called
}

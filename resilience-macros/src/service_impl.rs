//! The attribute on an `impl` block: it checks its options and hands them to the methods. What each of them is, is decided
//! where the compiler has resolved its attributes.

use proc_macro2::{Ident, Span, TokenStream};

use crate::args::{Args, Holder};
use crate::block::{Block, ImplHeader, Member, Place, calls, check_shared, is_member};
use crate::diagnostics::Diagnostics;
use crate::item::Body;
use crate::method::{attribute_place, emitted};

/// `#[retry_service(..)] impl .. { .. }`
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = attribute_place(&item);
    let mut errors = Diagnostics::default();
    let args = Args::parse(options.clone(), attribute, Holder::Block, &mut errors);
    let Some(mut block) = Block::read(item.clone()) else {
        return emitted(item, errors);
    };
    check_shared(&block, &args, &mut errors);
    let place = match (errors.is_empty(), ImplHeader::read(&block.header).of_trait) {
        (false, _) => Place::Broken,
        (true, true) => Place::Implementation,
        (true, false) => Place::Inherent,
    };
    if !is_second(&block, attribute, &mut errors) {
        distribute(&mut block, place, &args, options, attribute, &mut errors);
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
        options,
        words: Vec::new(),
    };
    let called = match place {
        Place::Inherent => called(block, &member.applies),
        // Nothing can be left beside a method of a trait for another one to find.
        _ => Vec::new(),
    };
    let mut any = block.has_macros();
    for method in block.marked() {
        let handed = Member {
            calls: method.body().map_or_else(Vec::new, |body| called_in(body, &called)),
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
fn called(block: &mut Block, applies: &[Ident]) -> Vec<Ident> {
    let names: Vec<Ident> = block.marked().filter_map(|method| method.name().cloned()).collect();
    let unknown: Vec<Ident> = names.into_iter().filter(|name| !applies.contains(name)).collect();
    let bodies = block.marked().filter_map(|method| method.body());
    let mut called: Vec<Ident> = bodies.flat_map(|body| called_in(body, &unknown)).collect();
    called.sort();
    called.dedup();
    called
}

fn called_in(body: &Body, names: &[Ident]) -> Vec<Ident> {
    let mut called: Vec<Ident> = calls(&body.tokens, names).into_iter().map(|call| call.name).collect();
    called.sort();
    called.dedup();
    called
}

//! The attribute on an `impl` block: it checks its options and hands them to the methods. What each of them is, is decided
//! where the compiler has resolved its attributes.

use proc_macro2::{Span, TokenStream};

use crate::args::{Args, Holder};
use crate::block::{Block, ImplHeader, Member, Place, is_member};
use crate::diagnostics::Diagnostics;
use crate::method::{attribute_place, emitted};

/// `#[retry_service(..)] impl .. { .. }`
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = attribute_place(&item);
    let mut errors = Diagnostics::default();
    let args = Args::parse(options.clone(), attribute, Holder::Block, &mut errors);
    let Some(mut block) = Block::read(item.clone()) else {
        return emitted(item, errors);
    };
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
        options,
        words: Vec::new(),
    };
    let handed = member.to_attribute();
    let mut any = block.has_macros();
    for method in block.marked() {
        method.attributes.push(handed.clone());
        any = true;
    }
    if !any {
        errors.error(
            attribute,
            "no method of this block is marked: write `#[idempotent]`, `#[plain]` or `#[apply]` on those that call the service",
        );
    }
}

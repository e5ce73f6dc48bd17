//! The attribute on an `impl` block: it checks its options and hands them to the methods. What each of them is, is decided
//! where the compiler has resolved its attributes.

use proc_macro2::{Span, TokenStream};

use crate::args::{Args, Holder};
use crate::block::{Block, ImplHeader, Member, Place};
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
    distribute(&mut block, place, &args, options, attribute, &mut errors);
    emitted(block, errors)
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

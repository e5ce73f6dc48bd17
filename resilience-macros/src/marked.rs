//! The words on the methods of a block, and what becomes of a method that has one.
//!
//! `#[idempotent]`, `#[plain]` and `#[apply]` write down that they were there: in the attribute that the block left behind all
//! others. That one runs when nothing is hidden any more, and makes the method an operation, or leaves it alone. Where
//! other attributes stand between the two, the word does the work itself: those may rewrite the body, and what they write
//! belongs round the operation, as it does on a method with an attribute of its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use crate::args::{self, Args, Heir, Holder};
use crate::block::{Member, Place, Word, is_member};
use crate::diagnostics::Diagnostics;
use crate::expand::Kind;
use crate::forward;
use crate::item::{Function, Item};
use crate::method::{self, attribute_place, emitted};
use crate::seal::{self, Mark, Marks};
use crate::site::{Flow, Site};
use crate::witness;

/// `#[idempotent(..)]` or `#[plain(..)]`
pub(crate) fn word(mark: Mark, args: TokenStream, item: TokenStream) -> TokenStream {
    let place = attribute_place(&item);
    let mut errors = Diagnostics::default();
    let name = mark.word();
    let word = Word {
        mark,
        place,
        options: args,
    };
    match syn::parse2(item.clone()) {
        Ok(Item::Function(mut function)) => {
            let marks = Marks::take(&mut function);
            let (marks, left) = written(&word, marks, &mut function.attributes, &mut errors);
            let mut called = None;
            if let Some(mut member) = left {
                if goes_first(&member, mark, &function.attributes) {
                    called = made(&member, &word, &mut function, &mut errors);
                    member.done = true;
                }
                function.attributes.push(member.to_attribute());
                marks.leave(&mut function, &member.krate);
            }
            emitted(quote!(#function #called), errors)
        }
        Ok(Item::Declared(mut declared)) => {
            let marks = Marks::take_seals(&mut declared.attributes);
            let (marks, left) = written(&word, marks, &mut declared.attributes, &mut errors);
            if let Some(member) = left {
                declared.attributes.push(member.to_attribute());
                let _ = marks.leave_seals(&mut declared.attributes, &member.krate, None);
            }
            emitted(declared, errors)
        }
        Ok(_) => {
            errors.error(
                place,
                format!("`#[{name}]` goes on a method of a block that carries `#[retry_service(..)]`"),
            );
            emitted(item, errors)
        }
        Err(error) => {
            errors.syntax(error);
            emitted(item, errors)
        }
    }
}

/// Whether a word makes the operation at once: other attributes follow that may rewrite the body.
fn goes_first(member: &Member, mark: Mark, attributes: &[Attribute]) -> bool {
    let others = |attribute: &&Attribute| !seal::is_inert(attribute) && !is_member(attribute);
    let others: Vec<&Attribute> = attributes.iter().filter(others).collect();
    // An apply may have an attribute of its own below, and is then none of the block's.
    let own = |attribute: &&Attribute| {
        let last = attribute.path().segments.last();
        mark == Mark::Apply && last.is_some_and(|last| last.ident == "retry_service")
    };
    let operates = !matches!(member.place, Place::Declaration | Place::Broken);
    operates && !others.is_empty() && !others.iter().any(own)
}

/// Writes the word into the attribute of the block; that attribute, taken off, unless something is wrong.
pub(crate) fn written(
    word: &Word,
    mut marks: Marks,
    attributes: &mut Vec<Attribute>,
    errors: &mut Diagnostics,
) -> (Marks, Option<Member>) {
    let name = word.mark.word();
    let Some(mut member) = Member::take(attributes) else {
        errors.error(
            word.place,
            format!(
                "`#[{name}]` marks a method of a block, and there is none around it: write \
                 `#[retry_service(name = \"plan_service\")]` on the `impl` block or trait, or {} on the method itself",
                alone(word.mark)
            ),
        );
        return (marks, None);
    };
    // The trait itself says what is wrong with its marks; its decorator, which has the same, need not say it again.
    let mut unheard = Diagnostics::default();
    let errors = if member.place == Place::Decorator {
        &mut unheard
    } else {
        errors
    };
    let earlier = member.words.first().map(|earlier| (earlier.mark, earlier.place));
    let own = marks.retry_service().filter(|_| earlier.is_none());
    if let Some(own) = own {
        errors.error(
            word.place,
            format!("`#[{name}]` beside a `#[retry_service]` of its own: the block says which service this is, keep one of them"),
        );
        errors.error(own, "its own `#[retry_service]` is here");
        return (marks, None);
    }
    marks.add(word.mark, word.place);
    if marks.check(errors) {
        return (marks, None);
    }
    if let Some((mark, place)) = earlier {
        let other = mark.word();
        if mark == word.mark {
            errors.error(word.place, format!("`#[{name}]` is given twice: once is enough"));
        } else {
            errors.error(
                word.place,
                format!("`#[{other}]` and `#[{name}]` on one method: they say different things, keep one of them"),
            );
        }
        errors.error(place, format!("the first `#[{other}]` is here"));
        return (marks, None);
    }
    member.words.push(word.clone());
    (marks, Some(member))
}

/// What to write on a function without a block.
fn alone(mark: Mark) -> &'static str {
    match mark {
        Mark::Idempotent => "`#[retry_service(name = \"plan_service\", idempotent)]`",
        Mark::Plain => "`#[retry_service(name = \"plan_service\")]`",
        Mark::Apply => "`#[apply]`",
    }
}

/// What the block left behind a method: the method becomes what its words say.
pub(crate) fn member(args: TokenStream, item: TokenStream) -> TokenStream {
    let Some(member) = Member::read(args) else {
        return item;
    };
    match syn::parse2(item.clone()) {
        Ok(Item::Function(function)) => of_function(&member, function),
        Ok(Item::Declared(mut declared)) => {
            let mut errors = Diagnostics::default();
            let mut marks = Marks::take_seals(&mut declared.attributes);
            let word = only_word(&member, &mut marks, &mut errors);
            let witness = word.and_then(|word| witness::declared(&member, word, &declared.signature));
            let errors = errors.into_compile_errors();
            quote!(#declared #witness #errors)
        }
        _ => item,
    }
}

fn of_function(member: &Member, mut function: Function) -> TokenStream {
    let mut errors = Diagnostics::default();
    let mut marks = Marks::take(&mut function);
    let word = only_word(member, &mut marks, &mut errors);
    if member.done {
        return emitted(function, errors);
    }
    let Some(word) = word else {
        let called = witness::called(member, false, &function.signature);
        return emitted(quote!(#function #called), errors);
    };
    let witness = witness::declared(member, word, &function.signature);
    let called = made(member, word, &mut function, &mut errors);
    emitted(quote!(#function #witness #called), errors)
}

/// Makes of the method what its word says; what stands beside it for others that call it.
fn made(member: &Member, word: &Word, function: &mut Function, errors: &mut Diagnostics) -> Option<TokenStream> {
    let mut questions = None;
    if word.mark == Mark::Idempotent {
        member
            .owner
            .refuse_applies(&function.body.tokens, &member.applies, errors);
        questions = witness::questions(member, &function.body.tokens);
    }
    match member.place {
        // The decorator protects the calls from outside; a body that a trait brings is not called twice over.
        Place::Declaration | Place::Broken => {}
        Place::Inherent | Place::Implementation | Place::Decorator => operate(member, word, function, errors),
    }
    method::ask(function, questions);
    witness::called(member, word.mark == Mark::Apply, &function.signature)
}

/// The word of a method, unless it has none or several that contradict each other.
fn only_word<'a>(member: &'a Member, marks: &mut Marks, errors: &mut Diagnostics) -> Option<&'a Word> {
    for word in &member.words {
        marks.add(word.mark, word.place);
    }
    let mut found = Diagnostics::default();
    let contradiction = marks.check(&mut found);
    if member.place != Place::Decorator {
        errors.append(found);
    }
    member.words.first().filter(|_| !contradiction)
}

fn operate(member: &Member, word: &Word, function: &mut Function, errors: &mut Diagnostics) {
    let kind = match word.mark {
        Mark::Idempotent => Kind::Idempotent(word.place),
        Mark::Plain => Kind::Plain,
        Mark::Apply => Kind::Apply,
    };
    let site = Site::find(function);
    let parameters = site
        .as_ref()
        .map_or_else(|_| Vec::new(), |site| method::parameter_names(function, site));
    let heir = Heir {
        idempotent: matches!(kind, Kind::Idempotent(_)).then_some(word.place),
        asynchronous: site.is_ok_and(|site| site.flow == Flow::Async),
        parameters: &parameters,
    };
    args::check_member(&word.options, errors);
    let options = args::inherited(&word.options, &member.options, heir);
    // The block has reported what is wrong with its own options, and would not have come this far.
    let args = Args::parse(options, word.place, Holder::Member, errors);
    if member.place == Place::Decorator {
        if let Kind::Idempotent(_) = kind {
            forward::check_repeatable(function, &member.copy, &args, errors);
        }
    }
    method::operate(function, &args, kind, Some(member.place), errors);
}

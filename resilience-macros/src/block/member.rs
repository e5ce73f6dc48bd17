//! What the attribute of a block hands to its methods: one attribute more, behind all that they have.
//!
//! Only there do `cfg_attr` and other names mean what they mean: the compiler has resolved them when it comes to run.
//! `#[idempotent]`, `#[plain]` and `#[apply]` run before it and write themselves into it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Meta, Path, Token, parse_quote_spanned};

use super::calls::Owner;
use crate::seal::Mark;

/// The name of the attribute: unguessable, since it is found by its last segment.
const MEMBER: &str = "__resilience_member_8c1d5be07a2f4396";

#[derive(Clone)]
pub(crate) struct Member {
    /// Where the runtime is found.
    pub(crate) krate: Path,
    pub(crate) place: Place,
    /// The methods of the block that say `#[apply]`.
    pub(crate) applies: Vec<Ident>,
    /// The methods of the block that it calls, and of which only the compiler knows what they are.
    pub(crate) calls: Vec<Ident>,
    /// Whether another method calls this one and must know what it is.
    pub(crate) called: bool,
    /// How the body can name these methods; nothing where there are none.
    pub(crate) owner: Owner,
    /// Whether its word has made it an operation already, in front of the attributes between them.
    pub(crate) done: bool,
    /// What of the trait's types is `Copy` by its bounds.
    pub(crate) copy: Vec<Ident>,
    /// The options of the block.
    pub(crate) options: TokenStream,
    /// What the method is marked with.
    pub(crate) words: Vec<Word>,
}

/// In what kind of block the method is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Inherent,
    /// `impl Trait for Type`
    Implementation,
    /// The trait itself.
    Declaration,
    /// The implementation that the attribute writes beside a trait.
    Decorator,
    /// Something is wrong with the attribute of the block, and has been reported.
    Broken,
}

const PLACES: [(Place, &str); 5] = [
    (Place::Inherent, "inherent"),
    (Place::Implementation, "implementation"),
    (Place::Declaration, "declaration"),
    (Place::Decorator, "decorator"),
    (Place::Broken, "broken"),
];

/// `#[idempotent(..)]`, `#[plain(..)]` or `#[apply(..)]`
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) mark: Mark,
    pub(crate) place: Span,
    pub(crate) options: TokenStream,
}

pub(crate) fn is_member(attribute: &Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|last| last.ident == MEMBER)
}

impl Member {
    /// What the block said, if there is one round the method of these attributes.
    pub(crate) fn find(attributes: &[Attribute]) -> Option<Self> {
        attributes
            .iter()
            .find(|attribute| is_member(attribute))
            .and_then(Self::of)
    }

    /// Takes the attribute off.
    pub(crate) fn take(attributes: &mut Vec<Attribute>) -> Option<Self> {
        let member = Self::find(attributes);
        attributes.retain(|attribute| !is_member(attribute));
        member
    }

    fn of(attribute: &Attribute) -> Option<Self> {
        let Meta::List(list) = &attribute.meta else {
            return None;
        };
        Self::read(list.tokens.clone())
    }

    /// Reads the arguments of the attribute.
    pub(crate) fn read(arguments: TokenStream) -> Option<Self> {
        let read = |input: ParseStream<'_>| {
            let krate: Path = input.parse()?;
            input.parse::<Token![,]>()?;
            let place: Ident = input.parse()?;
            let applies: Group = input.parse()?;
            let calls: Group = input.parse()?;
            let called: Group = input.parse()?;
            let owner: Group = input.parse()?;
            let done: Group = input.parse()?;
            let copy: Group = input.parse()?;
            let options: Group = input.parse()?;
            let mut words = Vec::new();
            while !input.is_empty() {
                let word: Ident = input.parse()?;
                let options: Group = input.parse()?;
                words.extend(Mark::of_word(&word).map(|mark| Word {
                    mark,
                    place: word.span(),
                    options: options.stream(),
                }));
            }
            let place = PLACES.iter().find(|(_, name)| place == name);
            Ok(Self {
                krate,
                place: place.map_or(Place::Broken, |(place, _)| *place),
                applies: names(&applies),
                calls: names(&calls),
                called: !called.stream().is_empty(),
                owner: Owner::read(owner.stream()),
                done: !done.stream().is_empty(),
                copy: names(&copy),
                options: options.stream(),
                words,
            })
        };
        read.parse2(arguments).ok()
    }

    /// The attribute, for the end of a method's attributes.
    pub(crate) fn to_attribute(&self) -> Attribute {
        let ours = Span::mixed_site();
        let krate = &self.krate;
        let name = Ident::new(MEMBER, ours);
        let place = PLACES.iter().find(|(place, _)| *place == self.place);
        let place = Ident::new(place.map_or("broken", |(_, name)| name), ours);
        let applies = &self.applies;
        let applies = braces(quote!(#(#applies)*));
        let calls = &self.calls;
        let calls = braces(quote!(#(#calls)*));
        let flag = |set: bool, word| braces(set.then(|| Ident::new(word, ours)).into_token_stream());
        let called = flag(self.called, "called");
        let owner = braces(self.owner.to_token_stream());
        let done = flag(self.done, "done");
        let copy = &self.copy;
        let copy = braces(quote!(#(#copy)*));
        let options = braces(self.options.clone());
        let words = self.words.iter();
        parse_quote_spanned!(ours=> #[#krate::__private::#name(#krate, #place #applies #calls #called #owner #done #copy #options #(#words)*)])
    }
}

impl ToTokens for Word {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append(Ident::new(self.mark.word(), self.place));
        tokens.append(braces(self.options.clone()));
    }
}

pub(super) fn names(group: &Group) -> Vec<Ident> {
    let names = group.stream().into_iter().filter_map(|token| match token {
        TokenTree::Ident(name) => Some(name),
        _ => None,
    });
    names.collect()
}

pub(super) fn braces(inside: TokenStream) -> Group {
    Group::new(Delimiter::Brace, inside)
}

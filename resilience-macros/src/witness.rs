//! A trait says `#[apply]`, and an implementation somewhere else says `idempotent`: two items that no macro sees together.
//!
//! So the trait leaves a witness that the compiler finds: a hidden method beside the one that is marked. Every idempotent
//! method that may implement a trait asks, in a closure that never runs, for the witness of its own name; where there is
//! none, a stand-in answers that is one reference further away.
//!
//! Within one block it is the same: a method that others call leaves a function that says what it is.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::{Path, Signature, Visibility};

use crate::block::{Call, Member, Place, Word, mentions_self};
use crate::expand::{Kind, located};
use crate::item::Function;
use crate::seal::Mark;

/// The witness of an `#[apply]` in the declaration of a trait. It has a `self` also where the method has none, and serves
/// types without a size as well: who asks has a type, and may have no more.
pub(crate) fn declared(member: &Member, word: &Word, signature: &Signature) -> Option<TokenStream> {
    if member.place != Place::Declaration || word.mark != Mark::Apply {
        return None;
    }
    let krate = &member.krate;
    let ours = Span::mixed_site();
    let name = name(signature);
    Some(quote_spanned! {ours=>
        #[doc(hidden)]
        #[inline]
        fn #name(&self) -> #krate::__private::Applied {
            #krate::__private::Applied
        }
    })
}

/// What an idempotent method does to find out whether it implements an apply.
pub(crate) enum Question {
    /// It has no trait.
    Unasked,
    /// The compiler is asked.
    Compiler(TokenStream),
    /// Nothing says whether there is a trait, or even a type: the operation finds out when it is linked, by its path.
    Path,
}

impl Question {
    pub(crate) fn of(function: &Function, kind: Kind, place: Option<Place>, krate: &Path) -> Self {
        let Kind::Idempotent(word) = kind else {
            return Self::Unasked;
        };
        match place {
            Some(Place::Implementation) => Self::Compiler(probe(function, word, krate)),
            // Methods of traits never have a visibility.
            None if matches!(function.visibility, Visibility::Inherited) => {
                if function.signature.receiver().is_some() || speaks_of_self(function) {
                    Self::Compiler(probe(function, word, krate))
                } else {
                    Self::Path
                }
            }
            _ => Self::Unasked,
        }
    }
}

/// Only in an `impl` block or a trait is there a `Self`.
fn speaks_of_self(function: &Function) -> bool {
    mentions_self(&function.signature.to_token_stream()) || mentions_self(&function.body.tokens)
}

fn probe(function: &Function, word: Span, krate: &Path) -> TokenStream {
    let ours = Span::mixed_site();
    let at_word = ours.located_at(word);
    let name = name(&function.signature);
    let krate = located(krate, word);
    let question = quote_spanned!(at_word=> #krate::__private::ask(|it: &Self| it.#name()););
    quote_spanned! {ours=>
        trait Unmarked {
            fn #name(&self) {}
        }
        impl<T: ?::core::marker::Sized> Unmarked for &T {}
        #question
    }
}

/// The question whether each attempt can have the arguments that the body gives away.
pub(crate) fn given_away(uses: &[Ident], krate: &Path) -> Option<TokenStream> {
    let ours = Span::mixed_site();
    let questions = uses.iter().map(|argument| {
        let place = ours.located_at(argument.span());
        let krate = located(krate, place);
        quote_spanned!(place=> #krate::__private::every_attempt_has_one(&#argument);)
    });
    (!uses.is_empty()).then(|| quote_spanned!(ours=> if false { #(#questions)* }))
}

/// What a method is that others of its block call: a function beside it.
pub(crate) fn called(member: &Member, is_apply: bool, signature: &Signature) -> Option<TokenStream> {
    if !member.called {
        return None;
    }
    let krate = &member.krate;
    let ours = Span::mixed_site();
    let name = name(signature);
    let (answer, kind) = if is_apply {
        let kind = quote_spanned!(ours=> #krate::__private::Applied);
        (Some(quote_spanned!(ours=> -> #kind)), Some(kind))
    } else {
        (None, None)
    };
    Some(quote_spanned! {ours=>
        #[doc(hidden)]
        const fn #name() #answer {
            #kind
        }
    })
}

/// The questions that an idempotent method asks about those that it calls, each at the call.
pub(crate) fn questions(member: &Member, body: &TokenStream) -> Option<TokenStream> {
    let calls = member.owner.calls(body, &member.calls);
    if calls.is_empty() {
        return None;
    }
    let ours = Span::mixed_site();
    let questions = calls.iter().map(|Call { name, tokens }| {
        let place = |token: Option<&TokenTree>| ours.located_at(token.map_or(ours, TokenTree::span));
        // What is asked about underlines the whole call.
        let mut kind = kind_of(name);
        kind.set_span(place(tokens.last()));
        let asked = quote_spanned!(place(tokens.last())=> ());
        let kind = quote_spanned!(place(tokens.first())=> Self::#kind #asked);
        let at_name = ours.located_at(name.span());
        let krate = located(&member.krate, at_name);
        quote_spanned!(at_name=> #krate::__private::may_be_called_again(#kind);)
    });
    Some(quote_spanned! {ours=>
        if false {
            #(#questions)*
        }
    })
}

fn name(signature: &Signature) -> Ident {
    kind_of(&signature.ident)
}

fn kind_of(method: &Ident) -> Ident {
    Ident::new(&format!("__kind_of_{}", method.unraw()), Span::mixed_site())
}

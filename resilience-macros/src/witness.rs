//! A trait says `#[apply]`, and an implementation somewhere else says `idempotent`: two items that no macro sees together.
//!
//! So the trait leaves a witness that the compiler finds: a hidden method beside the one that is marked. Every idempotent
//! method that may implement a trait asks, in a line that never runs, for the witness of its own name; where there is none,
//! a stand-in answers that is one reference further away.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::{Path, Signature, Visibility};

use crate::block::{Member, Place, Word};
use crate::expand::{Kind, located};
use crate::item::Function;
use crate::seal::Mark;

/// The witness of an `#[apply]` in the declaration of a trait.
pub(crate) fn declared(member: &Member, word: &Word, signature: &Signature) -> Option<TokenStream> {
    if member.place != Place::Declaration || word.mark != Mark::Apply {
        return None;
    }
    let krate = &member.krate;
    let ours = Span::mixed_site();
    let name = name(signature);
    Some(quote_spanned! {ours=>
        #[doc(hidden)]
        fn #name(&self) -> #krate::__private::Applied
        where
            Self: ::core::marker::Sized,
        {
            #krate::__private::Applied
        }
    })
}

/// The question that an idempotent method asks, if it may implement a trait.
pub(crate) fn probe(function: &Function, kind: Kind, place: Option<Place>, krate: &Path) -> Option<TokenStream> {
    let Kind::Idempotent(word) = kind else {
        return None;
    };
    let asks = match place {
        Some(Place::Implementation) => true,
        // Methods of traits have a receiver, for all that is known here, and never a visibility.
        None => function.signature.receiver().is_some() && matches!(function.visibility, Visibility::Inherited),
        _ => false,
    };
    if !asks {
        return None;
    }
    let ours = Span::mixed_site();
    let at_word = ours.located_at(word);
    let name = name(&function.signature);
    let krate = located(krate, word);
    let question = quote_spanned! {at_word=>
        #krate::__private::may_be_repeated(#krate::__private::never::<&Self>().#name());
    };
    Some(quote_spanned! {ours=>
        if false {
            trait Unmarked {
                fn #name(&self) {}
            }
            impl<T: ?::core::marker::Sized> Unmarked for &T {}
            #question
        }
    })
}

fn name(signature: &Signature) -> Ident {
    let name = format!("__resilience_kind_of_{}", signature.ident.unraw());
    Ident::new(&name, Span::mixed_site())
}

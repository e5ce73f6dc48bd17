//! How `#[apply]` and `idempotent` find each other, whatever their names, their order, and what stands between.
//!
//! No macro can tell what a sibling attribute resolves to: `use resilience_core::apply as commit` is legal, and
//! `cfg_attr` hides words. So names decide nothing. Whichever of our attributes runs first leaves two things
//! behind, and whichever runs later finds them:
//!
//! - a *seal*: a hidden attribute behind all others, so that it also outlives attributes that add attributes;
//! - a *marker*: a constant at the head of the body, for attributes that drop the ones of others.
//!
//! Both carry the place of the user's word, so that the one who finds a conflict can point at both words. Where
//! no attribute follows that could be one of ours, nothing is left behind at all.

mod body;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, LitStr, Meta, Path, Token, parse_quote_spanned};

use crate::block::is_member;
use crate::diagnostics::Diagnostics;
use crate::item::{Function, Item};
use crate::site::inner_attributes;

pub(crate) use self::body::{drop_fence, raise_kind};

/// The name of the seal attribute: unguessable, since it is found by its last segment.
const SEAL: &str = "__resilience_seal_8c1d5be07a2f4396";

/// What one of our attributes said about the function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    /// `#[retry_service(.., idempotent)]`
    Idempotent,
    /// `#[retry_service(..)]`
    Plain,
    /// `#[apply]`
    Apply,
}

const MARKS: [Mark; 3] = [Mark::Idempotent, Mark::Plain, Mark::Apply];

impl Mark {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Idempotent => "idempotent",
            Self::Plain => "plain",
            Self::Apply => "apply",
        }
    }

    pub(crate) fn of_word(word: &Ident) -> Option<Self> {
        MARKS.into_iter().find(|mark| word == mark.word())
    }

    fn marker(self) -> &'static str {
        match self {
            Self::Idempotent => "__RESILIENCE_THIS_IS_IDEMPOTENT_8C1D5BE07A2F4396",
            Self::Plain => "__RESILIENCE_THIS_IS_PLAIN_8C1D5BE07A2F4396",
            Self::Apply => "__RESILIENCE_THIS_IS_APPLY_8C1D5BE07A2F4396",
        }
    }

    fn of_marker(name: &Ident) -> Option<Self> {
        let name = name.to_string();
        // Every identifier of every body passes here: most leave at once.
        if !name.starts_with("__RESILIENCE") {
            return None;
        }
        MARKS.into_iter().find(|mark| name == mark.marker())
    }
}

/// The marks of our attributes on one function, each with the place of the word that made it.
#[derive(Default)]
pub(crate) struct Marks {
    found: Vec<(Mark, Span)>,
}

impl Marks {
    /// Takes the seals and the markers off a function.
    pub(crate) fn take(function: &mut Function) -> Self {
        let mut marks = Self::take_seals(&mut function.attributes);
        function.body.tokens = body::take_markers(std::mem::take(&mut function.body.tokens), &mut |name| {
            let mark = Mark::of_marker(name);
            if let Some(mark) = mark {
                marks.add(mark, name.span());
            }
            mark.is_some()
        });
        marks
    }

    /// The same for one without a body.
    pub(crate) fn take_seals(attributes: &mut Vec<Attribute>) -> Self {
        let mut marks = Self::default();
        attributes.retain(|attribute| {
            let Some((mark, span)) = sealed(attribute) else {
                return true;
            };
            marks.add(mark, span);
            false
        });
        marks
    }

    /// A seal and its marker are one mark; the seal's place comes first and is the better one.
    pub(crate) fn add(&mut self, mark: Mark, span: Span) {
        if self.get(mark).is_none() {
            self.found.push((mark, span));
        }
    }

    pub(crate) fn get(&self, wanted: Mark) -> Option<Span> {
        self.found
            .iter()
            .find(|(mark, _)| *mark == wanted)
            .map(|(_, span)| *span)
    }

    /// What an earlier `#[retry_service]` left.
    pub(crate) fn retry_service(&self) -> Option<Span> {
        self.get(Mark::Idempotent).or_else(|| self.get(Mark::Plain))
    }

    /// Refuses an operation that may run again and must not; says whether it did.
    pub(crate) fn check(&self, errors: &mut Diagnostics) -> bool {
        let both = (self.get(Mark::Idempotent), self.get(Mark::Apply));
        if let (Some(idempotent), Some(apply)) = both {
            errors.error(
                idempotent,
                "`idempotent` and `#[apply]` contradict each other: `idempotent` lets a failed call run again, \
                 `#[apply]` marks a change that must never be made twice; \
                 remove `idempotent` if a second run would repeat the change, or remove `#[apply]` if it would do no harm",
            );
            errors.error(apply, "marked `#[apply]` here");
        }
        both.0.is_some() && both.1.is_some()
    }

    /// Leaves the marks on the function for those of our attributes that may still follow.
    pub(crate) fn leave(&self, function: &mut Function, krate: &Path) {
        self.leave_with(function, krate, None);
    }

    fn leave_with(&self, function: &mut Function, krate: &Path, seen: Option<&str>) {
        if !self.leave_seals(&mut function.attributes, krate, seen) {
            return;
        }
        let mut markers = TokenStream::new();
        for (mark, span) in &self.found {
            let place = Span::mixed_site().located_at(*span);
            let marker = Ident::new(mark.marker(), place);
            markers.extend(quote_spanned!(place=> const #marker: () = ();));
        }
        let mut head: Vec<TokenTree> = function.body.tokens.clone().into_iter().collect();
        let rest = head.split_off(inner_attributes(&head));
        function.body.tokens = quote!(#(#head)* #markers #(#rest)*);
    }

    /// Leaves the seals only; says whether any of our attributes may follow.
    pub(crate) fn leave_seals(&self, attributes: &mut Vec<Attribute>, krate: &Path, seen: Option<&str>) -> bool {
        // The attribute of a block knows by itself what came before it.
        if attributes
            .iter()
            .all(|attribute| is_inert(attribute) || is_member(attribute))
        {
            return false;
        }
        for (mark, span) in &self.found {
            let word = Ident::new(mark.word(), *span);
            let seal = Ident::new(SEAL, Span::mixed_site());
            let seen = seen.iter();
            attributes.push(
                parse_quote_spanned!(Span::mixed_site()=> #[#krate::__private::#seal(#word, #krate #(, #seen)*)]),
            );
        }
        true
    }
}

/// The mark of a seal.
fn sealed(attribute: &Attribute) -> Option<(Mark, Span)> {
    let Meta::List(list) = &attribute.meta else {
        return None;
    };
    if list.path.segments.last()?.ident != SEAL {
        return None;
    }
    let Some(TokenTree::Ident(word)) = list.tokens.clone().into_iter().next() else {
        return None;
    };
    let mark = Mark::of_word(&word)?;
    Some((mark, word.span()))
}

/// Built-in attributes that do nothing to a function, and whose names cannot be given to a macro.
pub(crate) fn is_inert(attribute: &Attribute) -> bool {
    is_inert_path(attribute.path())
}

pub(crate) fn is_inert_path(path: &Path) -> bool {
    const WORDS: &[&str] = &[
        "doc",
        "cfg",
        "cfg_attr",
        "allow",
        "warn",
        "deny",
        "forbid",
        "expect",
        "inline",
        "must_use",
        "deprecated",
        "cold",
        "track_caller",
        "automatically_derived",
        "no_mangle",
        "export_name",
        "link_section",
        "target_feature",
        "ignore",
        "should_panic",
        "unsafe",
    ];
    // Not `clippy::..` and the like: a module of the user's may have the name of a tool.
    let word = path.get_ident();
    word.is_some_and(|word| WORDS.iter().any(|inert| word == inert))
}

/// What a seal says: its mark, where the runtime is found, and the other attributes that it saw when it looked before.
struct SealArgs {
    word: Ident,
    krate: Path,
    seen: Option<String>,
}

impl Parse for SealArgs {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let word = input.parse()?;
        input.parse::<Token![,]>()?;
        let krate = input.parse()?;
        let seen = match input.parse::<Option<Token![,]>>()? {
            Some(_) => {
                let seen: LitStr = input.parse()?;
                Some(seen.value())
            }
            None => None,
        };
        Ok(Self { word, krate, seen })
    }
}

/// The seal attribute itself. It runs when all others have: it looks, and goes.
///
/// If there still are attributes, another macro may have added them behind the seal, so it goes to the end and looks
/// once more, until it sees the same ones again: they may as well be built-in ones that we do not know.
pub(crate) fn seal(args: TokenStream, item: TokenStream) -> TokenStream {
    let Ok(args) = syn::parse2::<SealArgs>(args) else {
        return item;
    };
    let mut errors = Diagnostics::default();
    let sealed = match syn::parse2(item.clone()) {
        Ok(Item::Function(mut function)) => {
            let mut marks = Marks::take(&mut function);
            let seen = args.look(&mut marks, &function.attributes, &mut errors);
            if let Some(seen) = seen {
                marks.leave_with(&mut function, &args.krate, Some(&seen));
            }
            quote!(#function)
        }
        Ok(Item::Declared(mut declared)) => {
            let mut marks = Marks::take_seals(&mut declared.attributes);
            let seen = args.look(&mut marks, &declared.attributes, &mut errors);
            if let Some(seen) = seen {
                marks.leave_seals(&mut declared.attributes, &args.krate, Some(&seen));
            }
            quote!(#declared)
        }
        // Somebody made another item of the function: nothing is left to look at.
        _ => return item,
    };
    let errors = errors.into_compile_errors();
    quote!(#sealed #errors)
}

impl SealArgs {
    /// Adds the mark of this seal to the others and checks them; the attributes that were seen, if they must be looked at
    /// once more.
    fn look(&self, marks: &mut Marks, attributes: &[Attribute], errors: &mut Diagnostics) -> Option<String> {
        if let Some(mark) = Mark::of_word(&self.word) {
            marks.add(mark, self.word.span());
        }
        let others = quote!(#(#attributes)*).to_string();
        (!marks.check(errors) && self.seen.as_ref() != Some(&others)).then_some(others)
    }
}

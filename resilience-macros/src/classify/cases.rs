//! What each variant says of itself, and what is wrong with that.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Expr, Generics, Item, Member, Path, Type};

use super::place::Place;
use super::words::{self, Choice, Whole, Word};
use crate::diagnostics::Diagnostics;

/// An error type that is to be classified.
pub(super) struct Subject {
    pub(super) krate: Path,
    pub(super) name: Ident,
    pub(super) generics: Generics,
    pub(super) shape: Shape,
}

pub(super) enum Shape {
    Enum(Vec<Case>),
    Struct(Box<Case>),
}

impl Shape {
    pub(super) fn cases(&self) -> &[Case] {
        match self {
            Self::Enum(cases) => cases,
            Self::Struct(case) => std::slice::from_ref(&**case),
        }
    }
}

/// A variant, or the struct itself.
pub(super) struct Case {
    pub(super) name: Ident,
    pub(super) is_variant: bool,
    /// All fields, for functions of them.
    pub(super) members: Vec<Member>,
    pub(super) types: Vec<Type>,
    /// Words with a condition: the first one whose condition is met decides.
    pub(super) conditional: Vec<(Expr, Answer)>,
    /// What it is otherwise. `None` where it cannot be told, which is reported.
    pub(super) answer: Option<Answer>,
}

impl Case {
    /// Whether an answer or a condition looks at the field: functions look at all.
    pub(super) fn asks(&self, member: &Member) -> bool {
        let mut answers = self
            .answer
            .iter()
            .chain(self.conditional.iter().map(|(_, answer)| answer));
        !self.conditional.is_empty()
            || answers.any(|answer| match answer {
                Answer::With(_) => true,
                answer => answer.holder().is_some_and(|holder| holder.member == *member),
            })
    }
}

pub(super) enum Answer {
    /// A variant of `FailureKind` that holds nothing.
    Kind(&'static str),
    /// With the field that holds the hint.
    Throttled(Option<Holder>),
    /// The field decides.
    Of(Holder),
    /// The field decides if its type can, and otherwise the word of the enum.
    OfOr(Holder, Box<Self>),
    /// A function of the fields decides.
    With(Box<Expr>),
    /// The field is ours; `From<Interruption>` is made, unless somebody else does.
    Interruption {
        holder: Holder,
        word: Span,
        makes_from: bool,
    },
}

impl Answer {
    pub(super) fn holder(&self) -> Option<&Holder> {
        match self {
            Self::Kind(_) | Self::With(_) => None,
            Self::Throttled(holder) => holder.as_ref(),
            Self::Of(holder) | Self::OfOr(holder, _) | Self::Interruption { holder, .. } => Some(holder),
        }
    }
}

/// A field that has something to say.
pub(super) struct Holder {
    pub(super) member: Member,
    pub(super) ty: Type,
}

impl Holder {
    /// Ours, at the type of the field: what that type cannot do is reported there.
    pub(super) fn place(&self) -> Span {
        Span::mixed_site().located_at(self.ty.span())
    }
}

pub(super) fn read(item: Item, errors: &mut Diagnostics) -> Option<Subject> {
    match item {
        Item::Enum(item) => {
            let krate = words::krate(&item.attrs, errors);
            let default = default(&item.ident, words::read(&item.attrs, Whole::Type, errors), errors);
            let mut cases = Vec::new();
            for variant in &item.variants {
                let said = words::read(&variant.attrs, Whole::Part, errors);
                let place = Place {
                    name: &variant.ident,
                    attributes: &variant.attrs,
                    fields: &variant.fields,
                    is_variant: true,
                };
                cases.push(case(&place, said, default, errors));
            }
            refuse_second_interruption(&mut cases, errors);
            Some(Subject {
                krate,
                name: item.ident,
                generics: item.generics,
                shape: Shape::Enum(cases),
            })
        }
        Item::Struct(item) => {
            let krate = words::krate(&item.attrs, errors);
            let said = words::read(&item.attrs, Whole::Type, errors);
            let place = Place {
                name: &item.ident,
                attributes: &item.attrs,
                fields: &item.fields,
                is_variant: false,
            };
            let case = case(&place, said, None, errors);
            Some(Subject {
                krate,
                name: item.ident,
                generics: item.generics,
                shape: Shape::Struct(Box::new(case)),
            })
        }
        Item::Union(item) => {
            errors.error(
                item.union_token.span,
                "`#[derive(Classify)]` goes on an enum or a struct: nobody can tell which field of a `union` holds a value, write `impl Classify` by hand",
            );
            Some(Subject {
                krate: words::krate(&item.attrs, errors),
                name: item.ident,
                generics: item.generics,
                shape: Shape::Enum(Vec::new()),
            })
        }
        other => {
            errors.error_over(other, "`#[derive(Classify)]` goes on an enum or a struct");
            None
        }
    }
}

/// What the enum says of all variants that say nothing.
fn default(name: &Ident, mut said: Vec<Word>, errors: &mut Diagnostics) -> Option<&'static str> {
    for word in &mut said {
        if word.condition.take().is_some() {
            errors.error(
                word.place,
                "`if` asks about fields, and this stands for variants with different ones: put it on the variant that has them",
            );
        }
    }
    keep_one(name, &mut said, errors);
    let word = said.into_iter().next()?;
    match word.choice {
        Choice::Kind(kind) => Some(kind),
        Choice::Throttled(None) => Some("Throttled"),
        Choice::Throttled(Some(_)) => {
            errors.error(
                word.place,
                "`after` names a field, and this stands for variants with different ones: write `#[throttled]` here, or `#[throttled(after = field)]` on a variant",
            );
            Some("Throttled")
        }
        Choice::Interruption | Choice::Transparent | Choice::With(_) => {
            let word_text = word.choice.text();
            errors.error(
                word.place,
                format!("`{word_text}` speaks of a field: put it on the variant that has it"),
            );
            Some("Permanent")
        }
        Choice::Broken => Some("Permanent"),
    }
}

fn keep_one(name: &Ident, said: &mut Vec<Word>, errors: &mut Diagnostics) {
    let Some((first, rest)) = said.split_first() else {
        return;
    };
    let first = first.choice.text();
    for word in rest {
        errors.error(
            word.place,
            format!("`{name}` is `{first}` already: keep one of the two"),
        );
    }
    said.truncate(1);
}

fn case(place: &Place<'_>, said: Vec<Word>, default: Option<&'static str>, errors: &mut Diagnostics) -> Case {
    for field in place.fields {
        for word in words::read(&field.attrs, Whole::Part, errors) {
            let text = word.choice.text();
            let whole = if place.is_variant { "the variant" } else { "the struct" };
            errors.error(
                word.place,
                format!("`{text}` goes on {whole}, not on one of its fields"),
            );
        }
    }
    let (conditional, mut said): (Vec<Word>, Vec<Word>) = said.into_iter().partition(|word| word.condition.is_some());
    keep_one(place.name, &mut said, errors);
    let answer = match said.pop() {
        Some(word) => place.answer(&word, errors),
        None => place.unsaid(default, conditional.last(), errors),
    };
    let conditional = conditional.into_iter().filter_map(|word| {
        let answer = place.answer(&word, errors)?;
        let condition = word.condition?;
        place
            .takes_all_fields(&condition, errors)
            .then_some((condition, answer))
    });
    Case {
        name: place.name.clone(),
        is_variant: place.is_variant,
        members: place.fields.members().collect(),
        types: place.fields.iter().map(|field| field.ty.clone()).collect(),
        conditional: conditional.collect(),
        answer,
    }
}

/// An interruption can become one variant only.
fn refuse_second_interruption(cases: &mut [Case], errors: &mut Diagnostics) {
    let ours = cases.iter_mut().filter_map(|case| match &mut case.answer {
        Some(Answer::Interruption { word, makes_from, .. }) => Some((word, makes_from)),
        _ => None,
    });
    for (word, makes_from) in ours.skip(1) {
        *makes_from = false;
        errors.error(
            *word,
            "a second `#[interruption]`: an interruption becomes one variant only, write `#[classify(transparent)]` on the others that hold one",
        );
    }
}

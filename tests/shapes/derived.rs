//! Every shape of error type that `#[derive(Classify)]` takes, in a strict crate and where nothing has its usual name.
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    elided_lifetimes_in_paths,
    missing_docs,
    single_use_lifetimes,
    trivial_casts,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unused_results
)]
#![forbid(unsafe_code)]
#![allow(
    dead_code,
    clippy::redundant_pub_crate,
    reason = "nothing makes some of these errors, or reads them"
)]

use resilience_core::{Classify, FailureKind, Interruption};
use std::{convert::Infallible, fmt, io, marker::PhantomData, sync::Arc, time::Duration};

/// Every word, on every kind of variant.
#[derive(Debug, Classify)]
#[allow(non_camel_case_types)]
#[non_exhaustive]
#[permanent]
enum Every {
    #[transient]
    Unit,
    #[transient]
    Tuple(u8),
    #[transient]
    Named {
        id: u8,
    },
    #[transient]
    Empty(),
    #[throttled]
    Busy,
    #[throttled(after = 0)]
    First(Duration),
    #[throttled(after = r#type,)]
    Raw {
        r#type: Option<Duration>,
    },
    #[throttled(after = in)]
    Keyword {
        r#in: Duration,
    },
    #[ignored]
    r#match,
    #[classify(transparent)]
    Nested(Box<Self>),
    #[classify(transparent)]
    Shared(Arc<io::Error>),
    #[interruption]
    Ours(Interruption),
    Default,
    #[cfg(any())]
    Gone(NothingOfThisName),
    #[cfg_attr(all(), transient)]
    Configured,
    #[classify(transparent)]
    #[cfg_attr(all(), allow(dead_code))]
    Partly {
        #[cfg(any())]
        gone: NothingOfThisName,
        cause: io::Error,
    },
}

#[derive(Debug, Classify)]
enum Nothing {}

#[derive(Classify)]
enum Generic<'a, T, E: fmt::Debug = io::Error, const N: usize = 2>
where
    T: Clone,
{
    #[transient]
    Borrowed(&'a [T; N]),
    #[classify(transparent)]
    Inner(E),
    #[interruption]
    Ours(Interruption),
    #[permanent]
    Never(Infallible),
}

#[derive(Classify)]
#[throttled(after = wait)]
struct Phantom<T: ?Sized> {
    wait: Duration,
    of: PhantomData<T>,
}

/// A variant that nobody should make any more can still be classified.
#[derive(Classify)]
enum Aging {
    #[deprecated(note = "not any more")]
    #[transient]
    Old,
    #[permanent]
    New,
}

macro_rules! make {
    ($name:ident { $($variant:ident: $word:ident $(($after:ident = $field:tt))?),* }) => {
        #[derive(Classify)]
        enum $name { $(#[$word $(($after = $field))?] $variant { wait: Duration }),* }
    };
}

make!(Made {
    Down: transient,
    Busy: throttled(after = wait)
});

/// Names of the prelude, of crates and of ours mean something else here.
#[allow(dead_code, non_camel_case_types)]
mod redefined {
    mod core {}
    mod std {}
    mod resilience_core {}
    struct Option;
    struct None;
    struct From;
    struct FailureKind;
    struct Interruption;
    trait Classify {}

    #[derive(::resilience_core::Classify)]
    pub(super) enum Error {
        #[throttled]
        Throttled,
        #[throttled(after = held)]
        Transient { held: ::core::time::Duration },
        #[classify(transparent)]
        Permanent(::std::io::Error),
        #[interruption]
        Ignored(::resilience_core::Interruption),
    }
}

/// There is no prelude at all, and the runtime is reached through another module.
#[no_implicit_prelude]
mod bare {
    pub(super) mod facade {
        #[doc(hidden)]
        pub(crate) use ::resilience_core::__private;
        pub(crate) use ::resilience_core::*;
    }

    #[derive(::resilience_core::Classify)]
    #[classify(crate = crate::derived::bare::facade)]
    pub(super) enum Error {
        #[throttled(after = 0)]
        Busy(::core::option::Option<::core::time::Duration>),
        #[interruption]
        Ours(facade::Interruption),
    }
}

const fn throttled(millis: u64) -> FailureKind {
    FailureKind::Throttled {
        retry_after: Some(Duration::from_millis(millis)),
    }
}

#[test]
fn every_shape_is_classified() {
    let wait = Duration::from_millis(5);
    let busy = FailureKind::Throttled { retry_after: None };
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    let table = [
        (Every::Unit, FailureKind::Transient),
        (Every::Tuple(1), FailureKind::Transient),
        (Every::Named { id: 1 }, FailureKind::Transient),
        (Every::Empty(), FailureKind::Transient),
        (Every::Busy, busy),
        (Every::First(wait), throttled(5)),
        (Every::Raw { r#type: Some(wait) }, throttled(5)),
        (Every::Keyword { r#in: wait }, throttled(5)),
        (Every::r#match, FailureKind::Ignored),
        (Every::Nested(Box::new(Every::First(wait))), throttled(5)),
        (Every::Shared(Arc::new(reset())), FailureKind::Transient),
        (Every::Default, FailureKind::Permanent),
        (Every::Configured, FailureKind::Transient),
        (Every::Partly { cause: reset() }, FailureKind::Transient),
    ];
    for (error, expected) in table {
        assert_eq!(error.classify(), expected, "{error:?}");
    }
    assert_eq!(Generic::<u8>::Borrowed(&[1, 2]).classify(), FailureKind::Transient);
    assert_eq!(Generic::<u8>::Inner(reset()).classify(), FailureKind::Transient);
    assert_eq!(Generic::<u8, Every>::Inner(Every::Busy).classify(), busy);
    let of = PhantomData::<str>;
    assert_eq!(Phantom { wait, of }.classify(), throttled(5));
    assert_eq!(Aging::New.classify(), FailureKind::Permanent);
    assert_eq!(Made::Busy { wait }.classify(), throttled(5));
    assert_eq!(Made::Down { wait }.classify(), FailureKind::Transient);
    assert_eq!(redefined::Error::Throttled.classify(), busy);
    assert_eq!(redefined::Error::Transient { held: wait }.classify(), throttled(5));
    assert_eq!(redefined::Error::Permanent(reset()).classify(), FailureKind::Transient);
    assert_eq!(bare::Error::Busy(Some(wait)).classify(), throttled(5));
}

#[test]
fn an_interruption_becomes_the_variant_that_holds_it() {
    fn converts<E: From<Interruption> + Classify>() {}
    converts::<Every>();
    converts::<Generic<'static, u8>>();
    converts::<redefined::Error>();
    converts::<bare::Error>();
    let _: fn(&Nothing) -> FailureKind = Nothing::classify;
    let _: fn(&Generic<'_, u8>) -> FailureKind = |error| match error {
        Generic::Ours(ours) => ours.classify(),
        other => other.classify(),
    };
}

/// Of another crate.
#[derive(Debug)]
struct StatusCode(u16);

impl StatusCode {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "as the crate that it stands for has it"
    )]
    const fn is_server_error(&self) -> bool {
        self.0 >= 500
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "functions get references to all fields"
)]
const fn of_code(code: &u16, _text: &str) -> FailureKind {
    match *code {
        7 => FailureKind::Transient,
        _ => FailureKind::Permanent,
    }
}

/// What an answer means depends on what is in it.
#[derive(Debug, Classify)]
enum Answered {
    #[transient(if = StatusCode::is_server_error)]
    #[throttled(if = |status| status.0 == 429)]
    #[ignored(if = |StatusCode(code)| *code == 499)]
    #[permanent]
    Status(StatusCode),
    #[throttled(after = wait, if = |code: &u16, _| *code == 429)]
    #[transient]
    Waiting { code: u16, wait: Option<Duration> },
    #[classify(with = of_code)]
    Code { code: u16, text: String },
    #[classify(with = |kind: &FailureKind| *kind)]
    Kind(FailureKind),
}

#[test]
fn a_condition_or_a_function_decides_by_what_is_in_a_variant() {
    let status = |code| Answered::Status(StatusCode(code));
    let wait = Some(Duration::from_secs(2));
    for (error, kind) in [
        (status(503), FailureKind::Transient),
        (status(429), FailureKind::Throttled { retry_after: None }),
        (status(499), FailureKind::Ignored),
        (status(404), FailureKind::Permanent),
        (
            Answered::Waiting { code: 429, wait },
            FailureKind::Throttled { retry_after: wait },
        ),
        (Answered::Waiting { code: 500, wait }, FailureKind::Transient),
        (
            Answered::Code {
                code: 7,
                text: String::new(),
            },
            FailureKind::Transient,
        ),
        (
            Answered::Code {
                code: 8,
                text: String::new(),
            },
            FailureKind::Permanent,
        ),
        (Answered::Kind(FailureKind::Ignored), FailureKind::Ignored),
    ] {
        assert_eq!(error.classify(), kind, "{error:?}");
    }
}

/// One word for all, and fields that decide where their types can.
#[derive(Debug, Classify)]
#[permanent]
enum OfOthers<T> {
    Foreign(#[source] StatusCode),
    Io(#[source] io::Error),
    #[transient(if = StatusCode::is_server_error)]
    Sometimes(#[source] StatusCode),
    Any(PhantomData<T>),
}

#[test]
fn a_word_on_the_enum_reaches_fields_that_cannot_decide() {
    type Any = OfOthers<u8>;
    for (error, kind) in [
        (Any::Foreign(StatusCode(503)), FailureKind::Permanent),
        (Any::Io(io::ErrorKind::ConnectionReset.into()), FailureKind::Transient),
        (Any::Sometimes(StatusCode(503)), FailureKind::Transient),
        (Any::Sometimes(StatusCode(404)), FailureKind::Permanent),
        (Any::Any(PhantomData), FailureKind::Permanent),
    ] {
        assert_eq!(error.classify(), kind, "{error:?}");
    }
}

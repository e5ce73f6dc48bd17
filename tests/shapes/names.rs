//! Modifiers, attributes and names of functions; functions that other macros make.
#![allow(unsafe_code, reason = "`unsafe fn` is one of the shapes")]

use crate::{SHAPES, Work, send};
use resilience_core::retry_service;
use resilience_tests::Error;

#[retry_service(service = SHAPES, idempotent)]
async unsafe fn async_unsafe(work: *const Work) -> Result<u32, Error> {
    // SAFETY: the caller says so.
    let work = unsafe { &*work };
    work.run()
}

#[retry_service(service = SHAPES, idempotent)]
unsafe fn plainly_unsafe(work: &Work) -> Result<u32, Error> {
    work.run()
}

#[allow(improper_ctypes_definitions, reason = "nothing foreign calls it")]
#[retry_service(service = SHAPES, idempotent)]
extern "C" fn foreign(work: &Work) -> Result<u32, Error> {
    work.run()
}

/// Documentation stays.
#[cfg(test)]
#[cfg_attr(all(), doc = "More of it.")]
#[inline]
#[must_use = "the result counts"]
#[deprecated(note = "not any more")]
#[allow(dead_code, clippy::needless_pass_by_value)]
#[retry_service(service = SHAPES, idempotent)]
#[track_caller]
#[cold]
#[expect(non_snake_case, reason = "a lint of the parameter")]
pub(crate) fn decorated(work: &Work, Upper: u32) -> Result<u32, Error> {
    Ok(work.run()? + Upper)
}

#[retry_service(service = SHAPES, idempotent)]
async fn r#match(r#type: &Work) -> Result<u32, Error> {
    let r#loop = r#type;
    r#loop.wait().await
}

#[retry_service(service = SHAPES, idempotent, operation = "camel_case")]
#[allow(non_snake_case)]
async fn camelCase(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

#[cfg_attr(all(), retry_service(service = SHAPES, idempotent))]
async fn by_cfg_attr(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

#[cfg_attr(any(), resilience_core::apply)]
#[retry_service(service = SHAPES, idempotent)]
#[cfg_attr(any(), resilience_core::apply)]
async fn no_apply_here(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

use resilience_core::retry_service as guarded;

#[guarded(service = SHAPES, idempotent)]
async fn by_another_name(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

#[::resilience_core::retry_service(service = SHAPES, idempotent, crate = ::resilience_core)]
async fn by_path(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

mod facade {
    pub(crate) mod resilience {
        #[doc(hidden)]
        pub(crate) use resilience_core::__private;
        pub(crate) use resilience_core::*;
    }
}

#[facade::resilience::retry_service(service = SHAPES, idempotent, crate = crate::names::facade::resilience)]
async fn by_facade(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

/// A function whose name, parameters and body come from a `macro_rules!`; the attribute too.
macro_rules! make {
    ($(#[$attribute:meta])* $visibility:vis $name:ident($work:ident: $type:ty) $body:block) => {
        $(#[$attribute])*
        $visibility async fn $name($work: $type) -> Result<u32, Error> $body
    };
    ($name:ident, $argument:ident => $value:expr) => {
        #[retry_service(service = SHAPES, idempotent, clone($argument))]
        async fn $name(work: &Work, mut $argument: u32) -> Result<u32, Error> {
            let call = work.wait().await?;
            $argument += call;
            Ok($value)
        }
    };
    ($name:ident) => {
        #[$crate::names::guarded(service = SHAPES, idempotent, clone(number))]
        fn $name(work: &Work, mut number: u32) -> Result<u32, Error> {
            number += work.run()?;
            Ok(number)
        }
    };
}

make! {
    #[retry_service(service = SHAPES, idempotent)]
    pub(crate) made(work: &Work) { work.wait().await }
}
make!(made_with_expression, number => number + 1);
make!(made_with_hygiene);

#[retry_service(service = SHAPES, idempotent)]
async fn one_of_two(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

mod elsewhere {
    use super::{Error, SHAPES, Work, retry_service};

    /// The same name in another module is another operation.
    #[retry_service(service = SHAPES, idempotent)]
    pub(super) async fn one_of_two(work: &Work) -> Result<u32, Error> {
        super::one_of_two(work).await.map(|run| run + 1)
    }
}

#[tokio::test]
async fn modifiers_and_attributes_stay() {
    let work = Work::hard();
    // SAFETY: the work lives.
    unsafe {
        assert_eq!(async_unsafe(&raw const work).await, Ok(3));
        assert_eq!(plainly_unsafe(&Work::hard()), Ok(3));
    }
    assert_eq!(foreign(&Work::hard()), Ok(3));
    #[allow(deprecated)]
    let found = decorated(&Work::hard(), 1);
    assert_eq!(found, Ok(4));
}

#[tokio::test]
async fn every_name_is_retried() {
    assert_eq!(send(r#match(&Work::hard())).await, Ok(3));
    assert_eq!(send(camelCase(&Work::hard())).await, Ok(3));
    assert_eq!(send(by_cfg_attr(&Work::hard())).await, Ok(3));
    assert_eq!(send(no_apply_here(&Work::hard())).await, Ok(3));
    assert_eq!(send(by_another_name(&Work::hard())).await, Ok(3));
    assert_eq!(send(by_path(&Work::hard())).await, Ok(3));
    assert_eq!(send(by_facade(&Work::hard())).await, Ok(3));
    assert_eq!(send(made(&Work::hard())).await, Ok(3));
    assert_eq!(send(made_with_expression(&Work::hard(), 10)).await, Ok(14));
    assert_eq!(made_with_hygiene(&Work::hard(), 10), Ok(13));
    assert_eq!(send(elsewhere::one_of_two(&Work::hard())).await, Ok(4));
}

/// The attribute on tests themselves, above and below.
#[retry_service(service = SHAPES)]
#[tokio::test]
async fn a_test_below() -> Result<(), Error> {
    assert_eq!(Work::easy().wait().await?, 1);
    Ok(())
}

#[tokio::test]
#[retry_service(service = SHAPES, idempotent)]
async fn a_test_above() -> Result<(), Error> {
    assert_eq!(Work::easy().wait().await?, 1);
    Ok(())
}

#[retry_service(service = SHAPES)]
#[test]
fn a_blocking_test_below() -> Result<(), Error> {
    assert_eq!(Work::easy().run()?, 1);
    Ok(())
}

#[retry_service(service = SHAPES, idempotent, clone(r#type))]
async fn raw_copy(work: &Work, mut r#type: String) -> Result<String, Error> {
    r#type.push('!');
    work.wait().await?;
    Ok(r#type)
}

/// What a macro passes on comes in an invisible group.
macro_rules! with_literals {
    ($name:literal, $attempts:literal, $delay:literal, $share:literal, $factor:expr) => {
        #[retry_service(
            name = $name,
            idempotent,
            retry(max_attempts = $attempts, base_delay = $delay, jitter = proportional($share), factor = $factor)
        )]
        fn from_literals() -> Result<u32, Error> {
            Ok(1)
        }
    };
}

with_literals!("literals", 4, "10ms", 0.5, 2.0);

#[tokio::test]
async fn raw_copies_and_literals_of_macros() {
    assert_eq!(send(raw_copy(&Work::hard(), "x".into())).await, Ok("x!".into()));
    assert_eq!(from_literals(), Ok(1));
}

/// The name of an operation where the function's needs a change.
#[allow(non_snake_case)]
#[retry_service(service = SHAPES, idempotent)]
fn fetchPlan__v2_(work: &Work) -> Result<u32, Error> {
    work.run()
}

#[test]
fn an_operation_is_called_as_its_function_is_in_snake_case() {
    let registry = resilience_core::Registry::new();
    let fetched = registry.enter_blocking(|| fetchPlan__v2_(&Work::hard()));

    let service = registry.service("shapes");
    let names: Vec<_> = service.operations().iter().map(|operation| operation.name).collect();
    assert_eq!((fetched, names), (Ok(3), vec!["fetch_plan_v2"]));
}

//! Every kind of parameter that an idempotent operation may have.

use crate::{SHAPES, Work, send};
use resilience_core::retry_service;
use resilience_tests::Error;
use std::{
    cell::Cell,
    fmt::{Debug, Write},
};

#[derive(Clone, Debug, PartialEq)]
struct Pair {
    left: String,
    right: u32,
}

#[retry_service(service = SHAPES, idempotent)]
async fn by_value(work: &Work, name: String, ids: Vec<u32>) -> Result<usize, Error> {
    work.wait().await?;
    Ok(name.len() + ids.len())
}

#[retry_service(service = SHAPES, idempotent)]
async fn patterns(
    work: &Work,
    (a, _): (u32, u32),
    Pair { left: text, .. }: Pair,
    &c: &u32,
    _: String,
    [first, .., last]: [u32; 4],
    whole @ Pair { right: _, left: _ }: &Pair,
) -> Result<usize, Error> {
    work.wait().await?;
    Ok(a as usize + text.len() + c as usize + first as usize + last as usize + whole.left.len())
}

#[retry_service(service = SHAPES, idempotent)]
async fn impl_trait(work: &Work, text: impl AsRef<str> + Sync, show: &impl Debug) -> Result<String, Error> {
    work.wait().await?;
    Ok(format!("{} {show:?}", text.as_ref()))
}

#[retry_service(service = SHAPES, idempotent)]
async fn exclusive(work: &Work, seen: &mut Vec<u32>, out: &mut (dyn Write + Send)) -> Result<u32, Error> {
    seen.push(work.runs());
    let run = work.wait().await?;
    out.write_str("done").map_err(|_| Error::Missing)?;
    Ok(run)
}

#[retry_service(service = SHAPES, idempotent, clone(tags, text))]
async fn copies(
    work: &Work,
    mut tags: Vec<u32>,
    Pair { left: mut text, .. }: Pair,
) -> Result<(Vec<u32>, String), Error> {
    // Each attempt begins with what the caller gave.
    tags.push(4);
    text.push('!');
    work.wait().await?;
    Ok((tags, text))
}

#[retry_service(service = SHAPES, idempotent, clone(tags, name))]
fn copies_blocking(work: &Work, mut tags: Vec<u32>, name: String) -> Result<(Vec<u32>, String), Error> {
    tags.push(4);
    work.run()?;
    Ok((tags, name))
}

/// `Cell` may be sent and not shared: the copy belongs to the attempt, although the body only looks at it.
#[retry_service(service = SHAPES, idempotent, clone(cell))]
async fn copy_that_cannot_be_shared(work: &Work, cell: Cell<u32>) -> Result<u32, Error> {
    work.wait().await?;
    Ok(cell.get())
}

#[retry_service(service = SHAPES, idempotent, clone(text))]
async fn copy_of_an_impl_trait(work: &Work, text: impl AsRef<str> + Clone + Send) -> Result<usize, Error> {
    work.wait().await?;
    Ok(text.as_ref().len())
}

#[retry_service(service = SHAPES, idempotent, clone(text))]
async fn rebound(work: &Work, mut text: &str) -> Result<usize, Error> {
    let longer = format!("{text}!");
    text = longer.trim_start();
    work.wait().await?;
    Ok(text.len())
}

#[retry_service(service = SHAPES, idempotent)]
async fn conditional(
    work: &Work,
    #[cfg(any())] gone: Gone,
    #[cfg(test)]
    #[allow(unused_variables)]
    here: u32,
) -> Result<u32, Error> {
    work.wait().await
}

#[retry_service(service = SHAPES, idempotent)]
async fn functions(
    work: &Work,
    pointer: fn(u32) -> u32,
    closure: impl Fn(u32) -> u32 + Sync,
    object: &(dyn Fn(u32) -> u32 + Sync),
) -> Result<u32, Error> {
    Ok(object(closure(pointer(work.wait().await?))))
}

fn pair() -> Pair {
    Pair {
        left: "left".into(),
        right: 1,
    }
}

#[tokio::test]
async fn every_parameter_is_there_in_each_attempt() {
    let work = Work::hard();
    assert_eq!(send(by_value(&work, "name".into(), vec![1, 2])).await, Ok(6));
    assert_eq!(work.runs(), 3);
    let work = Work::hard();
    let whole = pair();
    let called = patterns(&work, (1, 2), pair(), &3, String::new(), [1, 2, 3, 4], &whole);
    assert_eq!(send(called).await, Ok(1 + 4 + 3 + 1 + 4 + 4));
    assert_eq!(work.runs(), 3);
    let work = Work::hard();
    assert_eq!(send(impl_trait(&work, "text", &1)).await.unwrap(), "text 1");
    assert_eq!(work.runs(), 3);
    let (work, mut seen, mut out) = (Work::hard(), Vec::new(), String::new());
    assert_eq!(send(exclusive(&work, &mut seen, &mut out)).await, Ok(3));
    assert_eq!((seen, out.as_str()), (vec![0, 1, 2], "done"));
    let work = Work::hard();
    assert_eq!(send(conditional(&work, 1)).await, Ok(3));
    let work = Work::hard();
    assert_eq!(send(functions(&work, |n| n + 1, |n| n * 2, &|n| n + 5)).await, Ok(13));
}

#[tokio::test]
async fn copies_are_made_afresh() {
    let work = Work::hard();
    let copied = send(copies(&work, vec![1], pair())).await.unwrap();
    assert_eq!(copied, (vec![1, 4], "left!".to_owned()));
    assert_eq!(work.runs(), 3);
    let work = Work::hard();
    let copied = copies_blocking(&work, vec![1], "name".into()).unwrap();
    assert_eq!(copied, (vec![1, 4], "name".to_owned()));
    assert_eq!(work.runs(), 3);
    let work = Work::hard();
    assert_eq!(send(copy_that_cannot_be_shared(&work, Cell::new(7))).await, Ok(7));
    let work = Work::hard();
    assert_eq!(send(copy_of_an_impl_trait(&work, "four")).await, Ok(4));
    let work = Work::hard();
    assert_eq!(send(rebound(&work, "four")).await, Ok(5));
    assert_eq!(work.runs(), 3);
}

/// A name that is pointed at something that the body owns.
#[retry_service(service = SHAPES)]
async fn pointed_elsewhere(work: &Work, mut name: &str) -> Result<usize, Error> {
    let local = format!("{name}{name}");
    if work.wait().await? == 1 {
        name = &local;
    }
    Ok(name.len())
}

#[retry_service(service = SHAPES)]
fn pointed_elsewhere_blocking(work: &Work, mut names: Vec<&str>) -> Result<usize, Error> {
    let local = "ab".repeat(2);
    let _run = work.run()?;
    names.push(&local);
    Ok(names.concat().len())
}

#[retry_service(service = SHAPES, fallback = |_| Ok(name.len()))]
#[resilience_core::apply]
async fn pointed_elsewhere_with_a_fallback(work: &Work, mut name: &str) -> Result<usize, Error> {
    let local = format!("{name}{name}");
    let _run = work.wait().await?;
    name = &local;
    Ok(name.len())
}

/// A shared reference is copied for each attempt, with or without `mut`.
#[retry_service(service = SHAPES, idempotent)]
async fn pointed_elsewhere_each_time(work: &Work, mut name: &str) -> Result<usize, Error> {
    let local = format!("{name}{name}");
    name = &local;
    let _run = work.wait().await?;
    Ok(name.len())
}

#[tokio::test]
async fn a_changed_parameter_may_point_at_what_the_body_owns() {
    assert_eq!(send(pointed_elsewhere(&Work::easy(), "ab")).await, Ok(4));
    assert_eq!(pointed_elsewhere_blocking(&Work::easy(), vec!["ab"]), Ok(6));
    assert_eq!(pointed_elsewhere_with_a_fallback(&Work::easy(), "ab").await, Ok(4));
    assert_eq!(pointed_elsewhere_with_a_fallback(&Work::hard(), "ab").await, Ok(2));
    assert_eq!(send(pointed_elsewhere_each_time(&Work::hard(), "ab")).await, Ok(4));
}

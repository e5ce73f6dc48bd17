//! Fallbacks of every form, on functions of every form, in a strict crate.
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    elided_lifetimes_in_paths,
    missing_docs,
    tail_expr_drop_order,
    unused_qualifications,
    unused_results
)]
#![forbid(unsafe_code)]
#![allow(
    clippy::missing_const_for_fn,
    clippy::ptr_arg,
    clippy::unnecessary_wraps,
    reason = "fallbacks have the type of the operation"
)]

use crate::{SHAPES, Work, send};
use resilience_core::{FailureKind, LastFailure, Verdict, apply, retry_service};
use resilience_tests::Error;
use std::{fmt::Display, future::Future, pin::Pin, rc::Rc};

type Answer<T = u32> = Result<T, Error>;

fn zero(_: LastFailure<Answer>) -> Answer {
    Ok(0)
}

fn same<O: resilience_core::FromInterruption>(failure: LastFailure<O>) -> O {
    failure.into_outcome()
}

mod elsewhere {
    pub(super) struct Answers(pub(super) u32);

    impl Answers {
        pub(super) fn one<O>(_: resilience_core::LastFailure<O>) -> Result<u32, super::Error> {
            Ok(1)
        }
    }
}

struct Client {
    work: Work,
    cached: String,
}

impl Client {
    #[retry_service(service = SHAPES, idempotent, fallback = zero)]
    async fn by_path(&self) -> Answer {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent, fallback = same::<Answer>)]
    async fn by_generic_path(&self) -> Answer {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, fallback = elsewhere::Answers::one)]
    fn by_long_path(&self) -> Answer {
        self.work.run()
    }

    #[retry_service(service = SHAPES, idempotent, fallback = |failure| match failure.error() {
        Some(Error::Down(run)) => Ok(run + 100),
        _ => failure.into_outcome(),
    })]
    async fn by_closure(&self) -> Answer {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, fallback = |failure: LastFailure<Answer<String>>| -> Answer<String> {
        failure.into_outcome().or_else(|_| Ok(self.cached.clone()))
    })]
    #[apply]
    async fn with_types(&mut self, more: String) -> Answer<String> {
        self.cached.push_str(&more);
        drop(more);
        let _run = self.work.wait().await?;
        Ok(String::new())
    }

    #[retry_service(service = SHAPES, idempotent, fallback = async |_| { tokio::task::yield_now().await; Ok(&self.cached) })]
    async fn borrowed(&self) -> Answer<&str> {
        let _run = self.work.wait().await?;
        Ok("")
    }

    #[retry_service(service = SHAPES, idempotent, clone(first), fallback = async move |(LastFailure::Outcome(_) | LastFailure::Interruption(_))| Ok(first + second))]
    async fn moved(&self, mut first: u32, second: u32) -> Answer {
        first += 1;
        Ok(self.work.wait().await? + first + second)
    }

    #[retry_service(service = SHAPES, idempotent, fallback = |_| Ok(Box::new(0)))]
    async fn coerced(&self) -> Answer<Box<dyn Display + Send>> {
        Ok(Box::new(self.work.wait().await?))
    }

    #[retry_service(service = SHAPES, idempotent, fallback = |_| Ok(seed))]
    fn returned(&self, seed: u32) -> impl Future<Output = Answer> + Send + '_ {
        let seed = seed + 1;
        async move { Ok(self.work.wait().await? + seed) }
    }

    #[retry_service(service = SHAPES, idempotent, fallback = zero)]
    fn boxed(&self) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        Box::pin(async move { self.work.wait().await })
    }

    #[retry_service(service = SHAPES, idempotent, fallback = zero)]
    async fn items_first(&self) -> Answer {
        const MORE: u32 = 1;
        Ok(self.work.wait().await? + MORE)
    }

    /// What cannot be sent is in nobody's way where nothing of it is awaited.
    #[retry_service(service = SHAPES, idempotent, fallback = |_| Ok(Rc::new(0)))]
    async fn not_send(&self) -> Answer<Rc<u32>> {
        Ok(Rc::new(self.work.wait().await?))
    }
}

fn by_size(found: &Vec<u32>) -> Verdict {
    if found.is_empty() {
        Verdict::Failure(FailureKind::Transient)
    } else {
        Verdict::Success
    }
}

#[retry_service(service = SHAPES, idempotent, classify = by_size, fallback = |_| vec![0])]
async fn no_result(work: &Work) -> Vec<u32> {
    work.wait().await.into_iter().collect()
}

#[retry_service(service = SHAPES, classify = |()| Verdict::Success, fallback = |_| ())]
fn no_value() {}

#[retry_service(service = SHAPES, idempotent, fallback = |_| Ok(other))]
async fn generic<T: Clone + Send + Sync>(work: &Work, one: T, other: T) -> Answer<T> {
    let _run = work.wait().await?;
    Ok(one.clone())
}

#[retry_service(service = SHAPES, idempotent, fallback = |_| Ok(Vec::new().into_iter()))]
async fn opaque(work: &Work) -> Answer<impl Iterator<Item = u32> + use<>> {
    Ok(vec![work.wait().await?].into_iter())
}

/// Parameters and constants that are called like ours.
#[retry_service(service = SHAPES, idempotent, fallback = |answer| { let _ = answer; Ok(call + outcome + failure + ended) })]
async fn named_like_ours(work: &Work, call: u32, outcome: u32, failure: u32, ended: u32) -> Answer {
    Ok(work.wait().await? + call + outcome + failure + ended)
}

#[async_trait::async_trait]
trait Fetch {
    async fn fetch(&self, seed: String) -> Answer<String>;
}

#[async_trait::async_trait]
impl Fetch for Client {
    #[retry_service(service = SHAPES, idempotent, fallback = async |_| Ok(self.cached.clone() + &seed))]
    async fn fetch(&self, seed: String) -> Answer<String> {
        let _run = self.work.wait().await?;
        Ok(seed.clone())
    }
}

fn client(failures: u32) -> Client {
    Client {
        work: Work {
            failures,
            ..Work::default()
        },
        cached: "cached".to_owned(),
    }
}

#[tokio::test]
async fn every_form_answers_where_the_call_fails() {
    let failing = || client(9);
    assert_eq!(send(failing().by_path()).await, Ok(0));
    assert_eq!(send(failing().by_generic_path()).await, Err(Error::Down(3)));
    assert_eq!(failing().by_long_path(), Ok(1));
    assert_eq!(send(failing().by_closure()).await, Ok(103));
    assert_eq!(
        send(failing().with_types("!".to_owned())).await.as_deref(),
        Ok("cached!")
    );
    assert_eq!(send(failing().borrowed()).await, Ok("cached"));
    assert_eq!(send(failing().moved(1, 2)).await, Ok(3));
    assert_eq!(
        send(failing().coerced()).await.map(|text| text.to_string()),
        Ok("0".to_owned())
    );
    assert_eq!(send(failing().returned(1)).await, Ok(2));
    assert_eq!(send(failing().boxed()).await, Ok(0));
    assert_eq!(send(failing().items_first()).await, Ok(0));
    assert_eq!(send(failing().not_send()).await, Ok(Rc::new(0)));
    assert_eq!(send(no_result(&failing().work)).await, [0]);
    assert_eq!(send(generic(&failing().work, 1, 2)).await, Ok(2));
    assert_eq!(send(opaque(&failing().work)).await.map(Iterator::count), Ok(0));
    assert_eq!(send(named_like_ours(&failing().work, 1, 2, 3, 4)).await, Ok(10));
    assert_eq!(send(failing().fetch("!".to_owned())).await.as_deref(), Ok("cached!"));
    no_value();
    let _ = elsewhere::Answers(0).0;
}

#[tokio::test]
async fn no_form_is_in_the_way_of_a_success() {
    let working = || client(2);
    assert_eq!(send(working().by_path()).await, Ok(3));
    assert_eq!(send(working().by_closure()).await, Ok(3));
    assert_eq!(send(working().borrowed()).await, Ok(""));
    assert_eq!(send(working().moved(1, 2)).await, Ok(7));
    assert_eq!(send(working().returned(1)).await, Ok(5));
    assert_eq!(send(no_result(&working().work)).await, [3]);
    assert_eq!(send(opaque(&working().work)).await.map(Iterator::count), Ok(1));
    assert_eq!(send(working().fetch("!".to_owned())).await.as_deref(), Ok("!"));
}

//! What may stand in a body.

use crate::{SHAPES, Work, send};
use resilience_core::retry_service;
use resilience_tests::Error;
use std::num::ParseIntError;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, PartialEq)]
struct Wrapped(Error);

impl From<Error> for Wrapped {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<ParseIntError> for Wrapped {
    fn from(_: ParseIntError) -> Self {
        Self(Error::Missing)
    }
}

impl From<resilience_core::Interruption> for Wrapped {
    fn from(interruption: resilience_core::Interruption) -> Self {
        Self(interruption.into())
    }
}

impl resilience_core::Classify for Wrapped {
    fn classify(&self) -> resilience_core::FailureKind {
        self.0.classify()
    }
}

#[retry_service(service = SHAPES, idempotent)]
async fn question_marks(work: &Work, text: &str) -> Result<u32, Wrapped> {
    let run = work.wait().await?;
    if run > 9 {
        Err(Error::Missing)?;
    }
    let number: u32 = text.parse()?;
    Ok(run + number)
}

#[retry_service(service = SHAPES, idempotent)]
async fn early_returns(work: &Work) -> Result<u32, Error> {
    let run = match work.wait().await {
        Ok(run) => run,
        Err(error) => return Err(error),
    };
    if run == 3 {
        return Ok(30);
    }
    Ok(run)
}

#[retry_service(service = SHAPES, idempotent)]
fn early_returns_blocking(work: &Work) -> Result<u32, Error> {
    for _ in 0..9 {
        return work.run();
    }
    Err(Error::Missing)
}

/// A `return` that a macro hides is the end of the attempt as well.
#[retry_service(service = SHAPES, idempotent)]
async fn macros(work: &Work) -> Result<u32, Error> {
    macro_rules! attempt {
        ($attempt:expr) => {
            match $attempt {
                Ok(run) => run,
                Err(error) => return Err(error),
            }
        };
    }
    let run = attempt!(work.wait().await);
    Ok(run)
}

#[retry_service(service = SHAPES, idempotent)]
async fn items(work: &Work) -> Result<u32, Error> {
    use std::collections::VecDeque;
    const MORE: u32 = 10;
    static TABLE: [u32; 1] = [100];
    struct Local(VecDeque<u32>);
    impl Local {
        fn sum(&self) -> u32 {
            self.0.iter().sum()
        }
    }
    mod deeper {
        pub(super) fn one() -> u32 {
            super::one()
        }
    }
    fn more() -> u32 {
        deeper::one() + one() + MORE + TABLE[0]
    }
    let run = work.wait().await?;
    Ok(Local([run].into()).sum() + more())
}

fn one() -> u32 {
    1
}

#[retry_service(service = SHAPES, idempotent)]
async fn labels_and_closures(work: &Work) -> Result<u32, Error> {
    let run = work.wait().await?;
    let add = |n: u32| n + run;
    let checked =
        |n: u32| -> Result<u32, Error> { Some(n).ok_or(Error::Missing)?.checked_add(1).ok_or(Error::Missing) };
    let later = async |n: u32| n + run;
    let found = 'outer: loop {
        for n in 0.. {
            if n == 5 {
                break 'outer n;
            }
        }
    };
    let block = 'block: {
        if found == 5 {
            break 'block add(found);
        }
        0
    };
    Ok(later(checked(block)?).await)
}

#[retry_service(service = SHAPES, idempotent)]
async fn inner_attributes(work: &Work) -> Result<u32, Error> {
    #![allow(unused_variables, clippy::needless_return)]
    #![allow(non_snake_case)]
    let Unused = 1;
    return work.wait().await;
}

#[retry_service(service = SHAPES, idempotent)]
fn inner_attributes_blocking(work: &Work) -> Result<u32, Error> {
    #![allow(unused_variables)]
    let unused = 1;
    work.run()
}

#[retry_service(service = SHAPES, idempotent)]
async fn temporaries(work: &Work, shared: &Mutex<Vec<u32>>) -> Result<usize, Error> {
    let run = work.wait().await?;
    shared.lock().unwrap_or_else(PoisonError::into_inner).push(run);
    Ok(shared.lock().unwrap_or_else(PoisonError::into_inner).len())
}

#[retry_service(service = SHAPES, idempotent)]
async fn select_and_join(work: &Work) -> Result<u32, Error> {
    let run = tokio::select! {
        biased;
        run = work.wait() => run?,
        () = std::future::pending() => return Err(Error::Missing),
    };
    let (one, two) = tokio::try_join!(async { Ok::<_, Error>(1) }, async { Ok::<_, Error>(2) })?;
    Ok(run + one + two)
}

#[retry_service(service = SHAPES, idempotent)]
#[allow(
    unreachable_code,
    clippy::diverging_sub_expression,
    clippy::todo,
    reason = "it is not written yet"
)]
async fn unfinished(_work: &Work) -> Result<u32, Error> {
    todo!()
}

#[retry_service(service = SHAPES, idempotent)]
async fn endless(work: &Work) -> Result<u32, Error> {
    loop {
        work.wait().await?;
    }
}

#[retry_service(service = SHAPES, idempotent)]
async fn empty_tail(work: &Work) -> Result<(), Error> {
    work.wait().await.map(|_| ())
}

#[tokio::test]
async fn every_body_is_retried() {
    let work = Work::hard();
    assert_eq!(send(question_marks(&work, "4")).await, Ok(7));
    assert_eq!(
        send(question_marks(&Work::hard(), "x")).await,
        Err(Wrapped(Error::Missing))
    );
    assert_eq!(send(early_returns(&Work::hard())).await, Ok(30));
    assert_eq!(early_returns_blocking(&Work::hard()), Ok(3));
    assert_eq!(send(macros(&Work::hard())).await, Ok(3));
    assert_eq!(send(items(&Work::hard())).await, Ok(115));
    assert_eq!(send(labels_and_closures(&Work::hard())).await, Ok(12));
    assert_eq!(send(inner_attributes(&Work::hard())).await, Ok(3));
    assert_eq!(inner_attributes_blocking(&Work::hard()), Ok(3));
    assert_eq!(send(temporaries(&Work::hard(), &Mutex::default())).await, Ok(1));
    assert_eq!(send(select_and_join(&Work::hard())).await, Ok(6));
    assert_eq!(send(empty_tail(&Work::hard())).await, Ok(()));
}

#[tokio::test]
async fn bodies_without_an_end() {
    let work = Work {
        failures: 9,
        ..Work::default()
    };
    assert_eq!(send(endless(&work)).await, Err(Error::Down(3)));
    let unfinished = tokio::spawn(async { unfinished(&Work::hard()).await });
    assert!(unfinished.await.unwrap_err().is_panic());
}

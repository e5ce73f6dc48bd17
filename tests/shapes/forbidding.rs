//! A crate that forbids what others deny: nothing of ours may allow a lint there, so nothing of ours may need to.
#![forbid(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    unused,
    deprecated,
    unsafe_code,
    missing_docs
)]
#![allow(unreachable_pub, reason = "one of two lints that contradict each other")]

use crate::{SHAPES, Work, complex::Catalogue};
use resilience_core::{Classify, Interruption, apply, idempotent, plain, retry_service};
use resilience_tests::Error;
use std::collections::HashMap;

type Answer<T = u32> = Result<T, Error>;

#[retry_service(service = SHAPES, idempotent)]
pub async fn items_first(work: &Work) -> Answer {
    use std::ops::Add;
    const MORE: u32 = 1;
    Ok(work.wait().await?.add(MORE))
}

#[retry_service(service = SHAPES, idempotent, clone(names))]
pub fn items_and_copies(work: &Work, mut names: Vec<String>) -> Answer<Vec<String>> {
    const NAME: &str = "more";
    let _run = work.run()?;
    names.push(NAME.to_owned());
    Ok(names)
}

#[retry_service(service = SHAPES, idempotent, clone(names))]
pub fn copies(work: &Work, names: Vec<String>) -> Answer<usize> {
    let _run = work.run()?;
    Ok(names.len())
}

#[retry_service(service = SHAPES, idempotent, clone(left, right))]
pub fn copies_of_parts(work: &Work, (left, mut right): (String, String)) -> Answer<String> {
    let _run = work.run()?;
    right.push_str(&left);
    Ok(right)
}

#[apply]
pub fn applies(work: &Work) -> Answer {
    const MORE: u32 = 1;
    Ok(work.run()? + MORE)
}

#[apply]
pub async fn applies_async(work: &Work) -> Answer {
    const fn more(run: u32) -> u32 {
        run + 1
    }
    work.wait().await.map(more)
}

impl Catalogue for Work {
    #[retry_service(service = SHAPES, idempotent)]
    async fn complex(
        &self,
    ) -> Answer<HashMap<String, Vec<Option<Box<dyn Fn(u32) -> Answer<(u32, String)> + Send + Sync>>>>> {
        let _run = self.wait().await?;
        Ok(HashMap::new())
    }

    #[retry_service(service = SHAPES, idempotent, fallback = resilience_core::LastFailure::into_outcome)]
    fn complex_blocking(
        &self,
    ) -> Answer<HashMap<String, Vec<Option<Box<dyn Fn(u32) -> Answer<(u32, String)> + Send + Sync>>>>> {
        let _run = self.run()?;
        Ok(HashMap::new())
    }
}

/// An error of its own.
#[derive(Debug, Classify)]
pub enum Rejected {
    /// Down.
    #[transient]
    Down,
    /// Ours.
    #[interruption]
    Ours(Interruption),
}

#[retry_service(service = SHAPES, idempotent)]
pub fn derived(work: &Work) -> Result<u32, Rejected> {
    work.run().map_err(|error| match error {
        Error::Interrupted(interruption) => interruption.into(),
        _ => Rejected::Down,
    })
}

/// A block in which one method calls another, and a private trait whose decorator nobody needs.
pub struct Block(pub Work);

#[retry_service(name = "forbidding_block", retry(backoff = none), breaker(failure_threshold = 9))]
impl Block {
    #[idempotent]
    pub fn calls(&self) -> Answer {
        self.called()
    }

    #[plain]
    fn called(&self) -> Answer {
        self.0.read()
    }

    #[plain]
    pub fn calls_an_apply(&self) -> Answer {
        self.applied()
    }

    #[apply]
    fn applied(&self) -> Answer {
        self.0.write()
    }
}

#[retry_service(name = "forbidding_trait")]
trait Private {
    #[idempotent]
    fn read(&self) -> Answer;

    #[apply]
    fn write(&self) -> Answer;
}

impl Private for Work {
    fn read(&self) -> Answer {
        self.run()
    }

    fn write(&self) -> Answer {
        self.run()
    }
}

pub fn through_the_decorator(work: Work) -> Answer {
    PrivateResilient::new(work).write()
}

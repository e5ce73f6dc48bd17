//! What a strict crate is told about its annotated functions: nothing that it would not be told anyway.
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    elided_lifetimes_in_paths,
    let_underscore_drop,
    missing_docs,
    single_use_lifetimes,
    tail_expr_drop_order,
    trivial_casts,
    unit_bindings,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unused_results
)]
#![forbid(unsafe_code)]

use crate::{SHAPES, Work};
use resilience_core::{FailureKind, Verdict, apply, retry_service};
use resilience_tests::Error;
use std::future::Future;

struct Client {
    work: Work,
    names: Vec<String>,
}

impl Client {
    #[retry_service(
        service = SHAPES,
        idempotent,
        retry(max_attempts = 3, backoff = none, jitter = proportional(0.2)),
        attempt_timeout = "10s"
    )]
    async fn fetch(&self, id: usize) -> Result<&str, Error> {
        let run = self.work.wait().await?;
        if run == 0 {
            return Err(Error::Missing);
        }
        self.names.get(id).map(String::as_str).ok_or(Error::Missing)
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn fetch_blocking(&self, id: usize) -> Result<&str, Error> {
        let _run = self.work.run()?;
        self.names.get(id).map(String::as_str).ok_or(Error::Missing)
    }

    #[retry_service(service = SHAPES, idempotent, clone(names, more))]
    async fn add(&mut self, mut names: Vec<String>, more: Vec<String>) -> Result<usize, Error> {
        let _run = self.work.wait().await?;
        names.extend(more);
        self.names = names;
        Ok(self.names.len())
    }

    #[retry_service(service = SHAPES, idempotent, clone(names, more))]
    fn add_blocking(&mut self, mut names: Vec<String>, more: Vec<String>) -> Result<usize, Error> {
        let _run = self.work.run()?;
        names.extend(more);
        self.names = names;
        Ok(self.names.len())
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn items_first(&self) -> Result<u32, Error> {
        const MORE: u32 = 1;
        Ok(self.work.wait().await? + MORE)
    }

    #[retry_service(service = SHAPES)]
    #[apply]
    async fn rename(&self, names: Vec<String>) -> Result<Vec<String>, Error> {
        let _run = self.work.wait().await?;
        Ok(names)
    }

    #[apply]
    fn rename_blocking(&self, names: Vec<String>) -> Result<Vec<String>, Error> {
        let _run = self.work.run()?;
        Ok(names)
    }

    #[retry_service(service = SHAPES, idempotent, classify = |found: &Result<u32, Error>| match found {
        Ok(_) => Verdict::Success,
        Err(_) => Verdict::Failure(FailureKind::Transient),
    })]
    fn future(&self) -> impl Future<Output = Result<u32, Error>> + Send + '_ {
        let started = self.work.runs();
        async move { Ok(self.work.wait().await? - started) }
    }
}

/// What a body puts into its own `self` need not be read.
#[derive(Default)]
struct Draft {
    title: String,
    revision: u32,
}

impl Draft {
    #[retry_service(service = SHAPES)]
    async fn written(mut self, work: &Work) -> Result<u32, Error> {
        self.revision = work.wait().await?;
        Ok(0)
    }

    #[retry_service(service = SHAPES)]
    fn renamed(mut self, work: &Work) -> Result<String, Error> {
        self.revision += work.run()?;
        self.title = format!("{}.", self.title);
        Ok(self.title)
    }
}

/// A body that a macro hands on as one block.
macro_rules! operation {
    ($name:ident $body:block) => {
        #[retry_service(service = SHAPES, idempotent)]
        async fn $name() -> Result<u32, Error> {
            $body
        }
    };
}

operation!(of_a_macro { Ok(3) });

#[tokio::test]
async fn a_strict_crate_compiles() {
    assert_eq!(Draft::default().written(&Work::easy()).await, Ok(0));
    assert_eq!(Draft::default().renamed(&Work::easy()).as_deref(), Ok("."));
    assert_eq!(of_a_macro().await, Ok(3));

    let mut client = Client {
        work: Work::hard(),
        names: vec!["a".to_owned()],
    };
    assert_eq!(client.fetch(0).await, Ok("a"));
    assert_eq!(client.fetch_blocking(9), Err(Error::Missing));
    assert_eq!(client.add(vec!["a".to_owned()], vec!["b".to_owned()]).await, Ok(2));
    assert_eq!(client.add_blocking(Vec::new(), vec!["b".to_owned()]), Ok(1));
    assert_eq!(client.items_first().await, Ok(8));
    assert_eq!(client.rename(Vec::new()).await, Ok(Vec::new()));
    assert_eq!(client.rename_blocking(Vec::new()), Ok(Vec::new()));
    assert_eq!(client.future().await, Ok(1));
}

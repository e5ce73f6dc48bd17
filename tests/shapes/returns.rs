//! Every kind of return type: the attempt has the type that the body was written for.

use crate::{SHAPES, Work, send};
use futures::{Stream, StreamExt};
use resilience_core::{FailureKind, Interruption, Verdict, classify, retry_service};
use resilience_tests::Error;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    fmt::Display,
    io,
    rc::Rc,
};

type Answer<T = u32, E = Error> = Result<T, E>;

struct Client {
    work: Work,
    name: String,
}

impl Client {
    fn new() -> Self {
        Self {
            work: Work::hard(),
            name: "name".into(),
        }
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn elided(&self) -> Result<&str, Error> {
        self.work.wait().await?;
        // A `&String` that becomes a `&str` only because the type is known.
        Ok(&self.name)
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn elided_blocking(&self) -> Result<&str, Error> {
        self.work.run()?;
        Ok(&self.name)
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn shared_from_exclusive(&mut self) -> Result<&String, Error> {
        self.work.wait().await?;
        Ok(&self.name)
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn cow(&self, long: bool) -> Result<Cow<'_, str>, Error> {
        self.work.wait().await?;
        Ok(if long {
            format!("{}!", self.name).into()
        } else {
            Cow::Borrowed(&self.name)
        })
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn iterator(&self) -> Result<impl Iterator<Item = char> + '_, Error> {
        self.work.wait().await?;
        Ok(self.name.chars())
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn iterator_blocking(&self) -> Result<impl Iterator<Item = char> + use<'_>, Error> {
        self.work.run()?;
        Ok(self.name.chars())
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn stream(&self) -> Result<impl Stream<Item = char> + '_, Error> {
        self.work.wait().await?;
        Ok(futures::stream::iter(self.name.chars()))
    }
}

#[retry_service(service = SHAPES, idempotent)]
async fn named<'a, 'b>(work: &Work, long: &'a str, _short: &'b str) -> Result<&'a str, Error> {
    work.wait().await?;
    Ok(long)
}

#[retry_service(service = SHAPES, idempotent)]
async fn object(work: &Work) -> Result<Box<dyn Display + Send>, Error> {
    let run = work.wait().await?;
    Ok(Box::new(run))
}

#[retry_service(service = SHAPES, idempotent)]
fn object_blocking(work: &Work) -> Result<Box<dyn Display>, Error> {
    let run = work.run()?;
    if run == 0 {
        return Ok(Box::new("none"));
    }
    Ok(Box::new(run))
}

#[retry_service(service = SHAPES, idempotent)]
async fn function_pointer(work: &Work) -> Result<fn(u32) -> u32, Error> {
    work.wait().await?;
    Ok(|n| n + 1)
}

#[retry_service(service = SHAPES, idempotent)]
async fn alias(work: &Work) -> Answer {
    work.wait().await
}

#[retry_service(service = SHAPES, idempotent)]
async fn parsed(work: &Work, text: &str) -> Result<u64, Error> {
    work.wait().await?;
    Ok(text.parse().unwrap_or_default())
}

#[retry_service(service = SHAPES, idempotent)]
async fn collected(work: &Work) -> Result<BTreeMap<u32, Vec<u8>>, Error> {
    work.wait().await?;
    let found = [(1, "a".into()), (2, Vec::default())];
    Ok(IntoIterator::into_iter(found).collect())
}

#[retry_service(service = SHAPES, idempotent)]
async fn default_of_the_type(work: &Work) -> Result<(String, HashMap<u32, u32>), Error> {
    work.wait().await?;
    Ok(Default::default())
}

#[retry_service(service = SHAPES, idempotent)]
async fn method_on_what_is_returned(work: &Work) -> Result<Vec<String>, Error> {
    let mut found = Default::default();
    if work.runs() > 9 {
        return Ok(found);
    }
    found.push(work.wait().await?.to_string());
    Ok(found)
}

/// What the caller gets cannot be sent, the future can: the outcome is not kept while the call waits.
#[retry_service(service = SHAPES, idempotent)]
async fn not_send(work: &Work) -> Result<Rc<u32>, Error> {
    let run = work.wait().await?;
    Ok(Rc::new(run))
}

#[retry_service(service = SHAPES, idempotent)]
async fn never_succeeds(work: &Work) -> Result<Infallible, Error> {
    work.wait().await?;
    Err(Error::Missing)
}

#[retry_service(service = SHAPES, idempotent, classify = classify::always_transient)]
async fn any_error(work: &Work) -> anyhow::Result<u32> {
    let run = work.wait().await.map_err(|_| anyhow::anyhow!("down"))?;
    anyhow::ensure!(run > 2, "not yet");
    Ok(run)
}

#[retry_service(service = SHAPES, idempotent, classify = classify::always_transient)]
async fn boxed_error(work: &Work) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    if work.runs() < 2 {
        work.run().ok();
        Err("text")?;
    }
    work.wait().await.map_err(|_| "down".into())
}

#[retry_service(service = SHAPES, idempotent)]
async fn io_error(work: &Work) -> io::Result<u32> {
    work.wait().await.map_err(|_| io::ErrorKind::TimedOut.into())
}

/// No `Result` at all.
#[derive(Debug, PartialEq)]
enum Found {
    Some(u32),
    Nothing,
    Interrupted,
}

impl resilience_core::FromInterruption for Found {
    fn from_interruption(_: Interruption) -> Self {
        Self::Interrupted
    }
}

#[retry_service(service = SHAPES, idempotent, classify = |found: &Found| match found {
    Found::Some(_) => Verdict::Success,
    _ => Verdict::Failure(FailureKind::Transient),
})]
async fn no_result(work: &Work) -> Found {
    work.wait().await.map_or(Found::Nothing, Found::Some)
}

#[retry_service(service = SHAPES, idempotent, classify = |found| match found {
    Found::Some(_) => Verdict::Success,
    _ => Verdict::Failure(FailureKind::Transient),
})]
fn no_result_blocking(work: &Work) -> Found {
    let Ok(run) = work.run() else { return Found::Nothing };
    Found::Some(run)
}

#[tokio::test]
async fn borrowed_and_hidden() {
    assert_eq!(send(Client::new().elided()).await, Ok("name"));
    assert_eq!(Client::new().elided_blocking(), Ok("name"));
    assert_eq!(
        send(Client::new().shared_from_exclusive()).await,
        Ok(&"name".to_owned())
    );
    assert_eq!(send(Client::new().cow(true)).await.unwrap(), "name!");
    assert_eq!(send(Client::new().iterator()).await.unwrap().count(), 4);
    assert_eq!(Client::new().iterator_blocking().unwrap().count(), 4);
    assert_eq!(send(Client::new().stream()).await.unwrap().count().await, 4);
    assert_eq!(send(named(&Work::hard(), "long", "s")).await, Ok("long"));
}

#[tokio::test]
async fn coerced_and_inferred() {
    assert_eq!(send(object(&Work::hard())).await.unwrap().to_string(), "3");
    assert_eq!(object_blocking(&Work::hard()).unwrap().to_string(), "3");
    assert_eq!(send(function_pointer(&Work::hard())).await.unwrap()(1), 2);
    assert_eq!(send(alias(&Work::hard())).await, Ok(3));
    assert_eq!(send(parsed(&Work::hard(), "12")).await, Ok(12));
    assert_eq!(send(collected(&Work::hard())).await.unwrap().len(), 2);
    assert_eq!(send(default_of_the_type(&Work::hard())).await, Ok(Default::default()));
    assert_eq!(send(method_on_what_is_returned(&Work::hard())).await.unwrap(), ["3"]);
    assert_eq!(*send(not_send(&Work::hard())).await.unwrap(), 3);
    let work = Work::hard();
    assert_eq!(send(never_succeeds(&work)).await, Err(Error::Missing));
    assert_eq!(work.runs(), 3);
}

#[tokio::test]
async fn other_errors_and_no_result() {
    assert_eq!(send(any_error(&Work::hard())).await.unwrap(), 3);
    assert_eq!(send(boxed_error(&Work::hard())).await.unwrap(), 3);
    assert_eq!(send(io_error(&Work::hard())).await.unwrap(), 3);
    assert_eq!(send(no_result(&Work::hard())).await, Found::Some(3));
    assert_eq!(no_result_blocking(&Work::hard()), Found::Some(3));
}

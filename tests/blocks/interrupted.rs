//! `interrupted = path` and `clone(..)` on blocks and traits, for error types that cannot hold an interruption.

use crate::{Work, send};
use async_trait::async_trait;
use resilience_core::{
    FailureKind, Interruption, LastFailure, Registry, Verdict, apply, deadline, idempotent, plain, retry_service,
};
use std::{future::Future, time::Duration};

/// An error type of another crate: neither classified nor with room for an interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    Down,
    Interrupted(&'static str),
}

/// What the attributes make of an interruption, and which of them it was.
const fn of_block(_: Interruption) -> Foreign {
    Foreign::Interrupted("block")
}

const fn of_method(_: Interruption) -> Foreign {
    Foreign::Interrupted("method")
}

const fn transient<T>(answer: &Result<T, Foreign>) -> Verdict {
    match answer {
        Ok(_) => Verdict::Success,
        Err(_) => Verdict::Failure(FailureKind::Transient),
    }
}

/// Whatever error the signature names.
trait FromReason {
    fn from_reason(reason: &'static str) -> Self;
}

impl FromReason for Foreign {
    fn from_reason(reason: &'static str) -> Self {
        Self::Interrupted(reason)
    }
}

fn generic<E: FromReason>(interruption: Interruption) -> E {
    E::from_reason(interruption.reason().as_str())
}

type Answer<T = u32> = Result<T, Foreign>;

fn run(work: &Work) -> Answer {
    work.run().map_err(|_| Foreign::Down)
}

#[derive(Debug, Default)]
struct Client(Work);

#[retry_service(
    name = "interrupted_block",
    interrupted = of_block,
    classify = transient,
    clone(text),
    retry(max_attempts = 3, backoff = none),
    breaker(enabled = false)
)]
impl Client {
    #[idempotent]
    async fn repeated(&self, text: String) -> Answer<String> {
        let _run = run(&self.0)?;
        Ok(text)
    }

    #[idempotent(interrupted = of_method, clone(more))]
    fn repeated_blocking(&self, text: String, more: Vec<u32>) -> Answer<(String, Vec<u32>)> {
        let _run = run(&self.0)?;
        Ok((text, more))
    }

    #[plain]
    fn once(&self, text: String) -> Answer<String> {
        let _run = run(&self.0)?;
        Ok(text)
    }

    #[plain]
    fn returned(&self) -> impl Future<Output = Answer> + Send {
        async move { run(&self.0) }
    }

    #[apply]
    async fn written(&self) -> Answer {
        run(&self.0)
    }

    #[plain(fallback = |failure: LastFailure<Option<u32>>| failure.outcome_or_else(|_| Some(0)), classify = |_: &Option<u32>| Verdict::Success)]
    fn optional(&self) -> Option<u32> {
        run(&self.0).ok()
    }

    #[plain(attempt_timeout = "1ms")]
    async fn hanging(&self) -> Answer {
        std::future::pending().await
    }
}

#[async_trait]
trait Reads {
    async fn read(&self, text: String) -> Answer<String>;
}

#[async_trait]
impl Reads for Client {
    #[retry_service(name = "interrupted_async_trait", idempotent, interrupted = of_method, classify = transient, clone(text), retry(max_attempts = 3, backoff = none))]
    async fn read(&self, text: String) -> Answer<String> {
        let _run = run(&self.0)?;
        Ok(text)
    }
}

/// A store whose error types are its implementations'.
#[retry_service(name = "interrupted_store", interrupted = generic, classify = transient, clone(text), retry(max_attempts = 3, backoff = none))]
trait Store: Sync {
    #[idempotent]
    fn get(&self, text: String) -> Answer<String>;

    #[apply]
    fn put(&self) -> impl Future<Output = Answer> + Send;
}

impl Store for Client {
    fn get(&self, text: String) -> Answer<String> {
        let _run = run(&self.0)?;
        Ok(text)
    }

    async fn put(&self) -> Answer {
        run(&self.0)
    }
}

#[apply(interrupted = of_method, classify = transient)]
async fn alone(work: &Work) -> Answer {
    run(work)
}

#[apply(interrupted = generic)]
fn alone_blocking(work: &Work) -> Answer {
    run(work)
}

fn hard() -> Client {
    Client(Work::hard())
}

#[tokio::test]
async fn calls_that_are_not_interrupted_answer_as_ever() {
    let text = || "a".to_owned();
    let registry = Registry::new();
    let calls = async {
        assert_eq!(send(hard().repeated(text())).await, Ok(text()));
        assert_eq!(hard().repeated_blocking(text(), vec![1]), Ok((text(), vec![1])));
        assert_eq!(hard().once(text()), Err(Foreign::Down));
        assert_eq!(send(hard().returned()).await, Err(Foreign::Down));
        assert_eq!(hard().written().await, Err(Foreign::Down));
        assert_eq!(hard().read(text()).await, Ok(text()));
        assert_eq!(StoreResilient::new(hard()).get(text()), Ok(text()));
        assert_eq!(StoreResilient::new(hard()).put().await, Err(Foreign::Down));
        assert_eq!(alone(&Work::default()).await, Ok(1));
        assert_eq!(alone_blocking(&Work::default()), Ok(1));
    };
    registry.enter(calls).await;
}

/// Every call inside has no time left.
#[tokio::test]
async fn an_interruption_becomes_what_the_nearest_attribute_says() {
    let text = || "a".to_owned();
    let client = Client::default();
    let store = StoreResilient::new(Client::default());
    let block = Foreign::Interrupted("block");
    let method = Foreign::Interrupted("method");
    let reason = Foreign::Interrupted("deadline_passed");
    let calls = async {
        assert_eq!(client.repeated(text()).await, Err(block));
        assert_eq!(client.repeated_blocking(text(), Vec::new()), Err(method));
        assert_eq!(client.once(text()), Err(block));
        assert_eq!(client.returned().await, Err(block));
        assert_eq!(client.written().await, Err(block));
        assert_eq!(client.optional(), Some(0));
        assert_eq!(client.read(text()).await, Err(method));
        assert_eq!(store.get(text()), Err(reason));
        assert_eq!(store.put().await, Err(reason));
        assert_eq!(alone(&client.0).await, Err(method));
        assert_eq!(alone_blocking(&client.0), Err(reason));
    };

    deadline::within(Duration::ZERO, calls).await;

    assert_eq!(client.0.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_cut_is_an_interruption() {
    assert_eq!(Client::default().hanging().await, Err(Foreign::Interrupted("block")));
}

//! Functions that are not `async` and return a future.

use crate::{SHAPES, Work, send};
use futures::future::BoxFuture;
use resilience_core::{apply, retry_service};
use resilience_tests::Error;
use std::{
    fmt::Display,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
};

struct Client {
    work: Work,
    made: AtomicU32,
}

impl Client {
    fn new(work: Work) -> Self {
        Self {
            work,
            made: AtomicU32::new(0),
        }
    }

    fn make(&self) -> u32 {
        self.made.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What stands before the block is done once, and when the function is called.
    #[retry_service(service = SHAPES, idempotent)]
    fn eager(&self, text: String) -> impl Future<Output = Result<String, Error>> + Send + '_ {
        let made = self.make();
        if made > 9 {
            self.make();
        }
        async move {
            let run = self.work.wait().await?;
            Ok(format!("{text} {made} {run}"))
        }
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn boxed<'a>(&'a self, by: &'a u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + 'a>> {
        Box::pin(async move { Ok(self.work.wait().await? + by) })
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn aliased<'a>(&'a self, by: &'a u32) -> BoxFuture<'a, Result<u32, Error>> {
        self.make();
        #[allow(unused_qualifications, reason = "the shape is what is tested")]
        std::boxed::Box::pin(async move { Ok(self.work.wait().await? + by) })
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn coerced(&self) -> impl Future<Output = Result<Box<dyn Display + Send>, Error>> + Send + '_ {
        async move {
            let run = self.work.wait().await?;
            Ok(Box::new(run) as Box<_>)
        }
    }

    #[retry_service(service = SHAPES)]
    fn plain(&self, text: String) -> impl Future<Output = Result<String, Error>> + Send + '_ {
        async move {
            self.work.wait().await?;
            Ok(text)
        }
    }

    #[apply]
    #[retry_service(service = SHAPES)]
    fn applies(&self, text: String) -> BoxFuture<'_, Result<String, Error>> {
        Box::pin(async move {
            self.work.wait().await?;
            Ok(text)
        })
    }

    #[apply]
    fn applies_alone(&self, text: String) -> impl Future<Output = Result<String, Error>> + Send + '_ {
        async move {
            self.work.wait().await?;
            Ok(text)
        }
    }
}

fn hard() -> Client {
    Client::new(Work::hard())
}

#[tokio::test]
async fn every_returned_future_is_retried() {
    let client = hard();
    let future = client.eager("text".into());
    assert_eq!(client.made.load(Ordering::Relaxed), 1);
    assert_eq!(client.work.runs(), 0);
    assert_eq!(send(future).await.unwrap(), "text 1 3");
    assert_eq!(client.made.load(Ordering::Relaxed), 1);
    assert_eq!(send(hard().boxed(&10)).await, Ok(13));
    assert_eq!(send(hard().aliased(&10)).await, Ok(13));
    assert_eq!(send(hard().coerced()).await.unwrap().to_string(), "3");
}

#[tokio::test]
async fn one_that_is_not_idempotent_runs_once() {
    assert_eq!(send(hard().plain("text".into())).await, Err(Error::Down(1)));
    assert_eq!(send(hard().applies("text".into())).await, Err(Error::Down(1)));
    assert_eq!(send(hard().applies_alone("text".into())).await, Err(Error::Down(1)));
    assert_eq!(
        send(Client::new(Work::easy()).plain("text".into())).await.unwrap(),
        "text"
    );
    assert_eq!(
        send(Client::new(Work::easy()).applies("text".into())).await.unwrap(),
        "text"
    );
}

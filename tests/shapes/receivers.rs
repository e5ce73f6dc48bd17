//! Every kind of `self`.

use crate::{SHAPES, Work, send};
use resilience_core::retry_service;
use resilience_tests::Error;
use std::{pin::Pin, sync::Arc};

struct Client {
    work: Work,
    calls: u32,
}

impl Client {
    fn new() -> Self {
        Self {
            work: Work::hard(),
            calls: 0,
        }
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn shared(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn exclusive(&mut self) -> Result<u32, Error> {
        self.calls += 1;
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn by_value(self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn in_arc(self: Arc<Self>) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn in_borrowed_arc(self: &Arc<Self>) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn in_box(self: Box<Self>) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn pinned(mut self: Pin<&mut Self>) -> Result<u32, Error> {
        self.as_mut().calls += 1;
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn explicit<'a>(self: &'a Self, offset: &'a u32) -> Result<u32, Error> {
        Ok(self.work.wait().await? + offset)
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn none(work: &Work) -> Result<Self, Error> {
        work.wait().await?;
        Ok(Self::new())
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn shared_blocking(&self) -> Result<u32, Error> {
        self.work.run()
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn exclusive_blocking(&mut self) -> Result<u32, Error> {
        self.calls += 1;
        self.work.run()
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn by_value_blocking(self) -> Result<u32, Error> {
        self.work.run()
    }
}

#[tokio::test]
async fn every_receiver_is_retried() {
    assert_eq!(send(Client::new().shared()).await, Ok(3));
    let mut client = Client::new();
    assert_eq!(send(client.exclusive()).await, Ok(3));
    assert_eq!(client.calls, 3);
    assert_eq!(send(Client::new().by_value()).await, Ok(3));
    assert_eq!(send(Arc::new(Client::new()).in_arc()).await, Ok(3));
    assert_eq!(send(Arc::new(Client::new()).in_borrowed_arc()).await, Ok(3));
    assert_eq!(send(Box::new(Client::new()).in_box()).await, Ok(3));
    let mut client = Client::new();
    assert_eq!(send(Pin::new(&mut client).pinned()).await, Ok(3));
    assert_eq!(client.calls, 3);
    assert_eq!(send(Client::new().explicit(&10)).await, Ok(13));
    let work = Work::hard();
    assert_eq!(send(Client::none(&work)).await.unwrap().calls, 0);
    assert_eq!(work.runs(), 3);
}

#[test]
fn every_receiver_is_retried_blocking() {
    assert_eq!(Client::new().shared_blocking(), Ok(3));
    let mut client = Client::new();
    assert_eq!(client.exclusive_blocking(), Ok(3));
    assert_eq!(client.calls, 3);
    assert_eq!(Client::new().by_value_blocking(), Ok(3));
}

//! Methods of traits: implementations and default bodies, native async included.

use crate::{SHAPES, Work, send};
use resilience_core::retry_service;
use resilience_tests::Error;
use std::future::Future;

trait Source {
    type Out;

    fn work(&self) -> &Work;
    async fn native(&self, offset: u32) -> Result<Self::Out, Error>;
    fn native_send(&self) -> impl Future<Output = Result<u32, Error>> + Send;
    fn blocking(&self) -> Result<Self::Out, Error>;

    #[retry_service(service = SHAPES, idempotent)]
    async fn native_default(&self) -> Result<u32, Error>
    where
        Self: Sync,
    {
        self.work().wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn send_default(&self) -> impl Future<Output = Result<u32, Error>> + Send
    where
        Self: Sync,
    {
        async move { self.work().wait().await }
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn blocking_default(&self) -> Result<u32, Error> {
        self.work().run()
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn sized_only(&self) -> Result<u32, Error>
    where
        Self: Sized + Sync,
    {
        self.work().wait().await
    }
}

struct Plans(Work);

impl Source for Plans {
    type Out = u64;

    fn work(&self) -> &Work {
        &self.0
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn native(&self, offset: u32) -> Result<Self::Out, Error> {
        Ok((self.0.wait().await? + offset).into())
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn native_send(&self) -> Result<u32, Error> {
        self.0.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn blocking(&self) -> Result<Self::Out, Error> {
        Ok(self.0.run()?.into())
    }
}

/// A generic caller that needs the future to be `Send` can have it.
async fn through_a_bound(source: &(impl Source + Sync)) -> Result<u32, Error> {
    Ok(source.native_send().await? + source.send_default().await?)
}

/// An inherent method beside the method of the trait.
impl Plans {
    #[retry_service(service = SHAPES, idempotent)]
    fn work(&self) -> Result<&Work, Error> {
        self.0.run()?;
        Ok(&self.0)
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn associated(plans: Self) -> Result<u32, Error> {
        plans.0.wait().await
    }
}

fn plans() -> Plans {
    Plans(Work::hard())
}

#[tokio::test]
async fn every_method_of_a_trait_is_retried() {
    assert_eq!(send(plans().native(10)).await, Ok(13));
    assert_eq!(send(plans().native_send()).await, Ok(3));
    assert_eq!(plans().blocking(), Ok(3));
    assert_eq!(send(plans().native_default()).await, Ok(3));
    assert_eq!(send(plans().send_default()).await, Ok(3));
    assert_eq!(plans().blocking_default(), Ok(3));
    assert_eq!(send(plans().sized_only()).await, Ok(3));
    assert_eq!(send(through_a_bound(&plans())).await, Ok(7));
    assert_eq!(plans().work().unwrap().runs(), 3);
    assert_eq!(send(Plans::associated(plans())).await, Ok(3));
}

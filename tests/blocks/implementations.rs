//! Blocks that implement a trait, native async and `#[async_trait]` included.

use crate::{Work, eager, send};
use async_trait::async_trait;
use resilience_core::{Service, apply, idempotent, plain, retry_service};
use resilience_tests::Error;
use std::{fmt::Display, future::Future};

trait Source {
    type Out;
    const OFFSET: u32;

    async fn native(&self, by: u32) -> Result<Self::Out, Error>;
    fn native_send(&self) -> impl Future<Output = Result<u32, Error>> + Send;
    fn blocking(&mut self) -> Result<Self::Out, Error>;
    async fn write(&self, plan: String) -> Result<String, Error>;
    fn name(&self) -> String;
}

struct Plans<T> {
    work: Work,
    service: &'static Service,
    of: T,
}

#[retry_service(service = self.service)]
impl<T: Clone + Send + Sync + Into<u64>> Source for Plans<T> {
    type Out = u64;
    const OFFSET: u32 = 10;

    #[idempotent]
    async fn native(&self, by: u32) -> Result<Self::Out, Error> {
        Ok(u64::from(self.work.wait().await? + by + Self::OFFSET) + self.of.clone().into())
    }

    #[idempotent]
    async fn native_send(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[idempotent]
    fn blocking(&mut self) -> Result<Self::Out, Error> {
        Ok(self.work.run()?.into())
    }

    #[apply]
    async fn write(&self, mut plan: String) -> Result<String, Error> {
        let run = self.work.wait().await?;
        plan.push_str(&run.to_string());
        Ok(plan)
    }

    fn name(&self) -> String {
        "plans".into()
    }
}

fn hard() -> Plans<u8> {
    Plans {
        work: Work::hard(),
        service: eager("plan_service"),
        of: 1,
    }
}

#[tokio::test]
async fn methods_of_a_trait_are_operations() {
    assert_eq!(send(hard().native(100)).await, Ok(114));
    assert_eq!(send(hard().native_send()).await, Ok(3));
    assert_eq!(hard().blocking(), Ok(3));
    assert_eq!(hard().write("plan".into()).await, Err(Error::Down(1)));
    assert_eq!(hard().name(), "plans");
}

#[async_trait]
trait Remote {
    async fn fetch(&self, id: &str) -> Result<String, Error>;
    async fn tag(&mut self, tag: String) -> Result<String, Error>;
    async fn write(&self, plan: String) -> Result<String, Error>;
    async fn of<T: Display + Send + Sync>(&self, of: T) -> Result<String, Error>
    where
        Self: Sized;
}

/// The block's attribute above `#[async_trait]`.
struct Above(Work, &'static Service);

#[retry_service(service = self.1)]
#[async_trait]
impl Remote for Above {
    #[idempotent]
    async fn fetch(&self, id: &str) -> Result<String, Error> {
        Ok(format!("{id} {}", self.0.wait().await?))
    }

    #[idempotent(clone(tag))]
    async fn tag(&mut self, mut tag: String) -> Result<String, Error> {
        tag.push('!');
        let _run = self.0.wait().await?;
        Ok(tag)
    }

    #[apply]
    async fn write(&self, plan: String) -> Result<String, Error> {
        let _run = self.0.wait().await?;
        Ok(plan)
    }

    #[plain]
    async fn of<T: Display + Send + Sync>(&self, of: T) -> Result<String, Error> {
        let _run = self.0.wait().await?;
        Ok(of.to_string())
    }
}

/// And below it.
struct Below(Work, &'static Service);

#[async_trait]
#[retry_service(service = self.1)]
impl Remote for Below {
    #[idempotent]
    async fn fetch(&self, id: &str) -> Result<String, Error> {
        Ok(format!("{id} {}", self.0.wait().await?))
    }

    #[idempotent(clone(tag))]
    async fn tag(&mut self, mut tag: String) -> Result<String, Error> {
        tag.push('!');
        let _run = self.0.wait().await?;
        Ok(tag)
    }

    #[apply]
    async fn write(&self, plan: String) -> Result<String, Error> {
        let _run = self.0.wait().await?;
        Ok(plan)
    }

    #[plain]
    async fn of<T: Display + Send + Sync>(&self, of: T) -> Result<String, Error> {
        let _run = self.0.wait().await?;
        Ok(of.to_string())
    }
}

async fn check(new: impl Fn() -> Box<dyn FnOnce(u8) -> Outcome>) {
    for (which, expected) in [
        (0, Ok("id 3".to_owned())),
        (1, Ok("tag!".to_owned())),
        (2, Err(Error::Down(1))),
        (3, Err(Error::Down(1))),
    ] {
        assert_eq!(new()(which).await, expected, "{which}");
    }
}

type Outcome = std::pin::Pin<Box<dyn Future<Output = Result<String, Error>> + Send>>;

fn call<R: Remote + Send + Sync + 'static>(mut remote: R) -> Box<dyn FnOnce(u8) -> Outcome> {
    Box::new(move |which| {
        Box::pin(async move {
            match which {
                0 => remote.fetch("id").await,
                1 => remote.tag("tag".into()).await,
                2 => remote.write("plan".into()).await,
                _ => remote.of(7).await,
            }
        })
    })
}

#[tokio::test]
async fn async_trait_may_stand_above_and_below() {
    check(|| call(Above(Work::hard(), eager("remote")))).await;
    check(|| call(Below(Work::hard(), eager("remote")))).await;
}

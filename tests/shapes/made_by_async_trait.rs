//! Methods in traits and implementations that carry `#[async_trait]`.

use crate::{SHAPES, Work, send};
use async_trait::async_trait;
use resilience_core::{Registry, Service, apply, retry_service};
use resilience_tests::Error;
use std::{fmt::Display, rc::Rc, sync::Arc};

#[async_trait]
trait Source: Send + Sync {
    async fn shared(&self, id: &str, name: String) -> Result<usize, Error>;
    async fn exclusive(&mut self, by: u32) -> Result<u32, Error>;
    async fn generic<T: Display + Send + Sync>(&self, of: T) -> Result<String, Error>
    where
        Self: Sized;
    async fn patterns(&self, (a, b): (u32, u32), _: String) -> Result<u32, Error>;
    async fn copies(&self, tags: Vec<u32>, pair: (String, u32)) -> Result<(Vec<u32>, String), Error>;
    async fn handed_in(&mut self) -> Result<u32, Error>;
    async fn in_arc(self: Arc<Self>) -> Result<u32, Error>;
    async fn moved(&self, name: String) -> Result<String, Error>;
    async fn applied(&self, name: String) -> Result<String, Error>;
    async fn applied_alone(&self, name: String) -> Result<String, Error>;
    fn work(&self) -> &Work;

    #[retry_service(service = SHAPES, idempotent)]
    async fn by_default(&self) -> Result<u32, Error> {
        self.work().wait().await
    }
}

struct Plans {
    work: Work,
    service: &'static Service,
}

#[async_trait]
impl Source for Plans {
    fn work(&self) -> &Work {
        &self.work
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn shared(&self, id: &str, name: String) -> Result<usize, Error> {
        self.work.wait().await?;
        Ok(id.len() + name.len())
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn exclusive(&mut self, by: u32) -> Result<u32, Error> {
        self.work.failures += 0;
        Ok(self.work.wait().await? + by)
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn generic<T: Display + Send + Sync>(&self, of: T) -> Result<String, Error> {
        self.work.wait().await?;
        Ok(of.to_string())
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn patterns(&self, (a, b): (u32, u32), _: String) -> Result<u32, Error> {
        Ok(self.work.wait().await? + a + b)
    }

    #[retry_service(service = SHAPES, idempotent, clone(tags, text))]
    async fn copies(&self, mut tags: Vec<u32>, (mut text, _): (String, u32)) -> Result<(Vec<u32>, String), Error> {
        tags.push(4);
        text.push('!');
        self.work.wait().await?;
        Ok((tags, text))
    }

    /// `self` in the attribute is the `self` of the method.
    #[retry_service(service = self.service, idempotent, classify = |outcome| self.service.judge(outcome))]
    async fn handed_in(&mut self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn in_arc(self: Arc<Self>) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[retry_service(service = SHAPES)]
    async fn moved(&self, name: String) -> Result<String, Error> {
        self.work.wait().await?;
        Ok(name)
    }

    #[retry_service(service = SHAPES)]
    #[apply]
    async fn applied(&self, mut name: String) -> Result<String, Error> {
        self.work.wait().await?;
        name.push('!');
        Ok(name)
    }

    #[apply]
    async fn applied_alone(&self, mut name: String) -> Result<String, Error> {
        self.work.wait().await?;
        name.push('!');
        Ok(name)
    }
}

trait Judge {
    fn judge(&self, outcome: &Result<u32, Error>) -> resilience_core::Verdict;
}

impl Judge for &'static Service {
    fn judge(&self, outcome: &Result<u32, Error>) -> resilience_core::Verdict {
        resilience_core::classify::always_transient(outcome)
    }
}

#[async_trait(?Send)]
trait Local {
    async fn local(&self, with: Rc<u32>) -> Result<Rc<u32>, Error>;
}

#[async_trait(?Send)]
impl Local for Plans {
    #[retry_service(service = SHAPES, idempotent)]
    async fn local(&self, with: Rc<u32>) -> Result<Rc<u32>, Error> {
        self.work.wait().await?;
        Ok(with.clone())
    }
}

fn hard() -> Plans {
    Plans {
        work: Work::hard(),
        service: Registry::global().service("async_trait"),
    }
}

fn easy() -> Plans {
    Plans {
        work: Work::easy(),
        ..hard()
    }
}

#[tokio::test]
async fn every_method_is_retried() {
    assert_eq!(send(hard().shared("id", "name".into())).await, Ok(6));
    assert_eq!(send(hard().exclusive(10)).await, Ok(13));
    assert_eq!(send(hard().generic(7)).await.unwrap(), "7");
    assert_eq!(send(hard().patterns((10, 20), String::new())).await, Ok(33));
    let copied = send(hard().copies(vec![1], ("text".into(), 1))).await.unwrap();
    assert_eq!(copied, (vec![1, 4], "text!".to_owned()));
    assert_eq!(send(Arc::new(hard()).in_arc()).await, Ok(3));
    assert_eq!(send(hard().by_default()).await, Ok(3));
    assert_eq!(*hard().local(Rc::new(7)).await.unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn self_in_the_attribute_is_the_methods() {
    assert_eq!(send(hard().handed_in()).await, Ok(3));
}

#[tokio::test]
async fn one_that_is_not_idempotent_runs_once() {
    assert_eq!(send(hard().moved("name".into())).await, Err(Error::Down(1)));
    assert_eq!(send(hard().applied("name".into())).await, Err(Error::Down(1)));
    assert_eq!(send(hard().applied_alone("name".into())).await, Err(Error::Down(1)));
    assert_eq!(send(easy().moved("name".into())).await.unwrap(), "name");
    assert_eq!(send(easy().applied("name".into())).await.unwrap(), "name!");
    assert_eq!(send(easy().applied_alone("name".into())).await.unwrap(), "name!");
}

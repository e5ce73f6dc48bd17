//! Decorators of traits of every shape: generics, returned futures, `#[async_trait]`, objects.

use crate::{Work, eager, send};
use resilience_core::{Classify, Interruption, idempotent, plain, retry_service};
use resilience_tests::Error;
use std::{
    fmt::{Debug, Display},
    future::Future,
    pin::Pin,
};

/// Generic in every way that a trait can be.
#[retry_service(name = "generic_store", retry(backoff = none))]
trait Generic<'k, K, V = u8, const N: usize = 4>
where
    K: Display + Sync + ?Sized,
{
    type Error: Classify + From<Interruption> + Debug;
    type Item<'a>: Debug
    where
        Self: 'a;

    #[idempotent]
    async fn find<Q: AsRef<str>, const M: usize>(&self, key: &'k K, query: &Q) -> Result<[V; M], Self::Error>
    where
        V: Copy;

    #[idempotent]
    fn borrow<'s>(&'s self, key: &K) -> Result<Self::Item<'s>, Self::Error>;

    #[idempotent]
    fn anything(&self, of: &(impl Display + ?Sized)) -> Result<String, Self::Error>;

    #[plain]
    async fn into_parts(self, (number, text): (u32, String)) -> Result<(u32, String), Self::Error>
    where
        Self: Sized,
    {
        Ok((number, text))
    }

    #[plain]
    fn boxed(self: Box<Self>, items: [V; N]) -> Result<[V; N], Self::Error>;

    fn sized_only<T>(&self) -> usize
    where
        Self: Sized,
    {
        size_of::<T>()
    }

    /// Left to its default body, since a `Self` in it is not the same outside and inside.
    fn same(&self, _other: &Self) -> bool {
        true
    }
}

struct Words {
    work: Work,
    text: String,
}

impl<'k> Generic<'k, str> for Words {
    type Error = Error;
    type Item<'a> = &'a str;

    async fn find<Q: AsRef<str>, const M: usize>(&self, key: &'k str, query: &Q) -> Result<[u8; M], Error> {
        let run = self.work.wait().await?;
        Ok(
            [u8::try_from(key.len() + query.as_ref().len()).unwrap_or_default() + u8::try_from(run).unwrap_or_default();
                M],
        )
    }

    fn borrow<'s>(&'s self, key: &str) -> Result<&'s str, Error> {
        let _run = self.work.run()?;
        Ok(&self.text[..key.len()])
    }

    fn anything(&self, of: &(impl Display + ?Sized)) -> Result<String, Error> {
        let _run = self.work.run()?;
        Ok(of.to_string())
    }

    fn boxed(self: Box<Self>, items: [u8; 4]) -> Result<[u8; 4], Error> {
        let _run = self.work.run()?;
        Ok(items)
    }
}

fn words() -> GenericResilient<Words> {
    let inner = Words {
        work: Work::hard(),
        text: "text".into(),
    };
    GenericResilient::with_service(inner, eager("generic_store"))
}

#[tokio::test]
async fn generics_and_associated_items_are_those_of_the_implementation() {
    assert_eq!(words().find::<_, 2>("ab", &"cde").await, Ok([8, 8]));
    assert_eq!(words().borrow("ab"), Ok("te"));
    assert_eq!(words().anything("this"), Ok("this".to_owned()));
    assert_eq!(words().into_parts((1, "a".into())).await, Ok((1, "a".to_owned())));
    assert_eq!(Box::new(words()).boxed([1; 4]), Err(Error::Down(1)));
    assert_eq!(words().sized_only::<u16>(), 2);
    assert!(words().same(&words()));
}

/// Returned futures of every kind, and `Self` in bounds.
#[retry_service(name = "futures", retry(backoff = none))]
trait Futures {
    #[idempotent]
    fn pinned(&self) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + '_>>;

    #[idempotent]
    fn aliased(&self) -> futures::future::BoxFuture<'_, Result<u32, Error>>;

    #[idempotent]
    fn local(&self) -> impl Future<Output = Result<u32, Error>>;

    #[idempotent]
    async fn by_default(&self) -> Result<u32, Error>
    where
        Self: Sync,
    {
        self.pinned().await
    }

    #[idempotent]
    async fn exclusive(&mut self, by: &mut u32) -> Result<u32, Error>;
}

impl Futures for Work {
    fn pinned(&self) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + '_>> {
        Box::pin(self.wait())
    }

    fn aliased(&self) -> futures::future::BoxFuture<'_, Result<u32, Error>> {
        Box::pin(self.wait())
    }

    async fn local(&self) -> Result<u32, Error> {
        self.wait().await
    }

    async fn exclusive(&mut self, by: &mut u32) -> Result<u32, Error> {
        *by += 1;
        self.wait().await
    }
}

#[tokio::test]
async fn returned_futures_are_protected() {
    let new = || FuturesResilient::with_service(Work::hard(), eager("futures"));
    let mut by = 0;

    assert_eq!(send(new().pinned()).await, Ok(3));
    assert_eq!(send(new().aliased()).await, Ok(3));
    assert_eq!(new().local().await, Ok(3));
    assert_eq!(send(new().by_default()).await, Ok(3));
    assert_eq!(send(new().exclusive(&mut by)).await, Ok(3));
    assert_eq!(by, 3);
}

/// `#[async_trait]` below: the decorator gets it, too.
mod async_trait_below {
    use super::{Error, Work, eager};
    use async_trait::async_trait;
    use resilience_core::{apply, idempotent, retry_service};

    #[retry_service(name = "object_store", retry(backoff = none))]
    #[async_trait]
    pub(super) trait Store {
        #[idempotent(clone(tag))]
        async fn get(&self, id: &str, tag: String) -> Result<String, Error>;

        #[apply]
        async fn put(&mut self, plan: String) -> Result<String, Error>;

        #[idempotent]
        async fn by_default(&self) -> Result<String, Error> {
            self.get("default", "tag".into()).await
        }

        fn name(&self) -> String {
            "no name".into()
        }
    }

    #[async_trait]
    impl Store for Work {
        async fn get(&self, id: &str, tag: String) -> Result<String, Error> {
            let run = self.wait().await?;
            Ok(format!("{id} {tag} {run}"))
        }

        async fn put(&mut self, plan: String) -> Result<String, Error> {
            let _run = self.wait().await?;
            Ok(plan)
        }
    }

    pub(super) fn object() -> Box<dyn Store + Send + Sync> {
        Box::new(StoreResilient::with_service(Work::hard(), eager("object_store")))
    }
}

/// `#[async_trait]` above: the decorator is written in its terms.
mod async_trait_above {
    use super::{Error, Work, eager};
    use async_trait::async_trait;
    use resilience_core::{apply, idempotent, retry_service};

    #[async_trait]
    #[retry_service(name = "object_store", retry(backoff = none))]
    pub(super) trait Store: Send {
        #[idempotent(clone(tag))]
        async fn get(&self, id: &str, tag: String) -> Result<String, Error>;

        #[apply]
        async fn put(&mut self, plan: String) -> Result<String, Error>;

        #[idempotent]
        async fn by_default(&self) -> Result<String, Error> {
            self.get("default", "tag".into()).await
        }
    }

    #[async_trait]
    impl Store for Work {
        async fn get(&self, id: &str, tag: String) -> Result<String, Error> {
            let run = self.wait().await?;
            Ok(format!("{id} {tag} {run}"))
        }

        async fn put(&mut self, plan: String) -> Result<String, Error> {
            let _run = self.wait().await?;
            Ok(plan)
        }
    }

    pub(super) fn object() -> Box<dyn Store + Send + Sync> {
        Box::new(StoreResilient::with_service(Work::hard(), eager("object_store")))
    }
}

#[tokio::test]
async fn a_trait_that_is_used_as_an_object_stays_one() {
    let found = send(async_trait_below::object().get("id", "tag".into())).await;
    assert_eq!(found, Ok("id tag 3".to_owned()));
    assert_eq!(
        async_trait_below::object().put(String::new()).await,
        Err(Error::Down(1))
    );
    assert_eq!(
        async_trait_below::object().by_default().await,
        Ok("default tag 3".to_owned())
    );
    assert_eq!(async_trait_below::object().name(), "no name");

    let found = send(async_trait_above::object().get("id", "tag".into())).await;
    assert_eq!(found, Ok("id tag 3".to_owned()));
    assert_eq!(
        async_trait_above::object().put(String::new()).await,
        Err(Error::Down(1))
    );
    assert_eq!(
        async_trait_above::object().by_default().await,
        Ok("default tag 3".to_owned())
    );
}

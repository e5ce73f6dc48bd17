//! `pointers(..)`: a decorator round an implementation that somebody else owns as well.

use crate::{Work, eager, send};
use async_trait::async_trait;
use resilience_core::{apply, idempotent, retry_service};
use resilience_tests::Error;
use std::{rc::Rc, sync::Arc};

#[retry_service(name = "shared_store", retry(backoff = none), pointers(Arc, Box, Rc))]
trait Store {
    #[idempotent]
    fn get(&self, id: u32) -> Result<u32, Error>;

    #[apply]
    fn put(&self, plan: String) -> Result<String, Error>;

    /// Replaced by the implementation.
    fn name(&self) -> String {
        "no name".into()
    }
}

impl Store for Work {
    fn get(&self, id: u32) -> Result<u32, Error> {
        Ok(self.run()? + id)
    }

    fn put(&self, plan: String) -> Result<String, Error> {
        self.run().map(|_| plan)
    }

    fn name(&self) -> String {
        "work".into()
    }
}

#[test]
fn a_decorator_goes_round_a_shared_object() {
    let store: Arc<dyn Store + Send + Sync> = Arc::new(Work::hard());
    let decorated = StoreResilient::with_service(Arc::clone(&store), eager("shared_store"));

    assert_eq!(decorated.get(10), Ok(13));
    assert_eq!(decorated.put("plan".into()), Ok("plan".to_owned()));
    assert_eq!(decorated.name(), "work");
    assert_eq!(store.get(10), Ok(15));
}

#[test]
fn a_decorator_goes_round_every_pointer_that_is_named() {
    let service = eager("shared_store");
    let boxed: Box<dyn Store> = Box::new(Work::hard());
    let counted: Rc<dyn Store> = Rc::new(Work::hard());

    assert_eq!(StoreResilient::with_service(boxed, service).get(10), Ok(13));
    assert_eq!(StoreResilient::with_service(counted, service).get(10), Ok(13));
    assert_eq!(
        StoreResilient::with_service(Arc::new(Work::hard()), service).get(10),
        Ok(13)
    );
}

#[test]
fn a_decorated_object_is_the_trait_again() {
    let store: Arc<dyn Store> = Arc::new(Work::hard());
    let again: Arc<dyn Store> = Arc::new(StoreResilient::with_service(store, eager("shared_store")));

    assert_eq!(again.get(10), Ok(13));
}

#[retry_service(name = "shared_source", retry(backoff = none), pointers(Arc))]
#[async_trait]
trait Source: Send + Sync {
    /// What it gives.
    type Out: Send;
    /// How many.
    const MOST: usize;

    #[idempotent]
    async fn fetch(&self, id: u32) -> Result<Self::Out, Error>;

    fn kind() -> &'static str;
}

#[async_trait]
impl Source for Work {
    type Out = u32;
    const MOST: usize = 7;

    async fn fetch(&self, id: u32) -> Result<u32, Error> {
        Ok(self.wait().await? + id)
    }

    fn kind() -> &'static str {
        "work"
    }
}

#[tokio::test]
async fn what_belongs_to_the_trait_comes_from_behind_the_pointer() {
    let decorated = SourceResilient::with_service(Arc::new(Work::hard()), eager("shared_source"));

    assert_eq!(send(decorated.fetch(10)).await, Ok(13));
    assert_eq!(<Arc<Work> as Source>::MOST, 7);
    assert_eq!(<Arc<Work> as Source>::kind(), "work");
}

#[retry_service(name = "boxed_store", retry(backoff = none), pointers(Box))]
trait Exclusive {
    #[idempotent]
    fn next(&mut self) -> Result<u32, Error>;
}

impl Exclusive for Work {
    fn next(&mut self) -> Result<u32, Error> {
        self.run()
    }
}

#[test]
fn a_box_forwards_an_exclusive_self() {
    let inner: Box<dyn Exclusive> = Box::new(Work::hard());

    assert_eq!(
        ExclusiveResilient::with_service(inner, eager("boxed_store")).next(),
        Ok(3)
    );
}

//! What decorators forward: constructors, futures that outlive `self`, arguments that are `Copy` by a bound, foreign supertraits.

use crate::{Work, eager, send};
use futures::future::BoxFuture;
use resilience_core::{Registry, ServiceOptions, apply, idempotent, plain, retry_service};
use resilience_tests::{Error, immediate};
use std::{
    fmt::{self, Display},
    future::Future,
    pin::Pin,
    sync::Arc,
};

/// Futures that may outlive `self`.
#[retry_service(name = "static_futures", retry(backoff = none))]
trait Static {
    #[idempotent]
    fn boxed(&self, by: u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>>;

    #[idempotent]
    fn said(&self) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + 'static>>;

    #[idempotent(clone(tag))]
    fn aliased(&self, tag: String) -> BoxFuture<'static, Result<String, Error>>;

    #[plain]
    fn opaque(&self) -> impl Future<Output = Result<u32, Error>> + Send + 'static;

    #[apply]
    fn write(&self, plan: String) -> BoxFuture<'static, Result<String, Error>>;

    fn forwarded(&self) -> BoxFuture<'static, u32>;
}

#[derive(Clone)]
struct Shared(Arc<Work>);

impl Static for Shared {
    fn boxed(&self, by: u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
        let work = Arc::clone(&self.0);
        Box::pin(async move { Ok(work.wait().await? + by) })
    }

    fn said(&self) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + 'static>> {
        self.boxed(0)
    }

    fn aliased(&self, tag: String) -> BoxFuture<'static, Result<String, Error>> {
        let work = Arc::clone(&self.0);
        Box::pin(async move { Ok(tag + &work.wait().await?.to_string()) })
    }

    fn opaque(&self) -> impl Future<Output = Result<u32, Error>> + Send + 'static {
        self.boxed(0)
    }

    fn write(&self, plan: String) -> BoxFuture<'static, Result<String, Error>> {
        // The work begins before the future is polled: what is rejected must not come this far.
        let run = self.0.run();
        Box::pin(async move { run.map(|_| plan) })
    }

    fn forwarded(&self) -> BoxFuture<'static, u32> {
        let runs = self.0.runs();
        Box::pin(async move { runs })
    }
}

fn shared() -> (Arc<Work>, StaticResilient<Shared>) {
    let work = Arc::new(Work::hard());
    let decorated = StaticResilient::with_service(Shared(Arc::clone(&work)), eager("static_futures"));
    (work, decorated)
}

#[tokio::test]
async fn futures_that_outlive_self_are_protected() {
    // In a task of its own: the decorator is gone by then.
    let boxed = shared().1.boxed(10);
    assert_eq!(tokio::spawn(boxed).await.ok(), Some(Ok(13)));
    let said = shared().1.said();
    assert_eq!(tokio::spawn(said).await.ok(), Some(Ok(3)));
    let aliased = shared().1.aliased("run ".into());
    assert_eq!(tokio::spawn(aliased).await.ok(), Some(Ok("run 3".to_owned())));
    let opaque = shared().1.opaque();
    assert_eq!(tokio::spawn(opaque).await.ok(), Some(Err(Error::Down(1))));
    assert_eq!(shared().1.forwarded().await, 0);
}

#[tokio::test]
async fn a_call_of_such_a_future_begins_when_it_is_admitted() {
    let (work, decorated) = shared();

    let write = decorated.write("plan".into());
    assert_eq!(work.runs(), 0);
    assert_eq!(write.await, Err(Error::Down(1)));

    assert_eq!(work.runs(), 1);
}

/// Arguments that are `Copy` by what the trait says of them.
#[retry_service(name = "copies", retry(backoff = none))]
trait Copies<K: Copy, V>
where
    V: Copy,
{
    type Id: Copy;

    #[idempotent]
    fn of_the_trait(&self, key: K, value: V) -> Result<(K, V), Error>;

    #[idempotent]
    fn of_the_method<T: Copy, U>(&self, one: T, other: U) -> Result<(T, U), Error>
    where
        U: Copy;

    #[idempotent]
    fn associated(&self, id: Self::Id, others: Option<[Self::Id; 2]>) -> Result<Self::Id, Error>;
}

impl Copies<u32, char> for Work {
    type Id = u8;

    fn of_the_trait(&self, key: u32, value: char) -> Result<(u32, char), Error> {
        self.run().map(|_| (key, value))
    }

    fn of_the_method<T: Copy, U>(&self, one: T, other: U) -> Result<(T, U), Error>
    where
        U: Copy,
    {
        self.run().map(|_| (one, other))
    }

    fn associated(&self, id: u8, others: Option<[u8; 2]>) -> Result<u8, Error> {
        self.run().map(|_| others.map_or(id, |[first, _]| first))
    }
}

#[test]
fn arguments_that_are_copy_by_a_bound_need_no_clone() {
    let new = || CopiesResilient::with_service(Work::hard(), eager("copies"));

    assert_eq!(new().of_the_trait(1, 'a'), Ok((1, 'a')));
    assert_eq!(new().of_the_method(1, 'a'), Ok((1, 'a')));
    assert_eq!(new().associated(1, Some([2, 3])), Ok(2));
}

/// Functions that make one.
#[retry_service(name = "constructed", retry(backoff = none))]
trait Constructed {
    fn empty() -> Self
    where
        Self: Sized;

    fn after(runs: u32) -> Result<Self, Error>
    where
        Self: Sized;

    async fn later(runs: u32) -> Option<Self>
    where
        Self: Sized;

    fn limited(self, failures: u32) -> Self
    where
        Self: Sized;

    #[idempotent]
    fn connect(&self) -> Result<Self, Error>
    where
        Self: Sized;

    #[idempotent]
    fn run_once(&self) -> Result<u32, Error>;
}

impl Constructed for Work {
    fn empty() -> Self {
        Self::default()
    }

    fn after(runs: u32) -> Result<Self, Error> {
        let work = Self::default();
        for _ in 0..runs {
            let _run = work.run()?;
        }
        Ok(work)
    }

    async fn later(runs: u32) -> Option<Self> {
        Self::after(runs).ok()
    }

    fn limited(self, failures: u32) -> Self {
        Self { failures, ..self }
    }

    fn connect(&self) -> Result<Self, Error> {
        self.run().map(|_| Self::default())
    }

    fn run_once(&self) -> Result<u32, Error> {
        self.run()
    }
}

#[tokio::test]
async fn what_makes_an_implementation_makes_a_decorator() {
    let registry = Registry::new();
    let retries = ServiceOptions::new().retry(immediate(3));
    assert!(registry.configure("constructed", retries).is_ok());

    let calls = async {
        assert_eq!(ConstructedResilient::<Work>::empty().run_once(), Ok(1));
        let after = ConstructedResilient::<Work>::after(2);
        assert_eq!(after.map(|made| made.run_once()), Ok(Ok(3)));
        let later = ConstructedResilient::<Work>::later(3).await;
        assert_eq!(later.map(|made| made.run_once()), Some(Ok(4)));
    };
    registry.enter(calls).await;
    assert_eq!(registry.service("constructed").statistics().calls, 3);
}

#[test]
fn a_decorator_that_a_decorator_makes_has_its_service() {
    let service = eager("constructed");
    let decorated = ConstructedResilient::with_service(Work::default(), service).limited(2);

    let connected = decorated.connect();

    assert_eq!(ConstructedResilient::inner(&decorated).runs(), 3);
    assert_eq!(connected.map(|made| made.run_once()), Ok(Ok(1)));
    assert_eq!(service.statistics().calls, 2);
}

/// A supertrait of somebody else: whoever wants it for the decorator implements it.
#[retry_service(name = "displayed", retry(backoff = none))]
trait Displayed: Display + Send {
    #[idempotent]
    fn get(&self) -> Result<u32, Error>;
}

impl Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "work")
    }
}

impl Displayed for Work {
    fn get(&self) -> Result<u32, Error> {
        self.run()
    }
}

impl<S: Display> Display for DisplayedResilient<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resilient {}", Self::inner(self))
    }
}

#[test]
fn a_foreign_supertrait_is_implemented_by_hand() {
    let decorated: Box<dyn Displayed> = Box::new(DisplayedResilient::with_service(Work::hard(), eager("displayed")));

    assert_eq!(send_ready(decorated.get()), Ok(3));
    assert_eq!(decorated.to_string(), "resilient work");
}

const fn send_ready<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn they_may_move_to_another_thread() {
    assert_eq!(send(shared().1.boxed(1)).await, Ok(4));
}

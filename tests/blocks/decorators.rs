//! A trait under the attribute: its decorator protects any implementation, and the implementations know nothing of it.

use crate::{Work, eager, send};
use resilience_core::{
    Classify, Interruption, Kind, Reason, Registry, ServiceLayer, apply, idempotent, plain, retry_service,
};
use resilience_tests::{Error, immediate, secs};
use std::{
    fmt::{Debug, Display},
    future::Future,
    pin::Pin,
    sync::Mutex,
};

/// Where plans are kept.
#[retry_service(name = "plan_store", retry(max_attempts = 3, backoff = none, jitter = none))]
pub(crate) trait PlanStore: Send + Sync {
    /// What it keeps.
    type Plan: Clone + Send;

    /// How many it keeps.
    const CAPACITY: usize = 7;

    /// Reads a plan.
    #[idempotent]
    fn get(&self, id: u32) -> impl Future<Output = Result<Self::Plan, Error>> + Send;

    /// Reads without waiting.
    #[idempotent(operation = "get_blocking_now")]
    fn get_blocking(&self, id: &str) -> Result<Self::Plan, Error>;

    /// Writes a plan.
    #[apply]
    fn put(&mut self, plan: Self::Plan) -> impl Future<Output = Result<(), Error>> + Send;

    /// Nothing is known.
    #[plain]
    fn count(&self) -> Result<u32, Error>;

    /// Sets a tag, of which every attempt gets a copy.
    #[idempotent(clone(tag))]
    fn tag(&self, tag: String) -> impl Future<Output = Result<String, Error>> + Send;

    /// Not marked.
    fn label(&self) -> String;

    /// A default body, which implementations may replace.
    #[idempotent]
    fn first(&self) -> impl Future<Output = Result<Self::Plan, Error>> + Send {
        async move { self.get(1).await }
    }

    /// No receiver.
    #[must_use]
    fn kind() -> &'static str {
        "default"
    }
}

/// What somebody else has written.
#[derive(Clone, Debug, Default)]
struct Memory {
    work: Work,
    written: u32,
}

impl PlanStore for Memory {
    type Plan = u32;

    const CAPACITY: usize = 9;

    async fn get(&self, id: u32) -> Result<u32, Error> {
        Ok(self.work.wait().await? + id)
    }

    fn get_blocking(&self, id: &str) -> Result<u32, Error> {
        Ok(self.work.run()? + u32::try_from(id.len()).unwrap_or_default())
    }

    async fn put(&mut self, plan: u32) -> Result<(), Error> {
        let _run = self.work.wait().await?;
        self.written = plan;
        Ok(())
    }

    fn count(&self) -> Result<u32, Error> {
        self.work.run()
    }

    async fn tag(&self, tag: String) -> Result<String, Error> {
        let run = self.work.wait().await?;
        Ok(format!("{tag} {run}"))
    }

    fn label(&self) -> String {
        "memory".into()
    }

    fn kind() -> &'static str {
        "memory"
    }
}

fn hard() -> Memory {
    Memory {
        work: Work::hard(),
        written: 0,
    }
}

fn protected() -> PlanStoreResilient<Memory> {
    PlanStoreResilient::new(hard())
}

#[tokio::test]
async fn any_implementation_is_protected() {
    let registry = Registry::new();

    let calls = async {
        assert_eq!(send(protected().get(10)).await, Ok(13));
        assert_eq!(protected().get_blocking("four"), Ok(7));
        assert_eq!(send(protected().put(1)).await, Err(Error::Down(1)));
        assert_eq!(protected().count(), Err(Error::Down(1)));
        assert_eq!(send(protected().tag("tag".into())).await, Ok("tag 3".to_owned()));
        assert_eq!(send(protected().first()).await, Ok(4));
    };
    registry.enter(calls).await;

    let kinds: Vec<_> = registry
        .service("plan_store")
        .operations()
        .iter()
        .map(|report| (report.name, report.kind, report.statistics.calls))
        .collect();
    assert_eq!(
        kinds,
        [
            ("count", Kind::Plain, 1),
            ("first", Kind::Idempotent, 1),
            ("get", Kind::Idempotent, 1),
            ("get_blocking_now", Kind::Idempotent, 1),
            ("put", Kind::Apply, 1),
            ("tag", Kind::Idempotent, 1),
        ]
    );
}

#[tokio::test]
async fn an_implementation_alone_is_not() {
    assert_eq!(hard().get(10).await, Err(Error::Down(1)));
    assert_eq!(hard().first().await, Err(Error::Down(1)));
}

#[test]
fn what_is_not_marked_is_forwarded_as_it_is() {
    let registry = Registry::new();

    let label = registry.enter_blocking(|| protected().label());

    assert_eq!(label, "memory");
    assert_eq!(<PlanStoreResilient<Memory> as PlanStore>::kind(), "memory");
    assert_eq!(<PlanStoreResilient<Memory> as PlanStore>::CAPACITY, 9);
    assert!(registry.find("plan_store").is_none());
}

#[tokio::test]
async fn the_service_can_be_handed_in() {
    let service = eager("other_store");
    let store = PlanStoreResilient::with_service(hard(), service);
    assert_eq!(store.get(10).await, Ok(13));
    assert_eq!(service.statistics().calls, 1);

    let registry = Registry::new();
    let store = PlanStoreResilient::in_registry(hard(), registry);
    assert_eq!(store.get(10).await, Ok(13));
    assert_eq!(registry.service("plan_store").statistics().retries, 2);
}

#[tokio::test]
async fn what_is_inside_can_be_seen_and_taken_back() {
    let registry = Registry::new();
    let mut store = PlanStoreResilient::in_registry(Memory::default(), registry);

    assert_eq!(store.put(7).await, Ok(()));

    assert_eq!(PlanStoreResilient::inner(&store).written, 7);
    assert!(format!("{:?}", store.clone()).starts_with("PlanStoreResilient"));
    assert_eq!(PlanStoreResilient::into_inner(store).written, 7);
}

#[tokio::test]
async fn a_decorated_apply_is_repeated_by_nobody_around_it() {
    // R166
    #[retry_service(name = "runner_service", idempotent, registry = registry)]
    async fn run(
        registry: &'static Registry,
        store: &tokio::sync::Mutex<PlanStoreResilient<Memory>>,
    ) -> Result<(), Error> {
        store.lock().await.put(1).await
    }

    let registry = Registry::new();
    let layer = ServiceLayer::new().retry(immediate(9).max_depth(9));
    assert!(registry.configure_defaults(layer).is_ok());
    let store = tokio::sync::Mutex::new(PlanStoreResilient::in_registry(hard(), registry));

    let result = run(registry, &store).await;

    assert_eq!(result, Err(Error::Down(1)));
    assert_eq!(PlanStoreResilient::inner(&*store.lock().await).work.runs(), 1);
}

#[tokio::test]
async fn decorators_may_be_spawned_and_used_through_a_bound() {
    async fn read(store: impl PlanStore<Plan = u32>) -> Result<u32, Error> {
        store.get(0).await
    }
    let service = eager("plan_store");

    let task = tokio::spawn(read(PlanStoreResilient::with_service(hard(), service)));

    assert_eq!(task.await.unwrap_or(Err(Error::Missing)), Ok(3));
}

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

/// A mock says how often it was really called.
#[tokio::test(start_paused = true)]
async fn a_mock_is_called_as_often_as_the_policy_says() {
    #[retry_service(name = "clock_service", retry(max_attempts = 4, base_delay = "1s", jitter = none), attempt_timeout = "10s")]
    trait Clock {
        #[idempotent]
        async fn now(&self, zone: &str) -> Result<u64, Error>;
    }
    #[derive(Default)]
    struct Mock(Mutex<Vec<String>>);
    impl Clock for Mock {
        async fn now(&self, zone: &str) -> Result<u64, Error> {
            let call = {
                let mut calls = self.0.lock().map_err(|_| Error::Missing)?;
                calls.push(zone.to_owned());
                calls.len()
            };
            if call == 2 {
                tokio::time::sleep(secs(100)).await;
            }
            if call < 3 { Err(Error::Down(1)) } else { Ok(7) }
        }
    }
    let clock = ClockResilient::in_registry(Mock::default(), Registry::new());

    assert_eq!(clock.now("utc").await, Ok(7));

    let calls = ClockResilient::into_inner(clock).0.into_inner();
    assert_eq!(calls.unwrap_or_default(), ["utc", "utc", "utc"]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_timeout_reaches_the_implementation_inside() {
    #[retry_service(name = "slow_service", attempt_timeout = "1s")]
    trait Slow {
        #[plain]
        async fn forever(&self) -> Result<(), Error>;
    }
    impl Slow for () {
        async fn forever(&self) -> Result<(), Error> {
            std::future::pending().await
        }
    }

    let result = SlowResilient::in_registry((), Registry::new()).forever().await;

    assert!(result.is_err_and(|error| error.reason() == Some(Reason::AttemptTimeout)));
}

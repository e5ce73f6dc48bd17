//! A trait under the attribute: its decorator protects any implementation, and the implementations know nothing of it.

use crate::{Work, eager, send};
use resilience_core::{Kind, Reason, Registry, ServiceOptions, apply, idempotent, plain, retry_service};
use resilience_tests::{Error, immediate, secs};
use std::{future::Future, sync::Mutex};

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
    let layer = ServiceOptions::new().retry(immediate(9).max_depth(9));
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

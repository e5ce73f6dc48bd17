//! Inherent `impl` blocks.

use crate::{Work, eager, send};
use resilience_core::{
    Kind, Registry, Service, ServiceOptions, apply, apply as commit_point, idempotent, idempotent as repeatable, plain,
    retry_service,
};
use resilience_tests::{Error, secs};
use std::{fmt::Display, future::Future, marker::PhantomData, sync::Arc};

struct Plans {
    work: Work,
}

/// Everything that a block can hold.
#[retry_service(
    name = "plan_service",
    retry(max_attempts = 3, backoff = none, jitter = none)
)]
impl Plans {
    /// A constant is none of our business.
    const OFFSET: u32 = 10;

    const fn new(work: Work) -> Self {
        Self { work }
    }

    #[idempotent]
    async fn fetch(&self, id: u32) -> Result<u32, Error> {
        Ok(self.work.wait().await? + id + Self::OFFSET)
    }

    /// Documentation, other attributes and visibility stay.
    #[inline]
    #[idempotent]
    #[must_use = "it says what was found"]
    pub(crate) fn fetch_blocking(&self) -> Result<u32, Error> {
        self.work.run()
    }

    #[plain]
    async fn count(&self, name: String) -> Result<String, Error> {
        let _run = self.work.wait().await?;
        Ok(name)
    }

    #[apply]
    async fn write(&self, mut plan: Vec<u32>) -> Result<Vec<u32>, Error> {
        plan.push(self.work.wait().await?);
        Ok(plan)
    }

    #[apply(operation = "commit_now")]
    fn commit(&self) -> Result<u32, Error> {
        self.work.run()
    }

    /// One option of the block is replaced, the others stay.
    #[idempotent(retry(max_attempts = 2), operation = "fetch_twice")]
    async fn twice(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[idempotent(clone(tags))]
    async fn tagged(&self, mut tags: Vec<u32>) -> Result<Vec<u32>, Error> {
        tags.push(self.work.wait().await?);
        Ok(tags)
    }

    #[idempotent]
    fn future(&self) -> impl Future<Output = Result<u32, Error>> + Send {
        async move { self.work.wait().await }
    }

    #[idempotent]
    async fn associated(work: &Work) -> Result<u32, Error> {
        work.wait().await
    }

    #[repeatable]
    #[cfg_attr(all(), allow(clippy::unused_self))]
    async fn under_another_name(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[cfg_attr(all(), idempotent)]
    #[cfg_attr(any(), apply)]
    async fn by_condition(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[cfg_attr(any(), idempotent)]
    async fn marked_elsewhere(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[tracing::instrument(skip_all)]
    #[commit_point]
    async fn observed(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    /// Not marked, so left alone: it is not retried, and calls as it likes.
    async fn helper(&self) -> Result<u32, Error> {
        let _plan = self.write(Vec::new()).await?;
        self.work.wait().await
    }

    /// A method with an attribute of its own is another service's.
    #[retry_service(name = "tool_service", idempotent, retry(max_attempts = 4, backoff = none))]
    async fn of_another_service(&self) -> Result<u32, Error> {
        self.work.wait().await
    }
}

fn hard() -> Plans {
    Plans::new(Work::hard())
}

/// The operations of a service, with their kinds and calls.
fn operations(service: &Service) -> Vec<(&'static str, Kind, u64)> {
    let reports = service.operations();
    reports
        .iter()
        .map(|report| (report.name, report.kind, report.statistics.calls))
        .collect()
}

#[tokio::test]
async fn an_idempotent_method_is_retried() {
    let registry = Registry::new();

    let calls = async {
        assert_eq!(send(hard().fetch(100)).await, Ok(113));
        assert_eq!(hard().fetch_blocking(), Ok(3));
        assert_eq!(send(hard().tagged(vec![7])).await, Ok(vec![7, 3]));
        assert_eq!(send(hard().future()).await, Ok(3));
        assert_eq!(Plans::associated(&Work::hard()).await, Ok(3));
        assert_eq!(hard().under_another_name().await, Ok(3));
        assert_eq!(hard().by_condition().await, Ok(3));
    };

    registry.enter(calls).await;
}

#[tokio::test]
async fn a_plain_method_and_an_apply_get_one_attempt() {
    // R169
    let registry = Registry::new();

    let calls = async {
        assert_eq!(hard().count("plan".into()).await, Err(Error::Down(1)));
        assert_eq!(hard().write(Vec::new()).await, Err(Error::Down(1)));
        assert_eq!(hard().commit(), Err(Error::Down(1)));
        assert_eq!(hard().observed().await, Err(Error::Down(1)));
    };

    registry.enter(calls).await;
    assert_eq!(
        operations(registry.service("plan_service")),
        [
            ("commit_now", Kind::Apply, 1),
            ("count", Kind::Plain, 1),
            ("observed", Kind::Apply, 1),
            ("write", Kind::Apply, 1)
        ]
    );
}

#[tokio::test]
async fn an_unmarked_method_is_no_operation() {
    let registry = Registry::new();

    let calls = async {
        assert_eq!(hard().marked_elsewhere().await, Err(Error::Down(1)));
        let plans = hard();
        assert_eq!(plans.helper().await, Err(Error::Down(1)));
        assert_eq!(plans.work.runs(), 1);
    };

    registry.enter(calls).await;
    assert_eq!(
        operations(registry.service("plan_service")),
        [("write", Kind::Apply, 1)]
    );
}

#[tokio::test]
async fn what_a_method_says_goes_over_what_the_block_says() {
    let registry = Registry::new();

    let result = registry.enter(async { hard().twice().await }).await;

    assert_eq!(result, Err(Error::Down(2)));
    assert_eq!(
        operations(registry.service("plan_service")),
        [("fetch_twice", Kind::Idempotent, 1)]
    );
}

#[tokio::test]
async fn a_method_with_an_attribute_of_its_own_keeps_it() {
    let registry = Registry::new();

    let result = registry.enter(async { hard().of_another_service().await }).await;

    assert_eq!(result, Ok(3));
    assert!(registry.find("plan_service").is_none());
    assert_eq!(
        operations(registry.service("tool_service")),
        [("of_another_service", Kind::Idempotent, 1)]
    );
}

#[tokio::test]
async fn an_apply_of_a_block_is_repeated_by_nobody_around_it() {
    // R166
    struct Runner {
        plans: Plans,
        work: Work,
    }
    #[retry_service(name = "runner_service", retry(backoff = none, max_depth = 9))]
    impl Runner {
        #[idempotent]
        async fn run(&self) -> Result<u32, Error> {
            let _written = self.plans.write(Vec::new()).await?;
            self.work.wait().await
        }
    }
    let runner = Runner {
        plans: Plans::new(Work::default()),
        work: Work::hard(),
    };
    let registry = Registry::new();
    let layer = ServiceOptions::new().retry(resilience_tests::immediate(9));
    assert!(registry.configure("plan_service", layer).is_ok());

    let result = registry.enter(async { runner.run().await }).await;

    assert_eq!(result, Err(Error::Down(1)));
    assert_eq!((runner.plans.work.runs(), runner.work.runs()), (1, 1));
}

/// A second block of the same type, generic, with a service at hand.
struct Store<'a, T, const N: usize> {
    service: &'static Service,
    work: &'a Work,
    of: PhantomData<T>,
}

#[retry_service(service = self.service, attempt_timeout = "10s")]
impl<'a, T, const N: usize> Store<'a, T, N>
where
    T: Display + Clone + Send + Sync,
{
    #[idempotent]
    async fn first(&self, of: &T) -> Result<(String, &'a Work), Error> {
        let run = self.work.wait().await?;
        Ok((format!("{of} {run} {N}"), self.work))
    }

    /// The timeout of the block is for those that can have one.
    #[idempotent]
    fn blocking(&self) -> Result<u32, Error> {
        self.work.run()
    }
}

#[retry_service(service = self.service)]
impl<T, const N: usize> Store<'_, T, N> {
    #[idempotent]
    async fn second<const M: usize>(self: Arc<Self>) -> Result<[u32; M], Error>
    where
        T: Send + Sync,
    {
        Ok([self.work.wait().await?; M])
    }

    #[plain(attempt_timeout = "1s")]
    async fn hangs(&mut self) -> Result<(), Error> {
        self.of = PhantomData;
        tokio::time::sleep(secs(100)).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn generics_of_a_block_stay_what_they_are() {
    let work = [Work::hard(), Work::hard(), Work::hard()];
    let store = |work| Store::<'_, u8, 5> {
        service: eager("store"),
        work,
        of: PhantomData,
    };

    let (text, found) = send(store(&work[0]).first(&7)).await.unwrap_or_else(|_| unreachable!());
    assert_eq!((text.as_str(), found.runs()), ("7 3 5", 3));
    assert_eq!(store(&work[1]).blocking(), Ok(3));
    assert_eq!(send(Arc::new(store(&work[2])).second::<2>()).await, Ok([3, 3]));
    let cut = store(&work[2]).hangs().await;
    assert!(cut.is_err_and(|error| error.reason() == Some(resilience_core::Reason::AttemptTimeout)));
}

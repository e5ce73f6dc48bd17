//! `fallback = ..` of the methods of a block and of a trait: the same as on a method alone.

use crate::{Work, eager, send};
use async_trait::async_trait;
use resilience_core::{Classify, LastFailure, Reason, Registry, apply, idempotent, plain, retry_service};
use std::future::Future;

/// An error without room for an interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Classify)]
#[transient]
struct Down(u32);

type Answer = Result<u32, Down>;

impl From<resilience_tests::Error> for Down {
    fn from(error: resilience_tests::Error) -> Self {
        match error {
            resilience_tests::Error::Down(run) => Self(run),
            _ => Self(0),
        }
    }
}

/// What failed, and 100; an interruption is 999.
fn seen(failure: &LastFailure<Answer>) -> u32 {
    failure.error().map_or(999, |error| error.0 + 100)
}

#[allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "what a fallback is given and gives"
)]
fn general(failure: LastFailure<Answer>) -> Answer {
    Ok(seen(&failure))
}

#[derive(Debug, Default, Clone)]
struct Plans {
    work: Work,
    cached: u32,
}

fn down() -> Plans {
    Plans {
        work: Work {
            failures: u32::MAX,
            ..Work::default()
        },
        cached: 7,
    }
}

#[retry_service(name = "block_with_fallbacks", retry(max_attempts = 3, backoff = none, jitter = none), breaker(failure_threshold = 5, failure_span = "0s"), fallback = general)]
impl Plans {
    /// That of the block.
    #[plain]
    fn general(&self) -> Answer {
        Ok(self.work.run()?)
    }

    /// Over that of the block, and with names of its own.
    #[idempotent(fallback = |failure| Ok(self.cached + more + seen(&failure)))]
    fn own(&self, more: u32) -> Answer {
        Ok(self.work.run()?)
    }

    #[idempotent(clone(more), fallback = async |failure| {
        tokio::task::yield_now().await;
        Ok(self.cached + u32::try_from(more.len()).unwrap_or_default() + seen(&failure))
    })]
    async fn awaited(&self, more: String) -> Answer {
        drop(more);
        Ok(self.work.wait().await?)
    }

    #[apply(fallback = |failure| Ok(self.cached + seen(&failure)))]
    async fn applied(&self) -> Answer {
        Ok(self.work.wait().await?)
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_of_a_block_falls_back_on_its_own_or_on_that_of_the_block() {
    let registry = Registry::new();
    let plans = down();

    let answers = registry
        .enter(send(async {
            [
                plans.general(),
                plans.awaited("four".to_owned()).await,
                plans.applied().await,
                plans.own(50),
            ]
        }))
        .await;

    // The circuit opens with the fifth failure: the last one never ran.
    assert_eq!(answers, [Ok(101), Ok(7 + 4 + 104), Ok(7 + 105), Ok(7 + 50 + 999)]);
    assert_eq!(plans.work.runs(), 5);
    let statistics = registry.service("block_with_fallbacks").statistics();
    assert_eq!(statistics.fallbacks, 4);
}

/// Where plans are kept; its errors have no room for an interruption.
#[retry_service(name = "store_with_fallbacks", fallback = general)]
trait Store: Sync {
    /// What answers when nothing else does.
    fn cached(&self) -> u32;

    #[plain]
    fn general(&self) -> Answer;

    #[idempotent(fallback = |failure| Ok(self.cached() + more + seen(&failure)))]
    fn own(&self, more: u32) -> Answer;

    #[idempotent(fallback = async |failure| Ok(self.cached() + seen(&failure)))]
    async fn awaited(&self) -> Answer;

    #[apply(fallback = |failure| Ok(seen(&failure)))]
    fn applied(&self) -> impl Future<Output = Answer> + Send;
}

impl Store for Plans {
    fn cached(&self) -> u32 {
        self.cached
    }

    fn general(&self) -> Answer {
        Ok(self.work.run()?)
    }

    fn own(&self, _more: u32) -> Answer {
        Ok(self.work.run()?)
    }

    async fn awaited(&self) -> Answer {
        Ok(self.work.wait().await?)
    }

    async fn applied(&self) -> Answer {
        Ok(self.work.wait().await?)
    }
}

#[tokio::test(start_paused = true)]
async fn a_decorator_falls_back_as_its_trait_says() {
    let service = eager("store_with_fallbacks");
    let store = StoreResilient::with_service(down(), service);

    let answers = [
        Store::general(&store),
        Store::awaited(&store).await,
        send(Store::applied(&store)).await,
        Store::own(&store, 50),
    ];

    assert_eq!(answers, [Ok(101), Ok(7 + 104), Ok(105), Ok(7 + 50 + 108)]);
    assert_eq!(service.statistics().fallbacks, 4);
    let untouched = StoreResilient::into_inner(store);
    assert_eq!(Store::general(&untouched), Err(Down(9)));
}

/// Its methods return boxed futures in the end.
#[retry_service(name = "boxed_with_fallbacks")]
#[async_trait]
trait Boxed: Sync {
    fn cached(&self) -> u32;

    #[idempotent(fallback = async |failure| Ok(self.cached() + seen(&failure)))]
    async fn awaited(&self) -> Answer;

    #[plain(fallback = |failure| Ok(self.cached() + seen(&failure)))]
    async fn once(&self) -> Answer;
}

#[async_trait]
impl Boxed for Plans {
    fn cached(&self) -> u32 {
        self.cached
    }

    async fn awaited(&self) -> Answer {
        Ok(self.work.wait().await?)
    }

    async fn once(&self) -> Answer {
        Ok(self.work.wait().await?)
    }
}

/// An implementation under the attribute, and `#[async_trait]` below it.
#[derive(Debug)]
struct Direct(Plans);

#[retry_service(name = "boxed_with_fallbacks", retry(max_attempts = 2, backoff = none, jitter = none))]
#[async_trait]
impl Boxed for Direct {
    fn cached(&self) -> u32 {
        self.0.cached
    }

    #[idempotent(fallback = async |failure| Ok(self.cached() + seen(&failure)))]
    async fn awaited(&self) -> Answer {
        Ok(self.0.work.wait().await?)
    }

    #[plain(fallback = |failure| match failure.interruption().map(|it| it.reason()) {
        Some(Reason::CircuitOpen) => Ok(self.cached()),
        _ => Err(Down(seen(&failure))),
    })]
    async fn once(&self) -> Answer {
        Ok(self.0.work.wait().await?)
    }
}

#[tokio::test(start_paused = true)]
async fn boxed_futures_fall_back_too() {
    let store = BoxedResilient::with_service(down(), eager("boxed_with_fallbacks"));
    let direct = Direct(down());
    let registry = Registry::new();

    let decorated = [send(store.awaited()).await, send(store.once()).await];
    let own = registry
        .enter(async { [send(direct.awaited()).await, send(direct.once()).await] })
        .await;

    assert_eq!(decorated, [Ok(7 + 103), Ok(7 + 104)]);
    assert_eq!(own, [Ok(7 + 102), Err(Down(103))]);
}

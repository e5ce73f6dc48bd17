//! Attributes of others between a mark and the block: what they write goes round the operation, as it does on a method with an
//! attribute of its own.

use crate::{Work, eager, send};
use async_trait::async_trait;
use resilience_core::{Kind, Service, apply, idempotent, plain, retry_service};
use resilience_tests::Error;
use resilience_tests_siblings as siblings;
use tracing::instrument;

struct Client {
    work: Work,
    service: &'static Service,
}

impl Client {
    fn hard() -> Self {
        Self {
            work: Work::hard(),
            service: eager("rewritten"),
        }
    }
}

#[retry_service(service = self.service)]
impl Client {
    // `instrument` moves `self` into a block of its own.
    #[idempotent]
    #[instrument(skip(self))]
    async fn exclusive(&mut self, by: u32) -> Result<u32, Error> {
        Ok(self.work.wait().await? + by)
    }

    #[idempotent(clone(tag))]
    #[instrument(skip(self))]
    async fn by_value(&self, tag: String) -> Result<String, Error> {
        let run = self.work.wait().await?;
        Ok(tag + &run.to_string())
    }

    #[instrument(skip(self))]
    #[idempotent]
    async fn above(&self, by: u32) -> Result<u32, Error> {
        Ok(self.work.wait().await? + by)
    }

    #[idempotent]
    #[instrument(skip_all)]
    fn blocking(&mut self) -> Result<u32, Error> {
        self.work.run()
    }

    #[plain(fallback = |_| Ok(tag.len()))]
    #[instrument(skip(self))]
    async fn with_fallback(&self, tag: String) -> Result<usize, Error> {
        let _run = self.work.wait().await?;
        Ok(tag.len())
    }

    #[apply]
    #[instrument(skip(self))]
    async fn write(&mut self, tag: String) -> Result<String, Error> {
        let _run = self.work.wait().await?;
        Ok(tag)
    }

    // An attribute of its own below: the block's service is not this one.
    #[apply]
    #[instrument(skip(self))]
    #[retry_service(service = eager("its_own"))]
    async fn of_another_service(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[idempotent]
    #[siblings::harmless]
    #[inline]
    fn harmless(&self) -> Result<u32, Error> {
        self.work.run()
    }
}

#[tokio::test]
async fn rewritten_methods_are_operations_of_the_block() {
    let mut client = Client::hard();

    assert_eq!(send(client.exclusive(10)).await, Ok(13));
    assert_eq!(Client::hard().by_value("run ".into()).await, Ok("run 3".to_owned()));
    assert_eq!(Client::hard().above(10).await, Ok(13));
    assert_eq!(Client::hard().blocking(), Ok(3));
    assert_eq!(Client::hard().with_fallback("four".into()).await, Ok(4));
    assert_eq!(Client::hard().write("tag".into()).await, Err(Error::Down(1)));
    assert_eq!(Client::hard().of_another_service().await, Err(Error::Down(1)));
    assert_eq!(Client::hard().harmless(), Ok(3));

    let reports = client.service.operations();
    let kinds: Vec<_> = reports.iter().map(|report| (report.name, report.kind)).collect();
    assert_eq!(kinds, [("exclusive", Kind::Idempotent)]);
}

#[tokio::test]
async fn an_apply_that_is_rewritten_is_an_apply_of_its_service() {
    let mut client = Client::hard();

    let _ = client.write("tag".into()).await;
    let _ = client.of_another_service().await;

    let reports = client.service.operations();
    let calls: Vec<_> = reports
        .iter()
        .map(|report| (report.name, report.kind, report.statistics.calls))
        .collect();
    assert_eq!(calls, [("write", Kind::Apply, 1)]);
}

#[async_trait]
trait Source {
    async fn get(&mut self, by: u32) -> Result<u32, Error>;
}

#[retry_service(service = self.service)]
#[async_trait]
impl Source for Client {
    #[idempotent]
    #[instrument(skip(self))]
    async fn get(&mut self, by: u32) -> Result<u32, Error> {
        Ok(self.work.wait().await? + by)
    }
}

#[tokio::test]
async fn a_method_of_async_trait_is_rewritten_like_any_other() {
    assert_eq!(send(Source::get(&mut Client::hard(), 10)).await, Ok(13));
}

mod spans {
    use super::{Error, idempotent, instrument, retry_service};
    use crate::{Work, eager};
    use resilience_core::Service;
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };
    use tracing::{Event, Metadata, Subscriber, span, subscriber::with_default};

    /// Counts spans.
    struct Spans(Arc<AtomicU32>);

    impl Subscriber for Spans {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.is_span()
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(u64::from(self.0.fetch_add(1, Ordering::Relaxed)) + 1)
        }

        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    struct Client(Work, &'static Service);

    #[retry_service(service = self.1)]
    impl Client {
        #[idempotent]
        #[instrument(skip(self))]
        fn below(&self) -> Result<u32, Error> {
            self.0.run()
        }

        #[instrument(skip(self))]
        #[idempotent]
        fn above(&self) -> Result<u32, Error> {
            self.0.run()
        }
    }

    #[retry_service(service = service, idempotent)]
    #[instrument(skip_all)]
    fn below(work: &Work, service: &'static Service) -> Result<u32, Error> {
        work.run()
    }

    #[instrument(skip_all)]
    #[retry_service(service = service, idempotent)]
    fn above(work: &Work, service: &'static Service) -> Result<u32, Error> {
        work.run()
    }

    fn spans_of(call: impl FnOnce() -> Result<u32, Error>) -> u32 {
        let spans = Arc::new(AtomicU32::new(0));
        let result = with_default(Spans(Arc::clone(&spans)), call);
        assert_eq!(result, Ok(3));
        spans.load(Ordering::Relaxed)
    }

    #[test]
    fn in_a_block_there_are_as_many_spans_as_on_a_method_alone() {
        let client = || Client(Work::hard(), eager("spans"));

        assert_eq!(spans_of(|| below(&Work::hard(), eager("spans"))), 1);
        assert_eq!(spans_of(|| client().below()), 1);
        assert_eq!(spans_of(|| above(&Work::hard(), eager("spans"))), 3);
        assert_eq!(spans_of(|| client().above()), 3);
    }
}

//! What is counted, to the last one.

use futures::FutureExt;
use resilience_core::{
    Backoff, BreakerMode, BreakerPolicy, BudgetPolicy, Jitter, Kind, Registry, RetryPolicy, ServiceOptions, Statistics,
    retry_service,
};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, secs};
use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

fn layer() -> ServiceOptions {
    ServiceOptions::new()
        .retry(immediate(3))
        .breaker(BreakerPolicy::builder().enabled(false))
}

fn identities_hold(statistics: Statistics) {
    let Statistics {
        calls,
        succeeded,
        failed,
        rejected,
        cancelled,
        panicked,
        attempts,
        retries,
        ..
    } = statistics;
    assert_eq!(
        calls,
        succeeded + failed + rejected + cancelled + panicked,
        "{statistics:?}"
    );
    assert!(attempts >= retries, "{statistics:?}");
}

/// Only the numbers that are not zero.
fn counts(statistics: Statistics) -> Vec<(&'static str, u64)> {
    identities_hold(statistics);
    [
        ("calls", statistics.calls),
        ("attempts", statistics.attempts),
        ("retries", statistics.retries),
        ("succeeded", statistics.succeeded),
        ("failed", statistics.failed),
        ("rejected", statistics.rejected),
        ("cancelled", statistics.cancelled),
        ("panicked", statistics.panicked),
        ("attempt_timeouts", statistics.attempt_timeouts),
        ("suppressed", statistics.suppressed),
        ("exhausted", statistics.exhausted),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .collect()
}

#[tokio::test(start_paused = true)]
async fn each_way_to_end_is_counted_for_what_it_is() {
    let (plans, expect) = (|| Plans::new(Registry::new(), "plan_service", layer()), counts);

    let p = plans();
    p.fetch(fine).await.unwrap();
    assert_eq!(
        expect(p.service.statistics()),
        [("calls", 1), ("attempts", 1), ("succeeded", 1)]
    );

    let p = plans();
    p.fetch(async |run| if run < 3 { Err(Error::Down(run)) } else { Ok(run) })
        .await
        .unwrap();
    assert_eq!(
        expect(p.service.statistics()),
        [("calls", 1), ("attempts", 3), ("retries", 2), ("succeeded", 1)]
    );

    let p = plans();
    let _ = p.fetch(down).await;
    assert_eq!(
        expect(p.service.statistics()),
        [
            ("calls", 1),
            ("attempts", 3),
            ("retries", 2),
            ("failed", 1),
            ("exhausted", 1)
        ]
    );

    let p = plans();
    let _ = p.fetch(|_| async { Err(Error::Missing) }).await;
    assert_eq!(
        expect(p.service.statistics()),
        [("calls", 1), ("attempts", 1), ("failed", 1)]
    );

    let p = plans();
    let _ = (p.count(down).await, p.write(down).await);
    assert_eq!(
        expect(p.service.statistics()),
        [("calls", 2), ("attempts", 2), ("failed", 2)]
    );

    let p = plans();
    assert!(p.fetch(|_| pending()).now_or_never().is_none());
    assert_eq!(
        expect(p.service.statistics()),
        [("calls", 1), ("attempts", 1), ("cancelled", 1)]
    );
}

#[tokio::test(start_paused = true)]
async fn each_way_to_be_kept_from_ending_well_is_counted_for_what_it_is() {
    let (plans, expect) = (|| Plans::new(Registry::new(), "plan_service", layer()), counts);

    let p = plans();
    assert!(
        AssertUnwindSafe(p.fetch(async |_| panic!("a bug")))
            .catch_unwind()
            .await
            .is_err()
    );
    assert_eq!(
        expect(p.service.statistics()),
        [("calls", 1), ("attempts", 1), ("panicked", 1)]
    );

    let p = plans();
    p.service
        .registry()
        .configure("plan_service", layer().attempt_timeout(secs(1)))
        .unwrap();
    let _ = p.fetch(|_| pending()).await;
    assert_eq!(
        expect(p.service.statistics()),
        [
            ("calls", 1),
            ("attempts", 3),
            ("retries", 2),
            ("failed", 1),
            ("attempt_timeouts", 3),
            ("exhausted", 1)
        ]
    );

    let p = plans();
    let empty = BudgetPolicy::builder().capacity(1).min_per_second(0.0).deposit(0.0);
    p.service
        .registry()
        .configure("plan_service", layer().budget(empty))
        .unwrap();
    let _ = p.fetch(down).await;
    assert_eq!(
        expect(p.service.statistics()),
        [
            ("calls", 1),
            ("attempts", 2),
            ("retries", 1),
            ("failed", 1),
            ("suppressed", 1)
        ]
    );

    let p = plans();
    let strict = exact().enabled(true).failure_threshold(1);
    p.service
        .registry()
        .configure("plan_service", layer().breaker(strict))
        .unwrap();
    let _ = (p.count(down).await, p.fetch(fine).await, p.fetch_blocking(Ok));
    assert_eq!(
        expect(p.service.statistics()),
        [("calls", 3), ("attempts", 1), ("failed", 1), ("rejected", 2)]
    );
}

#[test]
fn a_sync_call_is_counted_like_an_async_one() {
    let plans = World::new().plans("plan_service", layer());

    let _ = plans.fetch_blocking(Ok);
    let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
    let _ = plans.count_blocking(|_| Err(Error::Missing));
    let _ = catch_unwind(AssertUnwindSafe(|| plans.write_blocking(|_| panic!("a bug"))));

    assert_eq!(
        counts(plans.service.statistics()),
        [
            ("calls", 4),
            ("attempts", 6),
            ("retries", 2),
            ("succeeded", 1),
            ("failed", 2),
            ("panicked", 1),
            ("exhausted", 1)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_counts_when_it_ends() {
    let plans = World::new().plans("plan_service", layer());

    let result = plans.fetch(async |run| {
        assert_eq!(counts(plans.service.statistics()).is_empty(), run == 1);
        assert_eq!(plans.service.statistics().attempts, u64::from(run) - 1);
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!(plans.service.statistics().calls, 1);
}

#[tokio::test(start_paused = true)]
async fn operations_are_told_apart_and_add_up_to_their_service() {
    // R177, R210, R211
    let plans = World::new().plans("plan_service", layer());
    let _ = (
        plans.fetch(fine).await,
        plans.fetch(fine).await,
        plans.count(down).await,
        plans.write_blocking(Ok),
    );

    let reports = plans.service.operations();

    let seen: Vec<_> = reports
        .iter()
        .map(|report| (report.name, report.kind, report.statistics.calls))
        .collect();
    assert_eq!(
        seen,
        [
            ("count", Kind::Plain, 1),
            ("fetch", Kind::Idempotent, 2),
            ("write_blocking", Kind::Apply, 1)
        ]
    );
    let sum: Statistics = reports.iter().map(|report| report.statistics).sum();
    assert_eq!(sum, plans.service.statistics());
}

#[test]
fn totals_are_exact_over_any_number_of_threads() {
    // R219, R220
    #[retry_service(service = service, idempotent)]
    fn fetch(service: &'static resilience_core::Service, ok: bool) -> Result<u32, Error> {
        if ok { Ok(1) } else { Err(Error::Missing) }
    }
    let service = World::new().plans("plan_service", layer()).service;

    for _ in 0..2 {
        // More than have counters of their own.
        thread::scope(|threads| {
            for _ in 0..160 {
                threads.spawn(|| {
                    for round in 0..50 {
                        let _ = fetch(service, round % 2 == 0);
                    }
                });
            }
        });
    }

    assert_eq!(
        counts(service.statistics()),
        [
            ("calls", 16_000),
            ("attempts", 16_000),
            ("succeeded", 8_000),
            ("failed", 8_000)
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_call_that_moves_between_threads_counts_once() {
    #[retry_service(service = service, idempotent)]
    async fn fetch(service: &'static resilience_core::Service) -> Result<u32, Error> {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        Err(Error::Down(1))
    }
    let plenty = layer().budget(BudgetPolicy::builder().enabled(false));
    let service = World::new().plans("plan_service", plenty).service;

    let tasks: Vec<_> = (0..64).map(|_| tokio::spawn(fetch(service))).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Err(Error::Down(1)));
    }

    assert_eq!(
        counts(service.statistics()),
        [
            ("calls", 64),
            ("attempts", 192),
            ("retries", 128),
            ("failed", 64),
            ("exhausted", 64)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_failed_was_rejected_or_suppressed_is_counted_by_its_reason() {
    // R342, R346
    let plans = Plans::new(Registry::new(), "plan_service", layer());
    let registry = plans.service.registry();
    let delayed = RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(ms(250))
        .jitter(Jitter::None)
        .max_attempts(3);
    registry.configure("plan_service", layer().retry(delayed)).unwrap();

    plans
        .fetch(async |run| if run < 3 { Err(Error::Down(run)) } else { Ok(run) })
        .await
        .unwrap();
    let _ = plans.fetch(async |_| Err(Error::Missing)).await;
    let _ = plans.fetch(async |_| Err(Error::Cancelled)).await;
    let _ = plans.fetch(async |_| Err(Error::Busy(Some(secs(61))))).await;
    let _ = plans.fetch(down).await;
    let _ = plans.count(down).await;
    let _ = plans.fetch(async |_| Ok(plans.fetch(down).await.unwrap_or(0))).await;
    plans.service.set_mode(BreakerMode::ForcedOpen);
    registry
        .configure("plan_service", ServiceOptions::new().breaker(exact().enabled(true)))
        .unwrap();
    let _ = plans.fetch(fine).await;

    let statistics = plans.service.statistics();
    identities_hold(statistics);
    assert_eq!((statistics.succeeded, statistics.succeeded_after_retry), (2, 1));
    let failures = statistics.failures;
    assert_eq!(statistics.failed, failures.total());
    assert_eq!(
        (
            failures.transient,
            failures.throttled,
            failures.permanent,
            failures.ignored
        ),
        (3, 1, 1, 1)
    );
    assert_eq!(failures.total(), 6);
    let suppressions = statistics.suppressions;
    assert_eq!((suppressions.retry_after_too_long, suppressions.nested), (1, 1));
    assert_eq!((statistics.suppressed, suppressions.total()), (2, 2));
    assert_eq!((statistics.rejected, statistics.rejections.held_open), (1, 1));
    assert_eq!(statistics.rejections.total(), 1);
    // Two before the success, two before the exhaustion.
    assert_eq!(statistics.waited, ms(1_000));
}

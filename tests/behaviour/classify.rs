//! What kind of failure an error is: by the derive, and by the chain of errors that say nothing themselves.

use resilience_core::{
    BreakerPer, BreakerPolicy, BudgetPolicy, CircuitState, Classify, FailureKind, Interruption, Reason, Registry,
    RetryPolicy, ServiceOptions, Verdict, apply, classify, retry_service,
};
use resilience_tests::{World, exact, immediate, secs};
use std::{cell::Cell, error::Error, io, sync::Arc, time::Duration};

fn throttled(retry_after: impl Into<Option<Duration>>) -> FailureKind {
    FailureKind::Throttled {
        retry_after: retry_after.into(),
    }
}

fn reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

/// A rejection, as a caller gets it.
fn rejection() -> Interruption {
    let breaker = exact().failure_threshold(1);
    let plans = World::new().plans("rejecting", ServiceOptions::new().breaker(breaker));
    let _ = plans.count_blocking(|run| Err(resilience_tests::Error::Down(run)));
    let rejected = plans.count_blocking(Ok).unwrap_err();
    rejected.interruption().unwrap()
}

#[derive(Debug, Classify)]
enum PlanError {
    #[transient]
    Unavailable,
    #[throttled]
    Busy,
    #[throttled(after = wait)]
    BusyFor { _code: u16, wait: Duration },
    #[throttled(after = 1)]
    BusyMaybe(#[allow(dead_code)] u16, Option<Duration>),
    #[permanent]
    NotFound(#[allow(dead_code)] u64),
    #[ignored]
    Cancelled,
    #[pending]
    UnderWay,
    #[interruption]
    Interrupted(Interruption),
    #[classify(transparent)]
    Io(io::Error),
    Parsing {
        #[allow(dead_code)]
        line: u32,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

#[test]
fn each_variant_is_what_its_word_says() {
    // R033
    let table = [
        (PlanError::Unavailable, FailureKind::Transient),
        (PlanError::Busy, throttled(None)),
        (
            PlanError::BusyFor {
                _code: 429,
                wait: secs(2),
            },
            throttled(secs(2)),
        ),
        (PlanError::BusyMaybe(429, Some(secs(3))), throttled(secs(3))),
        (PlanError::BusyMaybe(429, None), throttled(None)),
        (PlanError::NotFound(7), FailureKind::Permanent),
        (PlanError::Cancelled, FailureKind::Ignored),
        (PlanError::UnderWay, FailureKind::Pending),
        (PlanError::from(rejection()), FailureKind::Ignored),
        (PlanError::Interrupted(rejection()), FailureKind::Ignored),
        (PlanError::Io(reset()), FailureKind::Transient),
        (PlanError::Io(missing()), FailureKind::Permanent),
        (
            PlanError::Parsing {
                line: 1,
                source: Box::new(reset()),
            },
            FailureKind::Transient,
        ),
    ];
    for (error, expected) in table {
        assert_eq!(error.classify(), expected, "{error:?}");
    }
}

/// The words of `thiserror` on the same type, and a word for all others.
#[derive(Debug, thiserror::Error, Classify)]
#[permanent]
enum WithThiserror {
    #[error("down")]
    #[transient]
    Down,
    #[error("unreadable")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Boxed(Box<dyn Error + Send + Sync>),
    #[error("broken")]
    Broken {
        #[source]
        cause: io::Error,
    },
    #[error(transparent)]
    #[interruption]
    Interrupted(#[from] Interruption),
    /// A word says more than a mark.
    #[error("number {0}")]
    #[ignored]
    Number(
        #[source]
        #[allow(dead_code)]
        std::num::ParseIntError,
    ),
    #[error("else")]
    Else(#[allow(dead_code)] u8),
}

#[test]
fn the_marks_of_thiserror_mean_what_they_mean_there() {
    let table = [
        (WithThiserror::Down, FailureKind::Transient),
        (reset().into(), FailureKind::Transient),
        (missing().into(), FailureKind::Permanent),
        (WithThiserror::Boxed(Box::new(reset())), FailureKind::Transient),
        (WithThiserror::Broken { cause: reset() }, FailureKind::Transient),
        (rejection().into(), FailureKind::Ignored),
        (
            WithThiserror::Number("x".parse::<u8>().unwrap_err()),
            FailureKind::Ignored,
        ),
        (WithThiserror::Else(1), FailureKind::Permanent),
    ];
    for (error, expected) in table {
        assert_eq!(error.classify(), expected, "{error:?}");
    }
}

#[derive(Debug, Classify)]
#[transient]
struct Unit;

#[derive(Debug, Classify)]
#[throttled(after = 0)]
struct Wait(Duration);

#[derive(Debug, Classify)]
#[interruption]
struct Ours(Interruption);

#[derive(Debug, Classify)]
#[classify(transparent)]
struct Wrapper<E>(E);

#[derive(Debug, Classify)]
struct Marked {
    #[allow(dead_code)]
    path: &'static str,
    #[source]
    cause: io::Error,
}

#[test]
fn a_struct_is_what_the_word_before_it_says() {
    assert_eq!(Unit.classify(), FailureKind::Transient);
    assert_eq!(Wait(secs(1)).classify(), throttled(secs(1)));
    assert_eq!(Ours::from(rejection()).classify(), FailureKind::Ignored);
    assert_eq!(Wrapper(Unit).classify(), FailureKind::Transient);
    assert_eq!(Wrapper(Arc::new(Wait(secs(1)))).classify(), throttled(secs(1)));
    let marked = Marked {
        path: "plans.toml",
        cause: reset(),
    };
    assert_eq!(marked.classify(), FailureKind::Transient);
}

/// An error without a word of ours about it.
#[derive(Debug, thiserror::Error)]
#[error("wrapped")]
struct Foreign(#[source] io::Error);

#[test]
fn an_error_that_says_nothing_is_what_the_first_known_error_in_it_says() {
    // R035
    let kind = FailureKind::Transient;
    assert_eq!(anyhow::Error::new(reset()).classify(), kind);
    assert_eq!(anyhow::Error::new(Foreign(reset())).context("deeper").classify(), kind);
    assert_eq!(
        anyhow::Error::new(reset()).context("one").context("two").classify(),
        kind
    );
    assert_eq!(anyhow::anyhow!("nobody knows").classify(), FailureKind::Unknown);
    assert_eq!(anyhow::Error::from(rejection()).classify(), FailureKind::Ignored);

    let boxed: Box<dyn Error + Send + Sync> = Foreign(reset()).into();
    assert_eq!(boxed.classify(), kind);
    assert_eq!(io::Error::from(rejection()).classify(), FailureKind::Ignored);

    let chain = |error: Foreign| classify::chain::<(), _>(&Err(error));
    assert_eq!(chain(Foreign(reset())), Verdict::Failure(kind));
    assert_eq!(chain(Foreign(missing())), Verdict::Failure(FailureKind::Permanent));
    assert_eq!(classify::chain::<_, Foreign>(&Ok(())), Verdict::Success);
    let known = anyhow::Error::new(WithThiserror::Down);
    assert_eq!(classify::find::<WithThiserror>(known.as_ref()), Some(kind));
    assert_eq!(classify::find::<io::Error>(known.as_ref()), None);
}

#[tokio::test(start_paused = true)]
async fn a_team_without_an_error_type_retries_what_may_pass() {
    // R035
    let layer = ServiceOptions::new()
        .retry(immediate(3))
        .breaker(BreakerPolicy::builder().enabled(false));
    let service = World::new().plans("plan_service", layer).service;
    let runs = Cell::new(0);
    let run = |error: fn() -> io::Error| {
        runs.set(runs.get() + 1);
        error()
    };
    type Running<'a> = &'a dyn Fn(fn() -> io::Error) -> io::Error;

    #[retry_service(service = service, idempotent)]
    async fn boxed(
        service: &'static resilience_core::Service,
        run: Running<'_>,
        error: fn() -> io::Error,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        Err(Foreign(run(error)))?
    }
    #[retry_service(service = service, idempotent)]
    async fn any(
        service: &'static resilience_core::Service,
        run: Running<'_>,
        error: fn() -> io::Error,
    ) -> anyhow::Result<()> {
        Err(Foreign(run(error)))?
    }
    #[retry_service(service = service, idempotent, classify = classify::chain)]
    async fn foreign(
        service: &'static resilience_core::Service,
        run: Running<'_>,
        error: fn() -> io::Error,
    ) -> Result<(), WithThiserror> {
        Err(run(error).into())
    }

    for (error, expected) in [(reset as fn() -> io::Error, 3), (missing, 1)] {
        boxed(service, &run, error).await.unwrap_err();
        assert_eq!(runs.replace(0), expected);
        any(service, &run, error).await.unwrap_err();
        assert_eq!(runs.replace(0), expected);
        foreign(service, &run, error).await.unwrap_err();
        assert_eq!(runs.replace(0), expected);
    }
}

#[test]
fn the_derived_conversion_serves_an_apply_without_a_service() {
    #[apply]
    fn write(rejected: bool) -> Result<(), PlanError> {
        if rejected { Err(rejection().into()) } else { Ok(()) }
    }
    assert!(write(false).is_ok());
    assert!(matches!(write(true), Err(PlanError::Interrupted(_))));
}

#[test]
fn polling_with_the_defaults_asks_again_and_leaves_circuit_and_budget_alone() {
    let world = World::new();
    let registry = world.registry;
    #[retry_service(name = "plan_service", idempotent, registry = registry)]
    fn poll(registry: &'static Registry, left: &Cell<u32>) -> Result<u32, PlanError> {
        left.set(left.get().saturating_sub(1));
        if left.get() > 0 {
            Err(PlanError::UnderWay)
        } else {
            Ok(7)
        }
    }
    let patient = ServiceOptions::new()
        .retry(RetryPolicy::builder().max_attempts(500))
        .budget(BudgetPolicy::builder().min_per_second(0.0).deposit(0.0));
    registry.configure("plan_service", patient).unwrap();

    let left = Cell::new(30);
    assert_eq!(poll(registry, &left).unwrap(), 7);

    let plans = registry.service("plan_service");
    assert_eq!(plans.state(), CircuitState::Closed);
    assert_eq!(plans.snapshot().failures, 0);
    assert!((plans.retry_tokens() - 100.0).abs() < f64::EPSILON);
    assert_eq!(plans.statistics().retries, 29);
}

#[test]
fn an_unknown_failure_is_not_retried_and_says_nothing_about_the_service() {
    let strict = BreakerPolicy::builder()
        .failure_threshold(1)
        .half_open_max_calls(1)
        .success_threshold(1);
    let world = World::new();
    let registry = world.registry;
    registry
        .configure("plan_service", ServiceOptions::new().breaker(strict))
        .unwrap();
    #[retry_service(name = "plan_service", idempotent, registry = registry)]
    fn fetch(registry: &'static Registry, runs: &Cell<u32>) -> anyhow::Result<u32> {
        runs.set(runs.get() + 1);
        Err(anyhow::anyhow!("nobody knows"))
    }

    let runs = Cell::new(0);
    (0..10).for_each(|_| assert!(fetch(registry, &runs).is_err()));

    assert_eq!(runs.get(), 10);
    let plans = registry.service("plan_service");
    assert_eq!(plans.state(), CircuitState::Closed);
    assert_eq!(plans.statistics().failures.unknown, 10);
}

#[test]
fn a_probe_that_is_pending_closes_the_circuit() {
    let world = World::new();
    let registry = world.registry;
    #[retry_service(name = "plan_service", registry = registry)]
    fn poll(registry: &'static Registry, error: PlanError) -> Result<u32, PlanError> {
        Err(error)
    }
    let strict = BreakerPolicy::builder()
        .failure_threshold(1)
        .half_open_max_calls(1)
        .success_threshold(1);
    registry
        .configure("plan_service", ServiceOptions::new().breaker(strict))
        .unwrap();
    assert!(poll(registry, PlanError::Unavailable).is_err());
    let plans = registry.service("plan_service");
    assert_eq!(plans.state(), CircuitState::Open);

    world.clock.advance(secs(60));
    assert!(poll(registry, PlanError::UnderWay).is_err());

    assert_eq!(plans.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_probes_as_one_closes_the_circuit_though_its_last_answer_was_pending() {
    let registry = Registry::new();
    #[retry_service(name = "plan_service", registry = registry, idempotent)]
    async fn poll(registry: &'static Registry, is_up: bool) -> Result<u32, PlanError> {
        Err(if is_up {
            PlanError::UnderWay
        } else {
            PlanError::Unavailable
        })
    }
    let layer = ServiceOptions::new()
        .retry(RetryPolicy::builder().max_attempts(2))
        .breaker(exact().failure_threshold(1).success_threshold(1).per(BreakerPer::Call));
    registry.configure("plan_service", layer).unwrap();
    let plans = registry.service("plan_service");
    assert!(poll(registry, false).await.is_err());
    assert_eq!(plans.state(), CircuitState::Open);
    tokio::time::sleep(secs(30)).await;

    // The call is rejected after its first wait.
    let (result, ()) = tokio::join!(poll(registry, true), async { registry.shutdown() });

    let Err(PlanError::Interrupted(interruption)) = result else {
        panic!("{result:?}");
    };
    assert_eq!((interruption.reason(), interruption.attempts()), (Reason::Shutdown, 1));
    assert_eq!(plans.state(), CircuitState::Closed);
}

//! Every event, with its level and its fields, as often as it should come and no more often.

use resilience_core::{
    ApplyInRetry, Backoff, BreakerMode, BudgetPolicy, Classify, EventLevel, EventOptions, Interruption, Jitter,
    Registry, RetryOptions, RetryPolicy, ServiceOptions, apply, retry_service,
};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, record, secs};
use std::{future::pending, io, thread};

fn fixed(delay: u64) -> RetryOptions {
    RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(ms(delay))
        .jitter(Jitter::None)
}

fn layer() -> ServiceOptions {
    let breaker = exact()
        .failure_threshold(50)
        .half_open_max_calls(1)
        .success_threshold(1);
    ServiceOptions::new().retry(fixed(100)).breaker(breaker)
}

fn fail(plans: &Plans) {
    assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_goes_well_says_nothing() {
    let events = record();
    let plans = World::new().plans("plan_service", layer());

    plans.fetch(fine).await.unwrap();
    plans.fetch_blocking(Ok).unwrap();
    plans.count(fine).await.unwrap();
    plans.write(fine).await.unwrap();

    assert_eq!(events.take(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn each_retry_and_the_exhaustion_are_told_with_the_name_of_the_operation() {
    // R174, R176, R177, R178, R179, R211
    let events = record();
    let plans = World::new().plans("plan_service", layer());

    let _ = plans.fetch(down).await;
    assert_eq!(
        events.take(),
        [
            "WARN retry scheduled service=plan_service operation=fetch attempt=1 max_attempts=3 delay_ms=100 error_kind=transient",
            "WARN retry scheduled service=plan_service operation=fetch attempt=2 max_attempts=3 delay_ms=100 error_kind=transient",
            "WARN retries exhausted service=plan_service operation=fetch attempt=3 max_attempts=3 error_kind=transient",
        ]
    );

    let _ = plans.fetch_blocking(|run| {
        if run < 5 {
            Err(Error::Busy(Some(secs(2))))
        } else {
            Ok(run)
        }
    });
    // Inside a runtime the thread sleeps: told once per operation.
    assert_eq!(
        events.take(),
        [
            "WARN retry scheduled service=plan_service operation=fetch_blocking attempt=1 max_attempts=3 delay_ms=2000 error_kind=throttled",
            "WARN blocking sleep inside an async runtime service=plan_service operation=fetch_blocking",
        ]
    );
    let _ = plans.fetch_blocking(|run| if run < 7 { Err(Error::Down(run)) } else { Ok(run) });
    assert_eq!(events.take().len(), 1);
}

#[test]
fn a_blocking_sleep_outside_a_runtime_is_nothing_to_tell() {
    let events = record();
    let plans = World::new().plans("plan_service", layer());

    let _ = plans.fetch_blocking(|run| if run < 2 { Err(Error::Down(run)) } else { Ok(run) });

    assert_eq!(events.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_retried_by_its_kind_tells_of_no_retry() {
    // R170
    let events = record();
    let plans = World::new().plans("plan_service", layer());

    let _ = plans.count(down).await;
    let _ = plans.count_blocking(|_| Err(Error::Missing));
    let _ = plans.write(down).await;
    let _ = plans.write_blocking(|_| Err(Error::Cancelled));

    assert_eq!(events.take(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn one_attempt_by_policy_is_no_exhaustion_to_speak_of() {
    let events = record();
    let plans = World::new().plans("plan_service", layer().retry(immediate(1)));

    let _ = plans.fetch(down).await;

    assert_eq!(events.take(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_does_not_happen_is_told_with_what_stopped_it() {
    // R151
    let events = record();
    let world = World::new();
    let (outer, plans) = (
        world.plans("outer_service", layer()),
        world.plans("plan_service", layer()),
    );
    let line = |kind: &str, reason: &str| {
        format!(
            "DEBUG retry suppressed service=plan_service operation=fetch attempt=1 max_attempts=3 error_kind={kind} reason={reason}"
        )
    };
    let set = |layer| world.registry.configure("plan_service", layer).unwrap();

    let _ = plans.fetch(|_| async { Err(Error::Missing) }).await;
    assert_eq!(events.take(), [line("permanent", "not_retryable")]);
    let _ = plans.fetch(|_| async { Err(Error::Cancelled) }).await;
    assert_eq!(events.take(), [line("ignored", "not_retryable")]);

    let _ = outer
        .count(|_| plans.fetch(async |run| plans.write(down).await.map(|_| run)))
        .await;
    assert_eq!(
        events.take(),
        [
            "WARN apply inside a retryable attempt service=plan_service operation=write".to_owned(),
            line("transient", "apply_fence")
        ]
    );

    let _ = outer
        .fetch(async |run| Ok(plans.fetch(down).await.unwrap_or(run)))
        .await;
    assert_eq!(events.take(), [line("transient", "nested")]);

    let _ = plans.fetch(|_| async { Err(Error::Busy(Some(secs(61)))) }).await;
    assert_eq!(events.take(), [line("throttled", "retry_after_too_long")]);

    let short = RetryPolicy::builder().total_timeout(ms(99));
    // As drawn, the wait is 100 ms.
    set(ServiceOptions::new().retry(short.jitter(Jitter::Proportional(1.0))));
    let _ = plans.fetch(down).await;
    assert_eq!(events.take(), [line("transient", "deadline")]);
    let long = RetryPolicy::builder().total_timeout(secs(300));
    set(ServiceOptions::new().retry(long.jitter(Jitter::None)));

    let empty = BudgetPolicy::builder().capacity(1).deposit(0.0).min_per_second(0.0);
    set(ServiceOptions::new().budget(empty));
    let _ = plans
        .fetch(async |run| {
            if run.is_multiple_of(2) {
                Err(Error::Down(0))
            } else {
                Err(Error::Missing)
            }
        })
        .await;
    let _ = events.take();
    while (plans.service.retry_tokens() - 1.0).abs() < 1e-9 {
        let _ = plans.fetch(down).await;
        let _ = events.take();
    }
    let _ = plans.fetch(down).await;
    assert_eq!(events.take(), [line("transient", "budget")]);

    set(ServiceOptions::new().budget(BudgetPolicy::builder().enabled(false)));
    let _ = outer.count(|_| plans.fetch(async |_| refused(&world).await)).await;
    assert_eq!(events.take().last(), Some(&line("transient", "inner_rejection")));

    set(ServiceOptions::new().breaker(exact().failure_threshold(1)));
    let _ = plans.fetch(down).await;
    assert_eq!(
        events.take(),
        [
            // Nothing has succeeded before.
            "ERROR circuit opened service=plan_service operation=fetch state=open cause=failures failures=8 recovery_ms=30000"
                .to_owned(),
            line("transient", "circuit_open")
        ]
    );
}

async fn refused(world: &World) -> Result<u32, Error> {
    let open = world.plans(
        "open_service",
        ServiceOptions::new().breaker(exact().failure_threshold(1)),
    );
    let _ = open.count(down).await;
    open.count(fine).await.map_err(Error::mistaken)
}

#[tokio::test(start_paused = true)]
async fn each_turn_of_the_circuit_is_told_once() {
    // R061, R083, R100, R175, R180, R181, R183
    let events = record();
    let world = World::new();
    let strict = exact().failure_threshold(3);
    let plans = world.plans(
        "plan_service",
        layer().breaker(strict.half_open_max_calls(1).success_threshold(1)),
    );

    (0..3).for_each(|_| fail(&plans));
    assert_eq!(
        events.take(),
        [
            "ERROR circuit opened service=plan_service operation=count_blocking state=open cause=failures failures=3 recovery_ms=30000"
        ]
    );

    world.clock.advance(ms(17_500));
    let _ = plans.fetch(fine).await;
    assert_eq!(
        events.take(),
        ["WARN call rejected service=plan_service operation=fetch attempt=1 reason=circuit_open retry_after_ms=12500"]
    );

    world.clock.advance(ms(12_500));
    fail(&plans);
    assert_eq!(
        events.take(),
        [
            "INFO circuit half-open service=plan_service operation=count_blocking state=half_open",
            "WARN circuit reopened service=plan_service operation=count_blocking state=open recovery_ms=30000",
        ]
    );

    world.clock.advance(secs(30));
    let _ = plans
        .count(async |run| {
            assert!(plans.count(fine).await.is_err());
            Ok(run)
        })
        .await;
    assert_eq!(
        events.take(),
        [
            "INFO circuit half-open service=plan_service operation=count state=half_open",
            "DEBUG call rejected service=plan_service operation=count attempt=1 reason=probes_busy",
            "INFO circuit closed service=plan_service operation=count state=closed rejected=2",
        ]
    );
}

#[test]
fn of_many_threads_one_tells_that_the_circuit_has_opened() {
    // R082, R083
    let strict = exact().failure_threshold(3);
    let plans = World::new().plans("plan_service", ServiceOptions::new().breaker(strict));
    let lines: Vec<String> = thread::scope(|threads| {
        let storm = || {
            let events = record();
            for _ in 0..50 {
                let _ = plans.count_blocking(|run| Err(Error::Down(run)));
            }
            events.take()
        };
        let threads: Vec<_> = (0..8).map(|_| threads.spawn(storm)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });

    let opened: Vec<_> = lines.iter().filter(|line| line.contains("circuit opened")).collect();
    assert_eq!(
        opened,
        [
            "ERROR circuit opened service=plan_service operation=count_blocking state=open cause=failures failures=3 recovery_ms=30000"
        ]
    );
    let count = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(count("WARN call rejected"), 1);
    let rejected = 1 + count("DEBUG call rejected");
    assert_eq!(rejected as u64, plans.service.statistics().rejected);
    assert_eq!(rejected + plans.runs() as usize, 400);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_began_with_one_attempt_is_not_said_to_be_nested_when_more_are_allowed_meanwhile() {
    let events = record();
    let plans = World::new().plans("plan_service", layer().retry(immediate(1)));

    let result = plans.fetch(async |run| {
        plans
            .service
            .registry()
            .configure("plan_service", ServiceOptions::new().retry(immediate(5)))
            .unwrap();
        Err(Error::Down(run))
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!(events.take(), [""; 0]);
    assert_eq!(plans.service.statistics().suppressed, 0);
}

#[tokio::test(start_paused = true)]
async fn every_reason_for_a_rejection_is_told() {
    let events = record();
    let world = World::new();
    let refuse = ServiceOptions::new().apply_in_retry(ApplyInRetry::Refuse);
    let (plans, write) = (
        world.plans("plan_service", layer()),
        world.plans("write_service", refuse),
    );

    let _ = plans.fetch(|_| write.write(fine)).await;
    assert_eq!(
        events.take()[0],
        "WARN call rejected service=write_service operation=write attempt=1 reason=apply_in_retry"
    );

    #[apply]
    async fn store() -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(1)
    }
    world.registry.configure_defaults(refuse).unwrap();
    let _ = world.registry.enter(plans.fetch(|_| store())).await;
    assert_eq!(
        events.take()[0],
        "WARN call rejected operation=store attempt=1 reason=apply_in_retry"
    );

    world.registry.configure_defaults(ServiceOptions::new()).unwrap();
    let _ = world.registry.enter(plans.fetch(|_| store())).await;
    assert_eq!(events.take(), ["WARN apply inside a retryable attempt operation=store"]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_timeout_is_told_as_the_error_of_a_retry() {
    let events = record();
    let plans = Plans::new(Registry::new(), "plan_service", layer().attempt_timeout(secs(1)));

    let _ = plans
        .fetch(async |run| if run == 1 { pending().await } else { Ok(run) })
        .await;

    assert_eq!(
        events.take(),
        [
            "WARN retry scheduled service=plan_service operation=fetch attempt=1 max_attempts=3 delay_ms=100 error_kind=attempt_timeout"
        ]
    );
}

#[derive(Debug, thiserror::Error, Classify)]
enum PlanError {
    #[error("cannot reach {url}")]
    #[transient]
    Down { url: &'static str, source: io::Error },
    #[error("{0}")]
    #[permanent]
    Gone(String),
    #[error(transparent)]
    Unread(Box<dyn std::error::Error + Send + Sync>),
    #[error("not called")]
    #[interruption]
    Interrupted(#[from] Interruption),
}

#[derive(Debug, thiserror::Error)]
#[error("the plan is late")]
struct Late(#[source] Unfit);

#[derive(Debug, thiserror::Error)]
#[error("token=hunter2 is worn out")]
struct Unfit;

#[test]
fn events_say_the_error_with_its_sources_and_without_its_secrets() {
    // R174, R185, R222
    let events = record();
    let registry = World::new().registry;
    #[retry_service(name = "plan_service", idempotent, registry = registry)]
    fn fetch(registry: &'static Registry, error: fn() -> PlanError) -> Result<u32, PlanError> {
        Err(error())
    }
    registry
        .configure("plan_service", layer().retry(fixed(100).max_attempts(2)))
        .unwrap();

    let down = || PlanError::Down {
        url: "http://admin:hunter2@plans\u{1b}[2J",
        source: io::Error::other("refused"),
    };
    let _ = fetch(registry, down);
    assert_eq!(
        events.take(),
        [
            r"WARN retry scheduled service=plan_service operation=fetch attempt=1 max_attempts=2 delay_ms=100 error_kind=transient error=cannot reach http://***@plans\u{1b}[2J: refused",
            r"WARN retries exhausted service=plan_service operation=fetch attempt=2 max_attempts=2 error_kind=transient error=cannot reach http://***@plans\u{1b}[2J: refused",
        ]
    );

    let _ = fetch(registry, || PlanError::Gone("x".repeat(100_000)));
    let line = events.take().remove(0);
    let (_, text) = line.split_once(" error=").unwrap();
    let (text, _) = text.split_once(" reason=").unwrap();
    assert_eq!(text.chars().count(), 200);
    assert!(text.ends_with("xx\u{2026}"), "{text}");
}

#[test]
fn a_text_is_written_for_an_event_that_somebody_hears_and_a_panic_in_it_costs_the_text_alone() {
    #[derive(Debug, Classify)]
    #[transient]
    struct Loud;

    impl std::fmt::Display for Loud {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            WRITTEN.set(WRITTEN.get() + 1);
            panic!("a bug in a Display");
        }
    }

    impl From<Interruption> for Loud {
        fn from(_: Interruption) -> Self {
            Self
        }
    }

    thread_local!(static WRITTEN: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });
    let events = record();
    let registry = World::new().registry;
    #[retry_service(name = "plan_service", idempotent, registry = registry)]
    fn fetch(registry: &'static Registry) -> Result<u32, Loud> {
        Err(Loud)
    }

    let once = layer().retry(fixed(100).max_attempts(2));
    registry.configure("plan_service", once).unwrap();
    assert!(fetch(registry).is_err());
    assert_eq!(WRITTEN.get(), 2);
    assert!(events.take()[0].ends_with("error_kind=transient"));

    let off = EventOptions::new().retry(EventLevel::Off).exhaustion(EventLevel::Off);
    registry.configure("plan_service", once.events(off)).unwrap();
    assert!(fetch(registry).is_err());
    assert_eq!(WRITTEN.get(), 2);
    assert_eq!(events.take(), [""; 0]);
}

#[test]
fn a_failure_that_no_classifier_knows_is_told_once_with_its_type_and_the_cure() {
    let events = record();
    let registry = World::new().registry;
    #[retry_service(name = "plan_service", idempotent, registry = registry)]
    fn fetch(registry: &'static Registry) -> Result<u32, PlanError> {
        Err(PlanError::Unread(Late(Unfit).into()))
    }

    for _ in 0..3 {
        assert!(fetch(registry).is_err());
    }

    let lines = events.take();
    assert_eq!(lines.len(), 4, "{lines:?}");
    let outcome = std::any::type_name::<Result<u32, PlanError>>();
    assert_eq!(
        lines[0],
        format!(
            "WARN failure of an unknown kind service=plan_service operation=fetch outcome={outcome} error=token=*** is worn out cure=derive `Classify` for the error, or give the attribute a `classify` function"
        )
    );
    for line in &lines[1..] {
        assert_eq!(
            line,
            "DEBUG retry suppressed service=plan_service operation=fetch attempt=1 max_attempts=3 error_kind=unknown error=the plan is late: token=*** is worn out reason=not_retryable"
        );
    }
    assert_eq!(registry.service("plan_service").statistics().failures.unknown, 3);
}

#[test]
fn rejections_warn_once_per_opening_and_the_closing_says_how_many_there_were() {
    let events = record();
    let world = World::new();
    let strict = exact()
        .failure_threshold(1)
        .half_open_max_calls(1)
        .success_threshold(1)
        .recovery_factor(1.0);
    let plans = world.plans("plan_service", layer().breaker(strict));
    let levels = |lines: Vec<String>| -> Vec<(String, usize)> {
        let mut levels: Vec<(String, usize)> = Vec::new();
        for line in lines {
            let start = line.split(" service=").next().unwrap().to_owned();
            match levels.last_mut() {
                Some((last, count)) if *last == start => *count += 1,
                _ => levels.push((start, 1)),
            }
        }
        levels
    };
    let expected = |lines: &[(&str, usize)]| -> Vec<(String, usize)> {
        lines.iter().map(|(line, count)| ((*line).to_owned(), *count)).collect()
    };

    for opening in 1..=2 {
        fail(&plans);
        (0..5_000).for_each(|_| fail(&plans));
        world.clock.advance(secs(60));
        // The probe fails: the same opening goes on.
        fail(&plans);
        (0..4_999).for_each(|_| fail(&plans));
        assert_eq!(
            levels(events.take()),
            expected(&[
                ("ERROR circuit opened", 1),
                ("WARN call rejected", 1),
                ("DEBUG call rejected", 4_999),
                ("INFO circuit half-open", 1),
                ("WARN circuit reopened", 1),
                ("DEBUG call rejected", 4_999),
            ]),
            "{opening}"
        );
        world.clock.advance(secs(60));
        plans.count_blocking(Ok).unwrap();
        let lines = events.take();
        assert!(lines[1].ends_with("state=closed rejected=9999"), "{lines:?}");
    }

    plans.service.set_mode(BreakerMode::ForcedOpen);
    (0..100).for_each(|_| fail(&plans));
    plans.service.set_mode(BreakerMode::Automatic);
    let lines = events.take();
    assert_eq!(
        levels(lines.clone()),
        expected(&[
            ("WARN breaker mode changed", 1),
            ("WARN call rejected", 1),
            ("DEBUG call rejected", 99),
            ("WARN breaker mode changed", 1),
        ])
    );
    assert!(lines[101].ends_with("mode=automatic rejected=100"), "{}", lines[101]);
}

#[tokio::test(start_paused = true)]
async fn rejections_without_a_circuit_warn_once_per_operation_and_minute() {
    let events = record();
    let world = World::new();
    let refuse = layer().apply_in_retry(ApplyInRetry::Refuse);
    let plans = world.plans("plan_service", refuse);
    let mut counts = Vec::new();

    for pause in [0, 59, 1, 59, 61] {
        world.clock.advance(secs(pause));
        for _ in 0..10 {
            let _ = plans.fetch(|_| plans.write(fine)).await;
            let _ = plans.fetch_blocking(|_| plans.write_blocking(Ok));
        }
        let lines = events.take();
        let count = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
        counts.push((count("WARN call rejected"), count("DEBUG call rejected")));
    }

    assert_eq!(counts, [(2, 18), (0, 20), (2, 18), (0, 20), (2, 18)]);
}

#[test]
fn the_level_of_a_class_is_a_setting() {
    // R183
    let events = record();
    let plans = World::new().plans("plan_service", layer());
    let registry = plans.service.registry();
    let levels = [
        (EventLevel::Error, Some("ERROR")),
        (EventLevel::Warn, Some("WARN")),
        (EventLevel::Info, Some("INFO")),
        (EventLevel::Debug, Some("DEBUG")),
        (EventLevel::Trace, Some("TRACE")),
        (EventLevel::Off, None),
    ];

    for (level, expected) in levels {
        let options = ServiceOptions::new().events(EventOptions::new().retry(level).exhaustion(EventLevel::Off));
        registry.configure("plan_service", options).unwrap();
        let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
        let lines = events.take();
        let told: Vec<_> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(
            told,
            vec![expected; 2].into_iter().flatten().collect::<Vec<_>>(),
            "{level:?}"
        );
    }

    // About no service: what is said for all.
    let quiet = ServiceOptions::new().events(EventOptions::new().refusal(EventLevel::Info));
    let small = Registry::builder().max_services(0).build();
    small.configure_defaults(quiet).unwrap();
    let _ = small.service("one_too_many");
    assert_eq!(events.take(), ["INFO too many services limit=0"]);
}

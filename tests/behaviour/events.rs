//! Every event, with its level and its fields, as often as it should come and no more often.

use resilience_core::{
    ApplyInRetry, Backoff, BreakerPolicy, BudgetPolicy, Jitter, Registry, RetryOptions, RetryPolicy, ServiceOptions,
    apply,
};
use resilience_tests::{Error, Plans, World, down, fine, immediate, ms, record, secs};
use std::{future::pending, thread};

fn fixed(delay: u64) -> RetryOptions {
    RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(ms(delay))
        .jitter(Jitter::None)
}

fn layer() -> ServiceOptions {
    let breaker = BreakerPolicy::builder()
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

    set(ServiceOptions::new().retry(RetryPolicy::builder().total_timeout(ms(99))));
    let _ = plans.fetch(down).await;
    assert_eq!(events.take(), [line("transient", "deadline")]);
    set(ServiceOptions::new().retry(RetryPolicy::builder().total_timeout(secs(300))));

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
    assert_eq!(events.take().last(), Some(&line("transient", "inner_refusal")));

    set(ServiceOptions::new().breaker(BreakerPolicy::builder().failure_threshold(1)));
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
        ServiceOptions::new().breaker(BreakerPolicy::builder().failure_threshold(1)),
    );
    let _ = open.count(down).await;
    open.count(fine).await.map_err(Error::mistaken)
}

#[tokio::test(start_paused = true)]
async fn each_turn_of_the_circuit_is_told_once() {
    // R061, R083, R100, R175, R180, R181, R183
    let events = record();
    let world = World::new();
    let strict = BreakerPolicy::builder().failure_threshold(3);
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
            "WARN call rejected service=plan_service operation=count attempt=1 reason=probes_busy",
            "INFO circuit closed service=plan_service operation=count state=closed",
        ]
    );
}

#[test]
fn of_many_threads_one_tells_that_the_circuit_has_opened() {
    // R082, R083
    let strict = BreakerPolicy::builder().failure_threshold(3);
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
    let rejected = lines
        .iter()
        .filter(|line| line.starts_with("WARN call rejected"))
        .count();
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
        "WARN call rejected service= operation=store attempt=1 reason=apply_in_retry"
    );

    world.registry.configure_defaults(ServiceOptions::new()).unwrap();
    let _ = world.registry.enter(plans.fetch(|_| store())).await;
    assert_eq!(
        events.take(),
        ["WARN apply inside a retryable attempt service= operation=store"]
    );
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

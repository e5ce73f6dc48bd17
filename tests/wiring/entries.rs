//! The ways into the layer: sync and async, with a closure and by attribute.

use crate::system::{Backend, SERVICES, Wiring};
use resilience_core::retry_service;
use resilience_tests::{Error, ms, record, secs};
use serde_json::json;
use std::pin::Pin;

#[tokio::test(start_paused = true)]
async fn an_async_call_that_recovers_returns_its_value_and_one_that_does_not_its_last_error() {
    // R030, R031, R200
    let wiring = Wiring::new();
    let backend = Backend::default();

    let recovered = wiring
        .execute_async("plan_service", async || backend.recover_after(2))
        .await;
    assert_eq!((recovered, wiring.clock.slept()), (Ok(3), vec![ms(500), secs(1)]));
    let exhausted = wiring.execute_async("plan_service", || backend.fail_later()).await;
    assert_eq!(exhausted, Err(Error::Down(6)));
    assert_eq!(backend.runs(), 6);
}

#[tokio::test(start_paused = true)]
async fn whatever_can_be_called_for_a_future_is_awaited_and_not_taken_for_done() {
    // R201, R202
    async fn named() -> Result<u32, Error> {
        Err(Error::Down(0))
    }
    struct Callable(Backend);
    impl Callable {
        async fn call(&self) -> Result<u32, Error> {
            self.0.fail_later().await
        }
    }
    type Boxed = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<u32, Error>>>>>;
    let callable = Callable(Backend::default());
    let boxed: Boxed = Box::new(|| Box::pin(named()));
    let wrapped = || async { named().await };
    let wiring = Wiring::overridden(&json!({ "plan_service": { "breaker": null } }));

    let outcomes = [
        wiring.execute_async("plan_service", named).await,
        wiring.execute_async("plan_service", boxed).await,
        wiring.execute_async("plan_service", wrapped).await,
        wiring.execute_async("plan_service", || callable.call()).await,
    ];

    assert_eq!(outcomes, [0, 0, 0, 3].map(|run| Err(Error::Down(run))));
    let statistics = wiring.registry.service("plan_service").statistics();
    assert_eq!((statistics.failed, statistics.attempts), (4, 4 * 3));
}

#[test]
fn an_entry_that_is_used_again_is_the_same_operation() {
    // R040, R210
    let wiring = Wiring::new();

    for _ in 0..3 {
        wiring.execute("plan_service", || Ok(1)).unwrap();
    }

    let operations = wiring.registry.service("plan_service").operations();
    let found: Vec<_> = operations
        .iter()
        .map(|found| (found.name, found.statistics.calls))
        .collect();
    assert_eq!(found, [("execute", 3)]);
}

/// The same by attribute.
#[retry_service(
    service = SERVICES[1],
    idempotent,
    retry(max_attempts = 1_000_000, backoff = fixed, base_delay = "1m", max_delay = "1m", jitter = none, total_timeout = "2m")
)]
fn annotated(backend: &Backend) -> Result<u32, Error> {
    backend.fail()
}

/// The same by attribute.
#[retry_service(
    service = SERVICES[1],
    idempotent,
    retry(max_attempts = 1_000_000, backoff = fixed, base_delay = "1m", max_delay = "1m", jitter = none, total_timeout = "2m")
)]
async fn annotated_async(backend: &Backend) -> Result<u32, Error> {
    backend.fail_later().await
}

#[tokio::test(start_paused = true)]
async fn the_total_time_holds_on_every_entry() {
    // R036, R039, R125, R206, R213
    let endless = json!({
        "retry": { "max_attempts": 1_000_000, "base_delay": "1m", "max_delay": "1m", "jitter": "none" },
        "breaker": null,
    });
    let mut short = endless.clone();
    short["retry"]["total_timeout"] = "2m".into();
    for (overrides, runs) in [(endless, 5), (short, 2)] {
        let wiring = Wiring::overridden(&json!({ "tool_service": overrides, "stranger": overrides }));
        for service in ["tool_service", "stranger"] {
            let (sync, later) = (Backend::default(), Backend::default());
            assert_eq!(wiring.execute(service, || sync.fail()), Err(Error::Down(runs)));
            let outcome = wiring.execute_async(service, || later.fail_later()).await;
            assert_eq!(outcome, Err(Error::Down(runs)), "{service}");
        }
    }

    let wiring = Wiring::overridden(&json!({ "tool_service": { "breaker": null } }));
    let (sync, later) = (Backend::default(), Backend::default());
    let outcome = wiring.registry.enter_blocking(|| annotated(&sync));
    assert_eq!(outcome, Err(Error::Down(2)));
    let outcome = wiring.registry.enter(annotated_async(&later)).await;
    assert_eq!(outcome, Err(Error::Down(2)));
    let operations = wiring.registry.service("tool_service").operations();
    let names: Vec<_> = operations.iter().map(|operation| operation.name).collect();
    assert_eq!(names, ["annotated", "annotated_async"], "called as the functions are");
}

#[test]
fn each_retry_is_told_in_fields() {
    // R174, R176
    let wiring = Wiring::new();
    let events = record();

    let _ = wiring.execute("plan_service", || Backend::default().fail());

    assert_eq!(
        events.take(),
        [
            "WARN retry scheduled service=plan_service operation=execute attempt=1 max_attempts=3 delay_ms=500 error_kind=transient",
            "WARN retry scheduled service=plan_service operation=execute attempt=2 max_attempts=3 delay_ms=1000 error_kind=transient",
            "WARN retries exhausted service=plan_service operation=execute attempt=3 max_attempts=3 error_kind=transient",
        ]
    );
}

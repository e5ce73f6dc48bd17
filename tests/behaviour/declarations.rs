//! Events about services and their policies, and subscribers that call back.

use resilience_core::{Backoff, Jitter, Registry, RetryPolicy, Service, ServiceDef, ServiceOptions, retry_service};
use resilience_tests::{Error, World, down, exact, ms, record, secs};
use std::{cell::Cell, rc::Rc};

#[test]
fn a_policy_that_does_not_go_together_is_told_when_the_operation_is_linked() {
    static TIGHT: ServiceDef =
        ServiceDef::new("plan_service").retry(RetryPolicy::builder().max_delay(ms(50)).base_delay(ms(10)));
    #[retry_service(service = service, idempotent, retry(base_delay = "100ms"))]
    fn fetch(service: &'static Service) -> Result<u32, Error> {
        Ok(1)
    }
    let events = record();
    let registry = Registry::new();
    registry
        .configure(
            "plan_service",
            ServiceOptions::new().retry(RetryPolicy::builder().max_delay(ms(50)).base_delay(ms(50))),
        )
        .unwrap();
    let service = registry.service("plan_service");
    assert!(fetch(service).is_ok());
    assert_eq!(events.take(), [""; 0]);

    let registry = Registry::new();
    let service = registry.define(&TIGHT);
    for _ in 0..2 {
        assert!(fetch(service).is_ok());
    }
    assert_eq!(
        events.take(),
        [
            "ERROR policy refused service=plan_service operation=fetch field=base_delay value=100ms allowed=0ns to 50ms, which is `max_delay`: raise that too"
        ]
    );
}

#[test]
fn conflicting_declarations_are_told_once() {
    static FIRST: ServiceDef = ServiceDef::new("plan_service").breaker(exact().failure_threshold(2));
    static SAME: ServiceDef = ServiceDef::new("plan_service").breaker(exact().failure_threshold(2));
    static OTHER: ServiceDef = ServiceDef::new("plan_service").breaker(exact().failure_threshold(9));
    #[retry_service(service = FIRST)]
    fn first() -> Result<u32, Error> {
        Ok(1)
    }
    #[retry_service(service = SAME)]
    fn same() -> Result<u32, Error> {
        Ok(1)
    }
    #[retry_service(service = OTHER)]
    fn other() -> Result<u32, Error> {
        Ok(1)
    }
    let events = record();
    let registry = Registry::new();

    registry.enter_blocking(|| {
        for _ in 0..3 {
            let _ = (first(), same(), other());
        }
    });

    assert_eq!(
        events.take(),
        ["ERROR conflicting declarations of a service service=plan_service"]
    );
    assert_eq!(registry.service("plan_service").statistics().calls, 9);
}

#[test]
fn too_many_services_are_told_once() {
    let events = record();
    let registry = Registry::builder().max_services(1).build();

    let services = ["plan_service", "tool_service", "context_service"].map(|name| registry.service(name).name());

    assert_eq!(services, ["plan_service", Registry::OVERFLOW, Registry::OVERFLOW]);
    assert_eq!(events.take(), ["ERROR too many services limit=1"]);
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_may_call_back() {
    // R081
    let events = record();
    let world = World::new();
    let fixed = RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(ms(100))
        .jitter(Jitter::None);
    let strict = exact().failure_threshold(4);
    let plans = Rc::new(world.plans("plan_service", ServiceOptions::new().retry(fixed).breaker(strict)));
    let asked = Rc::new(Cell::new(0));
    events.call_back({
        let (plans, asked, registry) = (Rc::clone(&plans), Rc::clone(&asked), world.registry);
        move |_| {
            asked.set(asked.get() + 1);
            let _ = (
                plans.service.state(),
                plans.service.statistics(),
                plans.service.operations(),
            );
            let _ = (format!("{registry:?}"), plans.count_blocking(Ok));
            registry.configure("plan_service", ServiceOptions::new()).unwrap();
            registry.configure_defaults(ServiceOptions::new()).unwrap();
        }
    });

    // Two retries scheduled and the exhaustion; the calls back succeed and clear the failures.
    let _ = plans.fetch(down).await;
    assert_eq!(asked.get(), 3);
}

#[test]
fn a_subscriber_may_call_back_while_services_and_operations_are_made() {
    // R081
    static TIGHT: ServiceDef =
        ServiceDef::new("called_back_service").retry(RetryPolicy::builder().max_delay(ms(50)).base_delay(ms(10)));
    static OTHER: ServiceDef = ServiceDef::new("called_back_service").attempt_timeout(secs(1));
    #[retry_service(name = "called_back_service", idempotent, retry(base_delay = "100ms"))]
    fn fetch() -> Result<u32, Error> {
        Ok(1)
    }
    #[retry_service(service = OTHER)]
    fn other() -> Result<u32, Error> {
        Ok(1)
    }
    let events = record();
    let crowded = Registry::builder().max_services(0).build();
    events.call_back(move |_| {
        let _ = (fetch(), other(), crowded.service("another_service"));
    });

    // In the global registry, where operations and definitions keep their links.
    Registry::global().define(&TIGHT);
    assert_eq!((fetch(), other()), (Ok(1), Ok(1)));
    assert_eq!(crowded.service("tool_service").name(), Registry::OVERFLOW);

    let lines = events.take();
    for expected in ["policy refused", "conflicting declarations", "too many services"] {
        assert!(lines.iter().any(|line| line.contains(expected)), "{expected}");
    }
}

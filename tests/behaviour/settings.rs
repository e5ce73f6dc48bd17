//! What holds for a service: defaults, definitions, attributes and settings, one above the other.

use futures::executor::block_on;
use resilience_core::{
    ApplyInRetry, BreakerPolicy, BudgetPolicy, CircuitState, InvalidPolicy, Reason, Registry, RetryPolicy, Service,
    ServiceDef, ServiceOptions, apply, retry_service,
};
use resilience_tests::{Error, Plans, World, down, exact, immediate, ms, secs};
use std::{ptr, time::Duration};

fn attempts(registry: &Registry, name: &str) -> u64 {
    registry.find(name).map_or(0, |service| service.statistics().attempts)
}

static PLANS: ServiceDef = ServiceDef::new("defined_service")
    .retry(
        RetryPolicy::builder()
            .max_attempts(5)
            .backoff(resilience_core::Backoff::None),
    )
    .breaker(exact().failure_threshold(4))
    .budget(BudgetPolicy::builder().capacity(50))
    .attempt_timeout(Duration::from_secs(9));

#[retry_service(service = PLANS, idempotent)]
fn defined() -> Result<u32, Error> {
    Err(Error::Down(1))
}

#[test]
fn a_definition_brings_its_policies_wherever_it_is_used() {
    // R122, R128
    let registry = Registry::new();

    assert!(registry.enter_blocking(defined).is_err());

    let service = registry.find("defined_service").unwrap();
    assert_eq!(
        (service.statistics().attempts, service.state()),
        (4, CircuitState::Open)
    );
    assert!(service.retry_tokens() <= 50.0);
}

#[test]
fn settings_stand_above_code_and_the_operation_above_its_definition() {
    // R105, R108: defaults, definition, attribute, settings
    #[retry_service(service = PLANS, idempotent, retry(max_attempts = 2))]
    fn with_its_own() -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    let registry = Registry::new();
    registry.define(&PLANS);
    let run = |call: fn() -> Result<u32, Error>| {
        let before = attempts(registry, "defined_service");
        assert!(registry.enter_blocking(call).is_err());
        attempts(registry, "defined_service") - before
    };
    let set = |retry| {
        registry
            .configure("defined_service", ServiceOptions::new().retry(retry))
            .unwrap();
    };
    let off = BreakerPolicy::builder().enabled(false);
    registry
        .configure("defined_service", ServiceOptions::new().breaker(off))
        .unwrap();

    registry
        .configure_defaults(ServiceOptions::new().retry(immediate(9)))
        .unwrap();
    assert_eq!((run(defined), run(with_its_own)), (5, 2));
    // Linked by now, and no more open to the defaults than before.
    registry
        .configure_defaults(ServiceOptions::new().retry(immediate(8)))
        .unwrap();
    assert_eq!((run(defined), run(with_its_own)), (5, 2));
    set(RetryPolicy::builder().max_retries(5));
    assert_eq!((run(defined), run(with_its_own)), (6, 6));
    // The later word for the same thing, in its other spelling.
    set(RetryPolicy::builder().max_attempts(1));
    assert_eq!((run(defined), run(with_its_own)), (1, 1));
}

#[test]
fn the_first_definition_of_a_name_holds() {
    static OTHER: ServiceDef = ServiceDef::new("defined_service").retry(RetryPolicy::builder().max_attempts(2));
    let registry = Registry::new();

    registry.define(&PLANS);
    let service = registry.define(&OTHER);
    assert!(registry.enter_blocking(defined).is_err());

    assert!(ptr::eq(service, registry.service("defined_service")));
    assert_eq!(attempts(registry, "defined_service"), 4);
}

#[tokio::test(start_paused = true)]
async fn settings_reach_operations_that_are_linked_already() {
    // R041
    let world = World::new();
    let off = ServiceOptions::new().breaker(BreakerPolicy::builder().enabled(false));
    let plans = world.plans("plan_service", off);
    let runs = async || {
        let before = plans.runs();
        assert!(plans.fetch(down).await.is_err());
        plans.runs() - before
    };
    assert_eq!(runs().await, 3);

    world
        .registry
        .configure_defaults(ServiceOptions::new().retry(immediate(9)))
        .unwrap();
    assert_eq!(runs().await, 9);
    world
        .registry
        .configure("plan_service", ServiceOptions::new().retry(immediate(4)))
        .unwrap();
    assert_eq!(runs().await, 4);
    world
        .registry
        .configure_defaults(ServiceOptions::new().retry(immediate(2)))
        .unwrap();
    assert_eq!(runs().await, 4);
}

#[test]
fn code_that_does_not_go_together_with_the_rest_keeps_nobody_from_changing_the_settings() {
    #[retry_service(service = service, idempotent, retry(base_delay = "100ms", max_attempts = 2))]
    fn fetch(service: &'static Service) -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    static TIGHT: ServiceDef = ServiceDef::new("plan_service").retry(
        RetryPolicy::builder()
            .max_delay(ms(50))
            .base_delay(ms(10))
            .backoff(resilience_core::Backoff::None),
    );
    let world = World::new();
    let service = world.registry.define(&TIGHT);
    let runs = || {
        let before = service.statistics().attempts;
        assert!(fetch(service).is_err());
        service.statistics().attempts - before
    };
    // Rejected as a whole: neither its delay nor its attempts hold.
    assert_eq!(runs(), 3);

    let off = ServiceOptions::new().breaker(BreakerPolicy::builder().enabled(false));
    world
        .registry
        .configure("plan_service", off.retry(RetryPolicy::builder().max_attempts(7)))
        .unwrap();
    assert_eq!(runs(), 7);
    world
        .registry
        .configure_defaults(ServiceOptions::new().attempt_timeout(secs(1)))
        .unwrap();

    // Settings that go together with the code let it hold again, where they do not say otherwise.
    let wide = RetryPolicy::builder().max_delay(secs(1)).max_attempts(4);
    world
        .registry
        .configure("plan_service", ServiceOptions::new().retry(wide))
        .unwrap();
    assert_eq!(runs(), 4);
}

#[test]
fn defaults_fill_what_nobody_has_said_for_services_old_and_new() {
    let world = World::new();
    let old = world.plans("plan_service", ServiceOptions::new());
    let open_after = |threshold| ServiceOptions::new().breaker(exact().failure_threshold(threshold));
    let fail = |plans: &Plans| {
        let _ = plans.count_blocking(|run| Err(Error::Down(run)));
        plans.service.state()
    };

    world.registry.configure_defaults(open_after(1)).unwrap();
    let new = world.plans("tool_service", ServiceOptions::new());
    let said = world.plans("context_service", open_after(2));

    assert_eq!(fail(&old), CircuitState::Open);
    assert_eq!(fail(&new), CircuitState::Open);
    assert_eq!(fail(&said), CircuitState::Closed);
    assert_eq!(fail(&said), CircuitState::Open);
}

#[test]
fn nothing_gives_names_beyond_the_limit_a_breaker() {
    let registry = Registry::builder().max_services(0).build();
    let strict = ServiceOptions::new().breaker(BreakerPolicy::builder().failure_threshold(1));
    let overflow = Plans::new(registry, "any_service", strict);
    assert_eq!(overflow.service.name(), Registry::OVERFLOW);

    registry.configure_defaults(strict).unwrap();
    registry
        .reconfigure(registry.settings().service(Registry::OVERFLOW, strict))
        .unwrap();
    let _ = overflow.count_blocking(|run| Err(Error::Down(run)));

    assert_eq!(overflow.service.state(), CircuitState::Closed);
    assert_eq!(overflow.count_blocking(Ok), Ok(2));
}

#[test]
fn what_is_out_of_range_changes_nothing_and_is_named() {
    // R116, R123
    let world = World::new();
    let off = BreakerPolicy::builder().enabled(false);
    let plans = world.plans("plan_service", ServiceOptions::new().retry(immediate(3)).breaker(off));
    let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
    let table: [(ServiceOptions, [&str; 3]); 5] = [
        (
            ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(0)),
            ["max_attempts", "0", "1 to 1000000"],
        ),
        (
            ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(9).base_delay(secs(11))),
            ["base_delay", "11s", "0ns to 10s, which is `max_delay`: raise that too"],
        ),
        (
            ServiceOptions::new()
                .retry(immediate(9))
                .breaker(exact().failure_threshold(0)),
            ["failure_threshold", "0", "1 to 1000000"],
        ),
        (
            ServiceOptions::new()
                .retry(immediate(9))
                .budget(BudgetPolicy::builder().deposit(f64::NAN)),
            ["deposit", "NaN", "0, or 0.001 to 10.0"],
        ),
        (
            ServiceOptions::new()
                .retry(immediate(9))
                .attempt_timeout(Duration::ZERO),
            ["attempt_timeout", "0ns", "1ms to 86400s"],
        ),
    ];
    for (layer, expected) in table {
        let told = |mistake: InvalidPolicy| {
            assert_eq!([mistake.field(), mistake.value(), mistake.allowed()], expected);
        };
        told(world.registry.configure("plan_service", layer).unwrap_err());
        told(world.registry.configure_defaults(layer).unwrap_err());

        let before = plans.runs();
        assert!(plans.fetch_blocking(|run| Err(Error::Down(run))).is_err());
        assert_eq!(plans.runs() - before, 3);
    }
}

#[test]
fn settings_out_of_range_do_not_even_make_a_service() {
    let registry = Registry::new();

    let mistake = registry.configure("plan_service", ServiceOptions::new().attempt_timeout(Duration::ZERO));

    assert_eq!(mistake.unwrap_err().field(), "attempt_timeout");
    assert!(registry.find("plan_service").is_none());
}

#[test]
fn defaults_that_do_not_go_together_with_one_service_change_none() {
    let world = World::new();
    let slow = RetryPolicy::builder()
        .base_delay(secs(5))
        .jitter(resilience_core::Jitter::None)
        .max_attempts(2);
    let off = BreakerPolicy::builder().enabled(false);
    let slow = world.plans("plan_service", ServiceOptions::new().retry(slow).breaker(off));
    let other = world.plans("tool_service", ServiceOptions::new());
    let _ = slow.fetch_blocking(|run| Err(Error::Down(run)));

    let low = RetryPolicy::builder().max_delay(secs(1)).max_attempts(4);
    let mistake = world
        .registry
        .configure_defaults(ServiceOptions::new().retry(low))
        .unwrap_err();

    assert_eq!(mistake.field(), "base_delay");
    // The operation that is linked already, and one that is linked only now.
    let _ = slow.fetch_blocking(|run| Err(Error::Down(run)));
    let _ = block_on(slow.fetch(down));
    assert_eq!(world.clock.slept(), [secs(5); 3]);
    let _ = other.fetch_blocking(|run| Err(Error::Down(run)));
    assert_eq!(other.runs(), 3);
}

#[tokio::test(start_paused = true)]
async fn no_apply_becomes_retryable_by_settings() {
    // R166
    #[retry_service(name = "applied_service", registry = registry)]
    #[apply]
    async fn write(registry: &'static Registry) -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    let registry = Registry::new();
    registry
        .configure_defaults(ServiceOptions::new().retry(immediate(9)))
        .unwrap();
    registry
        .configure("applied_service", ServiceOptions::new().retry(immediate(9)))
        .unwrap();

    assert_eq!(write(registry).await, Err(Error::Down(1)));

    assert_eq!(attempts(registry, "applied_service"), 1);
}

static GUARDED: ServiceDef = ServiceDef::new("guarded_service").apply_in_retry(ApplyInRetry::Refuse);

#[retry_service(service = GUARDED)]
#[apply]
fn guarded() -> Result<u32, Error> {
    Ok(1)
}

#[test]
fn a_definition_may_keep_its_applies_out_of_attempts_that_could_be_repeated() {
    let plans = World::new().plans("plan_service", ServiceOptions::new());

    let inside = plans.fetch_blocking(|_| guarded());

    assert_eq!(inside.unwrap_err().reason(), Some(Reason::ApplyInRetry));
    assert_eq!(plans.count_blocking(|_| guarded()), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_nobody_has_configured_is_made_by_its_first_call_and_kept() {
    // R040: what the layers come to is worked out then, and not again with every call; afterwards in place, when told to.
    let world = World::new();
    #[retry_service(name = "unknown_service", registry = registry, idempotent)]
    async fn fetch(registry: &'static Registry) -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    let no_breaker = BreakerPolicy::builder().enabled(false);
    world
        .registry
        .configure_defaults(ServiceOptions::new().breaker(no_breaker))
        .unwrap();
    assert!(world.registry.find("unknown_service").is_none());

    let _ = fetch(world.registry).await;
    let service = world.registry.find("unknown_service").unwrap();
    let _ = fetch(world.registry).await;

    assert!(ptr::eq(service, world.registry.service("unknown_service")));
    assert_eq!(service.operations().len(), 1);
    assert_eq!(world.clock.slept(), [ms(50), ms(100), ms(50), ms(100)]);
}

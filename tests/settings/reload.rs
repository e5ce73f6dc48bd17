//! Settings that change while calls run.

use crate::{attempts, read, toml};
use futures::executor::block_on;
use resilience_core::{
    BreakerPolicy, BudgetPolicy, CircuitState, OperationOptions, Registry, RetryPolicy, Service, ServiceDef,
    ServiceOptions, Settings, retry_service,
};
use resilience_tests::{Error, Plans, World, down, exact, immediate, ms, record, secs};
use std::{
    cell::Cell,
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

fn of_plans(layer: ServiceOptions) -> Settings {
    Settings::new().service("plan_service", layer)
}

#[test]
fn a_reload_keeps_the_state_of_the_breaker_the_budget_and_the_statistics() {
    let world = World::new();
    let policy = |attempts, recovery| {
        ServiceOptions::new()
            .retry(immediate(attempts))
            .breaker(exact().failure_threshold(4).recovery_timeout(secs(recovery)))
    };
    let plans = world.plans("plan_service", policy(2, 30));
    let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
    let tokens = plans.service.retry_tokens();
    assert!(tokens < 100.0);

    world.registry.reconfigure(of_plans(policy(2, 60))).unwrap();

    // Two failures were remembered, two more open the circuit; the new recovery time holds from then on.
    assert!((plans.service.retry_tokens() - tokens).abs() < 1e-9);
    assert_eq!(plans.service.statistics().attempts, 2);
    let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
    assert_eq!(plans.service.state(), CircuitState::Open);
    world.registry.reconfigure(of_plans(policy(9, 60))).unwrap();
    assert_eq!(plans.service.state(), CircuitState::Open);
    assert_eq!(plans.service.snapshot().retry_after, Some(secs(60)));
}

#[test]
fn a_reload_replaces_what_was_said_and_the_rest_falls_back() {
    let world = World::new();
    let plans = world.plans("plan_service", ServiceOptions::new().retry(immediate(5)));
    let tools = world.plans("tool_service", ServiceOptions::new().attempt_timeout(ms(10)));

    world.registry.reconfigure(Settings::new()).unwrap();

    assert_eq!(attempts(world.registry, "plan_service", "fetch_blocking"), "3");
    let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
    assert_eq!(plans.runs(), 3);
    assert_eq!(block_on(tools.count(async |_| Ok(1))), Ok(1));
}

#[test]
fn a_reload_with_one_mistake_changes_nothing_anywhere() {
    #[retry_service(service = service, idempotent, operation = "strict", retry(base_delay = "2s"))]
    fn strict(service: &'static Service) -> Result<u32, Error> {
        Ok(1)
    }
    let world = World::new();
    let plans = world.plans("plan_service", ServiceOptions::new().retry(immediate(2)));
    let _ = strict(world.registry.service("tool_service"));
    let before = world.registry.settings();
    let cap = |delay| ServiceOptions::new().retry(RetryPolicy::builder().max_delay(delay));

    for (settings, told) in [
        (
            of_plans(ServiceOptions::new().retry(immediate(7))).service("tool_service", cap(secs(1))),
            "services.tool_service.retry.max_delay is 1s, but retry.base_delay is 2s (attribute), which then must be 0ns to 1s, which is `max_delay`: raise that too",
        ),
        (
            of_plans(ServiceOptions::new().retry(immediate(7))).operation(
                "new_service",
                "fetch",
                OperationOptions::new().attempt_timeout(ms(0)),
            ),
            "services.new_service.operations.fetch.attempt_timeout is 0ns, but must be 1ms to 86400s",
        ),
        (
            of_plans(ServiceOptions::new().retry(immediate(7))).defaults(cap(ms(1))),
            "defaults.retry.max_delay is 1ms, but retry.base_delay is 100ms (library), which then must be 0ns to 1ms, which is `max_delay`: raise that too",
        ),
    ] {
        let refused = world.registry.reconfigure(settings).unwrap_err();

        assert_eq!(refused.mistakes()[0].to_string(), told);
        assert_eq!(world.registry.settings(), before);
        let runs = plans.runs();
        let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
        assert_eq!(plans.runs() - runs, 2);
        plans.service.reset_breaker();
    }
}

#[test]
fn a_call_ends_with_the_policy_that_it_began_its_retries_with() {
    let world = World::new();
    let off = BreakerPolicy::builder().enabled(false);
    let plans = world.plans("plan_service", ServiceOptions::new().retry(immediate(4)).breaker(off));

    let outcome = plans.fetch_blocking(|run| {
        if run == 2 {
            let once = ServiceOptions::new().retry(immediate(1)).breaker(off);
            world.registry.reconfigure(of_plans(once)).unwrap();
        }
        Err(Error::Down(run))
    });

    assert_eq!((outcome, plans.runs()), (Err(Error::Down(4)), 4));
    assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(5)));
}

#[test]
fn two_callers_under_a_thousand_reloads_lose_no_call_and_no_state() {
    // R126
    let registry = Registry::new();
    let policy = |attempts| {
        ServiceOptions::new()
            .retry(immediate(attempts))
            .budget(BudgetPolicy::builder().enabled(false))
            .breaker(exact().failure_threshold(1_000_000))
    };
    let plans = Plans::new(registry, "plan_service", policy(2));
    let broken = Plans::new(
        registry,
        "broken_service",
        ServiceOptions::new().breaker(exact().failure_threshold(1)),
    );
    let _ = broken.count_blocking(|run| Err(Error::Down(run)));
    let (done, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    let begin = Barrier::new(3);

    thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                begin.wait();
                while !done.load(Ordering::Relaxed) {
                    // Every other call needs its retry, whichever of the two policies it finds.
                    let fails = Cell::new(calls.load(Ordering::Relaxed) % 2 == 0);
                    let outcome = plans.fetch_blocking(|run| if fails.take() { Err(Error::Down(run)) } else { Ok(7) });
                    assert_eq!(outcome, Ok(7));
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        begin.wait();
        let broken = ServiceOptions::new().breaker(exact().failure_threshold(1));
        for round in 0..1_000 {
            let settings = of_plans(policy(2 + round % 2)).service("broken_service", broken);
            registry.reconfigure(settings).unwrap();
            if round % 10 == 0 {
                let spoiled = registry
                    .settings()
                    .service("plan_service", ServiceOptions::new().retry(immediate(0)));
                assert!(registry.reconfigure(spoiled).is_err());
            }
        }
        // However fast the reloads were, both kinds of call have been made.
        while calls.load(Ordering::Relaxed) < 100 {
            thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
    });

    let statistics = plans.service.statistics();
    assert_eq!(statistics.calls, calls.load(Ordering::Relaxed));
    assert_eq!(plans.service.state(), CircuitState::Closed);
    assert_eq!(broken.service.state(), CircuitState::Open);
    assert_eq!(broken.service.statistics().calls, 1);
}

#[test]
fn services_and_operations_made_during_a_reload_follow_it_whoever_is_first() {
    #[retry_service(name = "racing_service", registry = registry, idempotent, retry(backoff = none))]
    fn fetch(registry: &'static Registry) -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    for _ in 0..200 {
        let registry = Registry::new();
        let begin = Barrier::new(2);
        thread::scope(|threads| {
            threads.spawn(|| {
                begin.wait();
                assert!(fetch(registry).is_err());
            });
            begin.wait();
            let text = "global.retry.max_attempts = 2\nservices.racing_service.breaker.failure_threshold = 9";
            registry.reconfigure(read(text).unwrap()).unwrap();
        });
        let before = registry.service("racing_service").statistics().attempts;
        assert!((2..=3).contains(&before));

        assert!(fetch(registry).is_err());

        assert_eq!(registry.service("racing_service").statistics().attempts - before, 2);
    }
}

#[test]
fn a_subscriber_may_reload() {
    // R081
    let world = World::new();
    let plans = world.plans("plan_service", ServiceOptions::new().retry(immediate(2)));
    let events = record();
    let registry = world.registry;
    events.call_back(move |_| {
        let settings = toml("services.plan_service.retry.max_atempts = 3")
            .load_leniently(registry)
            .settings;
        registry.reconfigure(settings).unwrap();
        let _ = (registry.explain("plan_service", "fetch"), registry.verify());
    });

    let _ = block_on(plans.fetch(down));

    assert_eq!(attempts(registry, "plan_service", "fetch"), "3");
}

#[test]
fn a_thousand_services_are_configured_one_by_one_in_no_time() {
    let registry = Registry::new();
    for index in 0..1_000 {
        let layer = ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(index + 1));
        registry.configure(&format!("service_{index}"), layer).unwrap();
    }
    assert_eq!(attempts(registry, "service_999", "any"), "1000");
    registry.reconfigure(registry.settings()).unwrap();
}

#[test]
fn everything_at_once_ends() {
    // R081, R138
    static DEFINED: ServiceDef = ServiceDef::new("service_3").attempt_timeout(ms(100));
    #[retry_service(name = "service_4", registry = registry, idempotent, retry(backoff = none))]
    fn fetch(registry: &'static Registry) -> Result<u32, Error> {
        Ok(1)
    }
    let registry = Registry::builder().max_services(6).build();
    let begin = Barrier::new(4);
    let strict = |attempts| ServiceOptions::new().retry(immediate(attempts));
    let round = |thread: u32, round: u32| {
        let name = format!("service_{}", (thread + round) % 9);
        let service = registry.service(&name);
        match round % 8 {
            0 => drop(registry.configure(&name, strict(round + 1))),
            1 => drop(registry.configure_defaults(strict(round + 1))),
            2 => drop(registry.reconfigure(registry.settings().service(&name, strict(thread)))),
            3 => drop(registry.define(&DEFINED)),
            4 => drop(registry.explain(&name, "fetch").to_string()),
            5 => drop(registry.verify().to_string()),
            6 => drop((fetch(registry), service.statistics(), format!("{registry:?}"))),
            _ => drop(toml("global.retry.factor = 3").load_leniently(registry)),
        }
    };
    thread::scope(|threads| {
        for thread in 0..4 {
            let (begin, round) = (&begin, &round);
            threads.spawn(move || {
                begin.wait();
                (0..400).for_each(|number| round(thread, number));
            });
        }
    });

    registry.reconfigure(Settings::new()).unwrap();
    assert_eq!(registry.services().len(), 6);
}

#[test]
fn a_shortened_recovery_time_holds_for_the_circuit_that_is_open() {
    let world = World::new();
    let policy = |recovery| {
        ServiceOptions::new().breaker(
            BreakerPolicy::builder()
                .failure_threshold(1)
                .recovery_jitter(0.0)
                .recovery_timeout(secs(recovery)),
        )
    };
    let plans = world.plans("plan_service", policy(30));
    let _ = plans.count_blocking(|run| Err(Error::Down(run)));
    world.clock.advance(secs(4));

    for (recovery, left) in [
        (60, Some(secs(26))),
        (10, Some(secs(6))),
        (20, Some(secs(6))),
        (4, None),
    ] {
        world.registry.reconfigure(of_plans(policy(recovery))).unwrap();
        assert_eq!(plans.service.snapshot().retry_after, left, "{recovery}");
    }
    assert_eq!(plans.service.state(), CircuitState::HalfOpen);
}

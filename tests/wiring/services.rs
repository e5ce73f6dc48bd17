//! The eleven services, those that nobody knows, and how long each waits.

use crate::system::{Backend, DATABASE, SERVICES, Wiring};
use resilience_core::{
    Backoff, Jitter, RetryOptions, RetryPolicy, ServiceDef, ServiceOptions, Settings, policy::presets,
};
use resilience_tests::{ms, secs};
use std::{ptr, sync::Barrier, thread, time::Duration};

/// How long a call sleeps that fails to the end.
fn slept(wiring: &Wiring, service: &str) -> Vec<Duration> {
    let before = wiring.clock.slept().len();
    let _ = wiring.execute(service, || Backend::default().fail());
    wiring.registry.service(service).reset_breaker();
    wiring.clock.slept().split_off(before)
}

#[test]
fn eleven_services_are_known_each_with_the_policy_of_its_class() {
    // R130, R131, R135
    let wiring = Wiring::new();
    let names: Vec<_> = wiring
        .registry
        .services()
        .iter()
        .map(|service| service.name())
        .collect();
    assert_eq!(names.len(), 11);

    let (database, network) = (vec![ms(500), secs(1)], vec![secs(1), secs(2)]);
    let table = [
        ("plan_service", &database),
        ("tool_service", &network),
        ("context_service", &database),
        ("project_service", &database),
        ("session_service", &database),
        ("actor_service", &network),
        ("skill_service", &vec![ms(100); 2]),
        ("validation_service", &database),
        ("resource_service", &network),
        ("config_service", &vec![ms(100); 2]),
        ("provider_service", &vec![secs(2), secs(4), secs(8), secs(16)]),
    ];
    assert_eq!(table.map(|(name, _)| name), SERVICES.each_ref().map(ServiceDef::name));
    for (service, expected) in table {
        assert_eq!(slept(&wiring, service), *expected, "{service}");
    }
}

#[test]
fn exponential_backoff_with_and_without_jitter() {
    // R012, R013, R015
    let delays = |unit, layer: Option<RetryOptions>| {
        let wiring = Wiring::drawing(unit);
        if let Some(retry) = layer {
            let layer = ServiceOptions::new().retry(retry);
            wiring.registry.configure("plan_service", layer).unwrap();
        }
        slept(&wiring, "plan_service")
    };
    assert_eq!(delays(0.0, None), [ms(400), ms(800)]);
    assert_eq!(delays(1.0, None), [ms(600), ms(1_200)]);
    for unit in [0.0, 1.0] {
        assert_eq!(delays(unit, Some(DATABASE.jitter(Jitter::None))), [ms(500), secs(1)]);
        assert_eq!(
            delays(unit, Some(DATABASE.max_delay(ms(500)).min_delay(ms(500)))),
            [ms(500); 2]
        );
    }
}

/// What this system calls linear: constant, with a floor of two seconds.
fn linear(base: Duration) -> RetryOptions {
    RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .jitter(Jitter::None)
        .base_delay(base)
        .min_delay(secs(2))
}

#[test]
fn every_strategy_has_the_floor_of_the_system() {
    // R006, R007, R008, R009, R011, R013, R016
    let zero = secs(0);
    let table: [(RetryOptions, f64, &[u64]); 8] = [
        (presets::immediate(), 0.9, &[]),
        (presets::fixed(zero), 0.9, &[100, 100, 100]),
        (presets::fixed(ms(500)), 0.9, &[500, 500, 500]),
        (linear(ms(100)), 0.9, &[2_000, 2_000, 2_000]),
        (linear(secs(5)), 0.9, &[5_000, 5_000, 5_000]),
        (presets::exponential(zero), 0.9, &[100, 200, 400]),
        (presets::jitter(zero), 0.0, &[100, 100, 100]),
        (presets::jitter(zero), 1.0, &[100, 200, 400]),
    ];
    for (retry, unit, expected) in table {
        let wiring = Wiring::drawing(unit);
        // A service that the code leaves to the settings alone.
        let layer = ServiceOptions::new().retry(retry.max_attempts(4));
        let only = Settings::new().service("stranger", layer);
        wiring.registry.reconfigure(only).unwrap();

        let expected: Vec<_> = expected.iter().map(|millis| ms(*millis)).collect();
        assert_eq!(slept(&wiring, "stranger"), expected, "{retry:?} at {unit}");
    }
}

#[test]
fn a_base_delay_of_zero_said_by_an_operator_does_not_hammer_either() {
    // R011, R013
    let overrides = serde_json::json!({ "plan_service": { "retry": { "base_delay": "0s" } } });

    assert_eq!(slept(&Wiring::overridden(&overrides), "plan_service"), [ms(100); 2]);
}

#[test]
fn a_service_that_nobody_knows_gets_the_conservative_policy_and_keeps_it() {
    // R131, R132, R136
    let wiring = Wiring::new();
    assert_eq!(slept(&wiring, "stranger"), [ms(500), secs(1)]);
    let first = wiring.registry.service("stranger");
    assert!(ptr::eq(first, wiring.registry.service("stranger")));

    for known in wiring.attempts() {
        assert!(known.parse::<u32>().unwrap() >= 3, "{known}");
    }
    let layer = ServiceOptions::new().retry(RetryOptions::new().max_attempts(4));
    wiring.registry.configure("stranger", layer).unwrap();
    assert_eq!(slept(&wiring, "stranger"), [ms(500), secs(1), secs(2)]);
    assert!(ptr::eq(first, wiring.registry.service("stranger")));
    assert_eq!(wiring.registry.services().len(), 12);
}

#[test]
fn policies_made_for_strangers_are_independent_of_each_other_and_of_the_defaults() {
    // R133, R134
    let (wiring, other) = (Wiring::new(), Wiring::new());
    let _ = ["one", "two"].map(|name| wiring.registry.service(name));

    for name in ["one", "plan_service"] {
        let layer = ServiceOptions::new().retry(RetryOptions::new().max_attempts(99));
        wiring.registry.configure(name, layer).unwrap();
    }

    let held = |wiring: &Wiring, name| wiring.value(name, "retry.max_attempts");
    assert_eq!((held(&wiring, "one"), held(&wiring, "two")), ("99".into(), "3".into()));
    assert_eq!(held(&wiring, "three"), "3");
    assert_eq!(
        (held(&wiring, "plan_service"), held(&other, "plan_service")),
        ("99".into(), "3".into())
    );
    assert_eq!(DATABASE.build().unwrap().max_attempts(), 3);
    assert_eq!(RetryPolicy::DEFAULT.max_attempts(), 3);
}

#[test]
fn threads_that_meet_at_a_new_name_share_one_service() {
    // R138
    let wiring = Wiring::new();
    let barrier = Barrier::new(4);

    let services = thread::scope(|threads| {
        let meet = || {
            barrier.wait();
            wiring.registry.service("stranger")
        };
        let threads: Vec<_> = (0..4).map(|_| threads.spawn(meet)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });

    assert!(services.iter().all(|service| ptr::eq(*service, services[0])));
    assert_eq!(wiring.registry.services().len(), 12);
}

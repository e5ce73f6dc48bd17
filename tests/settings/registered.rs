//! Services that are known, and those that are not.

use crate::{attempts, holds, under};
use resilience_core::{
    Registry, RetryPolicy, ServiceDef, ServiceOptions, Settings,
    settings::{Loader, keys},
};
use resilience_tests::{exact, ms};
use std::ptr;

macro_rules! services {
    ($($name:literal),*) => {
        static SERVICES: [ServiceDef; 11] = [$(ServiceDef::new($name)
            .retry(RetryPolicy::builder().max_attempts(5).base_delay(ms(500)).max_delay(ms(30_000)))),*];
    };
}

services!(
    "plan_service",
    "tool_service",
    "context_service",
    "actor_service",
    "session_service",
    "project_service",
    "resource_service",
    "skill_service",
    "validation_service",
    "search_service",
    "event_service"
);

fn registry() -> &'static Registry {
    let registry = Registry::new();
    for service in &SERVICES {
        registry.define(service);
    }
    registry
}

#[test]
fn eleven_services_are_known_by_their_definitions() {
    // R130, R131
    let registry = registry();

    let names: Vec<_> = registry.services().iter().map(|service| service.name()).collect();

    assert_eq!(names.len(), 11);
    assert!(
        ["plan_service", "tool_service", "context_service"]
            .iter()
            .all(|name| names.contains(name))
    );
    assert_eq!(attempts(registry, "plan_service", "any"), "5");
}

#[test]
fn a_name_that_nobody_declared_gets_the_conservative_defaults_and_keeps_what_is_made_of_them() {
    // R131, R132, R136
    let registry = registry();

    let first = registry.service("stranger");

    assert!(ptr::eq(first, registry.service("stranger")));
    assert_eq!(
        attempts(registry, "stranger", "any"),
        RetryPolicy::DEFAULT.max_attempts().to_string()
    );
    for service in &SERVICES {
        let known = registry.explain(service.name(), "any");
        let stranger = registry.explain("stranger", "any");
        let number = |explanation: &resilience_core::settings::Explanation| -> u32 {
            explanation.get("retry.max_attempts").unwrap().value().parse().unwrap()
        };
        assert!(number(&stranger) <= number(&known));
        assert!(RetryPolicy::DEFAULT.base_delay() <= ms(500) && RetryPolicy::DEFAULT.max_delay() <= ms(30_000));
    }
}

#[test]
fn what_is_said_of_one_stranger_leaves_the_others_and_the_defaults_alone() {
    // R133, R134
    let (registry, other) = (registry(), registry());
    let _ = (registry.service("one"), registry.service("two"));

    registry
        .configure(
            "one",
            ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(99)),
        )
        .unwrap();

    assert_eq!(attempts(registry, "one", "any"), "99");
    assert_eq!(attempts(registry, "two", "any"), "3");
    assert_eq!(attempts(other, "one", "any"), "3");
    assert_eq!(RetryPolicy::DEFAULT.max_attempts(), 3);
}

#[test]
fn a_bulk_of_settings_is_put_into_force_at_once() {
    // R119, R129, R135
    let registry = registry();
    let mut settings = Settings::new();
    for (index, service) in (1..).zip(&SERVICES) {
        let layer = ServiceOptions::new()
            .retry(RetryPolicy::builder().max_attempts(index))
            .breaker(exact().failure_threshold(index));
        settings = settings.service(service.name(), layer);
    }

    registry.reconfigure(settings.clone()).unwrap();

    for (index, service) in (1..).zip(&SERVICES) {
        let index: u32 = index;
        let expected = (index.to_string(), "service");
        assert_eq!(holds(registry, service.name(), "any", "retry.max_attempts"), expected);
        assert_eq!(
            holds(registry, service.name(), "any", "breaker.failure_threshold"),
            expected
        );
    }
    assert_eq!(registry.settings(), settings);
}

#[test]
fn every_key_can_be_said_of_every_service_by_name() {
    // R122, R128
    let other = |default: &str, allowed: &str| match default {
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        _ if allowed.contains(" or ") && !allowed.contains("calls") => {
            let words: Vec<_> = allowed
                .split([',', ' '])
                .filter(|word| !word.is_empty() && *word != "or")
                .collect();
            format!("{:?}", words.iter().find(|word| **word != default).unwrap())
        }
        _ if allowed.ends_with("day") => "\"17s\"".to_owned(),
        _ if allowed.ends_with(" 1") => "0.5".to_owned(),
        _ => "7".to_owned(),
    };
    for key in keys().iter().filter(|key| key.path() != "retry.max_retries") {
        let value = match key.path() {
            "breaker.max_recovery_timeout" => "\"17h\"".to_owned(),
            _ => other(&key.default_value(), &key.allowed()),
        };
        // Neighbours that would be at odds with the value.
        let room = "services.plan_service.retry.max_delay = \"20s\"\n";
        let room = if key.path() == "retry.max_delay" { "" } else { room };
        let text = format!("services.plan_service.{} = {value}\n{room}", key.path());
        let registry = under(&text);

        let found = holds(registry, "plan_service", "any", key.path());
        assert_eq!(found, (value.trim_matches('"').to_owned(), "service"), "{text}");
        assert_ne!(found.0, key.default_value(), "{text}");
    }
}

#[test]
fn timeouts_are_said_per_service() {
    // R127
    let registry =
        under("services.claude_api.attempt_timeout = \"180s\"\nservices.agent_http.attempt_timeout = \"30s\"");

    let found =
        ["claude_api", "agent_http", "plan_service"].map(|name| holds(registry, name, "any", "attempt_timeout").0);

    assert_eq!(found, ["3m", "30s", "off"]);
}

#[test]
fn nothing_said_is_nothing_changed() {
    // R108
    let registry = registry();

    registry.reconfigure(Loader::new().load(registry).unwrap()).unwrap();

    assert_eq!(
        holds(registry, "plan_service", "any", "retry.max_attempts"),
        ("5".to_owned(), "definition")
    );
}

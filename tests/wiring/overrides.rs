//! Two layers over the services: a word for all, and one for each.

use crate::system::{Backend, SERVICES, VARIABLE, Wiring};
use resilience_core::CircuitState;
use resilience_tests::{Error, record};
use serde_json::json;
use std::time::Duration;

const ATTEMPTS: &str = "RESILIENCE__GLOBAL__RETRY__MAX_ATTEMPTS";
const BACKOFF: &str = "RESILIENCE__GLOBAL__RETRY__BACKOFF";

/// The attempts of a service, as its backend counts them.
fn runs(wiring: &Wiring, service: &str) -> u32 {
    let backend = Backend::default();
    let _ = wiring.execute(service, || backend.fail());
    wiring.registry.service(service).reset_breaker();
    backend.runs()
}

fn millis_slept(wiring: &Wiring) -> Vec<u128> {
    wiring.clock.slept().iter().map(Duration::as_millis).collect()
}

fn overrides(value: &serde_json::Value) -> String {
    value.to_string()
}

#[test]
fn the_global_word_reaches_every_known_service_and_the_word_for_one_stands_above_it() {
    // R105, R119, R122
    let wiring = Wiring::new();
    let one = overrides(&json!({ "plan_service": { "retry": { "max_attempts": 2 } } }));

    assert_eq!(wiring.take_up(&[(ATTEMPTS, "4"), (VARIABLE, &one)]), [""; 0]);

    for service in &SERVICES {
        let expected = if service.name() == "plan_service" { 2 } else { 4 };
        assert_eq!(runs(&wiring, service.name()), expected, "{}", service.name());
    }
}

#[test]
fn every_global_key_of_retries_takes_effect_the_strategy_too() {
    // R104, R106
    let wiring = Wiring::new();
    let key = |key: &str| format!("RESILIENCE__GLOBAL__RETRY__{key}");
    let variables = [
        (key("MAX_ATTEMPTS"), "5"),
        (key("BASE_DELAY"), "200ms"),
        (key("MAX_DELAY"), "500ms"),
        (key("JITTER"), "none"),
        (key("BACKOFF"), "linear"),
    ];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), *value)).collect();

    assert_eq!(wiring.take_up(&variables), [""; 0]);

    assert_eq!(runs(&wiring, "skill_service"), 5);
    assert_eq!(millis_slept(&wiring), [200, 400, 500, 500]);
}

#[test]
fn the_global_word_does_not_reach_strangers_and_one_for_them_makes_them_of_the_defaults() {
    // R107, R120
    let wiring = Wiring::new();
    let stranger = overrides(&json!({ "stranger": { "retry": { "base_delay": "1s" } } }));

    assert_eq!(
        wiring.take_up(&[(ATTEMPTS, "4"), (BACKOFF, "none"), (VARIABLE, &stranger)]),
        [""; 0]
    );

    assert_eq!(
        (
            runs(&wiring, "tool_service"),
            runs(&wiring, "stranger"),
            runs(&wiring, "another")
        ),
        (4, 3, 3)
    );
    // The tool service, whose strategy is `none` now, has not slept.
    assert_eq!(millis_slept(&wiring), [1_000, 2_000, 500, 1_000]);
}

#[test]
fn what_nobody_says_is_left_to_the_service() {
    // R108
    let wiring = Wiring::new();
    let before = wiring.attempts();

    assert_eq!(wiring.take_up(&[(BACKOFF, "fixed")]), [""; 0]);

    assert_eq!(wiring.attempts(), before);
    assert_eq!(wiring.attempts()[10], "5");
}

#[test]
fn keys_replace_keys_and_leave_their_neighbours() {
    // R111
    let wiring = Wiring::overridden(&json!({
        "provider_service": { "retry": { "max_attempts": 2 }, "circuit_breaker": { "failure_threshold": 1 } },
    }));

    let found = [
        "retry.max_attempts",
        "retry.base_delay",
        "breaker.failure_threshold",
        "breaker.recovery_timeout",
    ]
    .map(|key| wiring.value("provider_service", key));

    assert_eq!(found, ["2", "2s", "1", "1m"]);
    assert_eq!(wiring.value("plan_service", "breaker.failure_threshold"), "5");
}

#[test]
fn of_mistaken_overrides_each_costs_itself_and_is_told() {
    // R109, R112, R113, R114, R115, R116
    let events = record();
    let wiring = Wiring::new();
    let text = overrides(&json!({
        "plan_service": { "service_name": "tool_service", "retry": { "max_attempts": 7 } },
        "tool_service": { "retry": { "max_attempts": 0 } },
        "context_service": ["max_attempts", 9],
        "project_service": { "rety": {}, "retry": { "max_atempts": 9, "max_attempts": 6 } },
        "session_service": null,
        "actor_service": { "circuit_breaker": { "half_open_max_calls": 99 }, "retry": { "max_attempts": 9 } },
        "skill_service": { "retry": { "max_attempts": 2 } },
    }));

    let mistakes = wiring.take_up(&[(VARIABLE, &text)]);

    assert_eq!(
        wiring.attempts(),
        ["7", "3", "3", "6", "3", "3", "2", "3", "3", "3", "5"]
    );
    assert_eq!(mistakes.len(), 7, "{mistakes:#?}");
    for name in [
        "service_name",
        "tool_service.retry.max_attempts",
        "context_service",
        "rety",
        "max_atempts",
        "session_service",
        "half_open_max_calls",
    ] {
        let told = mistakes.iter().filter(|mistake| mistake.contains(name));
        assert_eq!(told.count(), 1, "{name}: {mistakes:#?}");
    }
    let warnings = events.take();
    assert_eq!(warnings.len(), 7);
    assert!(
        warnings.iter().all(|event| event.starts_with("WARN override skipped ")),
        "{warnings:#?}"
    );
}

#[test]
fn a_text_that_is_no_object_or_too_long_or_too_deep_leaves_the_services_as_they_are() {
    // R110, R117, R118
    let long = overrides(&json!({ "plan_service": { "retry": { "max_attempts": 7 } } })) + &" ".repeat(10_000);
    let deep = "[".repeat(4_999) + &"]".repeat(4_999);
    for text in [
        &*long,
        &*deep,
        "{",
        "[]",
        "7",
        "null",
        "\"text\"",
        "{\"plan_service\": }",
    ] {
        let wiring = Wiring::new();

        let mistakes = wiring.take_up(&[(VARIABLE, text)]);

        assert_eq!(mistakes.len(), 1, "{text:.20}: {mistakes:?}");
        assert_eq!(wiring.attempts(), Wiring::new().attempts());
    }
}

#[test]
fn a_breaker_that_is_null_is_none_and_that_of_others_stays() {
    // R121
    let wiring = Wiring::overridden(&json!({ "plan_service": { "circuit_breaker": null } }));

    for service in ["plan_service", "tool_service"] {
        let backend = Backend::default();
        for _ in 0..100 {
            let _ = wiring.once(service, || backend.fail());
        }
        let expected = if service == "plan_service" { 100 } else { 5 };
        assert_eq!(backend.runs(), expected, "{service}");
    }
}

#[test]
fn an_override_while_calls_run_is_seen_by_the_next_decision_and_forgets_nothing() {
    // R041
    let wiring = Wiring::new();
    let backend = Backend::default();
    for _ in 0..4 {
        let _ = wiring.once("plan_service", || backend.fail());
    }

    let slower = overrides(&json!({ "plan_service": { "retry": { "base_delay": "3s", "max_attempts": 2 } } }));
    assert_eq!(wiring.take_up(&[(VARIABLE, &slower)]), [""; 0]);

    let plans = wiring.registry.service("plan_service");
    assert_eq!(plans.snapshot().failures, 4);
    assert_eq!(
        wiring.execute("plan_service", || backend.recover_after(5)),
        Err(Error::Down(5))
    );
    assert_eq!(plans.state(), CircuitState::Open, "the fifth failure");
    plans.reset_breaker();
    let backend = Backend::default();
    assert_eq!(wiring.execute("plan_service", || backend.recover_after(1)), Ok(2));
    assert_eq!(wiring.clock.slept(), [Duration::from_secs(3)]);
}

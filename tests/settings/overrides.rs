//! Overrides of services in one variable.

use crate::{attempts, holds};
use resilience_core::{
    CircuitState, Registry, ServiceOptions,
    settings::{Loaded, Loader},
};
use resilience_tests::{Error, Plans, record};
use serde_json::json;

const VARIABLE: &str = "RESILIENCE_RETRY_SERVICE_OVERRIDES";
const ALIAS: &str = "CLEVERAGENTS_RETRY_SERVICE_OVERRIDES";

/// What comes of overrides: a registry under what is good of them, and the events that tell of the rest.
fn lenient(variables: &[(&str, &str)]) -> (&'static Registry, Vec<String>) {
    let registry = Registry::new();
    let events = record();
    let Loaded { settings, .. } = Loader::new()
        .variables(variables.iter().copied())
        .load_leniently(registry);
    registry.reconfigure(settings).unwrap();
    (registry, events.take())
}

fn skipped(source: &str, rest: &str) -> String {
    format!("WARN override skipped source={source}{rest}")
}

#[test]
fn one_variable_overrides_services_by_name() {
    // R109
    let overrides = json!({
        "plan_service": { "retry": { "max_attempts": 7 }, "breaker": { "failure_threshold": 9 } },
        "tool_service": { "attempt_timeout": "1m 30s" },
    });
    let (registry, events) = lenient(&[(VARIABLE, &overrides.to_string())]);

    assert_eq!(attempts(registry, "plan_service", "any"), "7");
    assert_eq!(
        holds(registry, "plan_service", "any", "breaker.failure_threshold").0,
        "9"
    );
    assert_eq!(holds(registry, "tool_service", "any", "attempt_timeout").0, "1m 30s");
    assert_eq!(events, [""; 0]);
}

#[test]
fn the_variable_of_other_systems_is_read_too_and_ours_stands_above_it_and_above_single_values() {
    // R109
    let theirs = r#"{"plan_service": {"retry": {"max_attempts": 2, "factor": 3}}, "tool_service": {"circuit_breaker": {"failure_threshold": 4}}}"#;
    let ours = r#"{"plan_service": {"retry": {"max_attempts": 6}}}"#;
    let single = "RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_ATTEMPTS";
    let (registry, events) = lenient(&[(VARIABLE, ours), (single, "9"), (ALIAS, theirs)]);

    assert_eq!(attempts(registry, "plan_service", "any"), "6");
    assert_eq!(holds(registry, "plan_service", "any", "retry.factor").0, "3");
    assert_eq!(
        holds(registry, "tool_service", "any", "breaker.failure_threshold").0,
        "4"
    );
    let explanation = registry.explain("plan_service", "any");
    assert_eq!(
        explanation.get("retry.max_attempts").unwrap().source(),
        Some(&*format!("{VARIABLE}:1"))
    );
    assert_eq!(events, [""; 0]);
}

#[test]
fn ten_thousand_characters_are_taken_and_not_one_more() {
    // R110: characters, not bytes
    let text = |characters: usize| {
        let start = r#"{"plan_service": {"retry": {"max_attempts": 7}}, "é": {"#;
        let end = "}}";
        let filling = " ".repeat(characters - start.chars().count() - end.chars().count());
        format!("{start}{filling}{end}")
    };

    let (registry, events) = lenient(&[(VARIABLE, &text(10_000))]);
    assert_eq!(text(10_000).len(), 10_001);
    assert_eq!(
        (attempts(registry, "plan_service", "any").as_str(), events.len()),
        ("7", 0)
    );

    let (registry, events) = lenient(&[(VARIABLE, &text(10_001))]);
    assert_eq!(attempts(registry, "plan_service", "any"), "3");
    let rest = " key= problem=is longer than 10000 characters";
    assert_eq!(events, [skipped(VARIABLE, rest)]);
    let refused = Loader::new()
        .variables([(VARIABLE, text(10_001))])
        .load(Registry::new());
    assert_eq!(
        refused.unwrap_err().to_string(),
        format!("{VARIABLE}: is longer than 10000 characters")
    );
}

#[test]
fn an_override_replaces_the_keys_that_it_names_and_leaves_the_others() {
    // R111
    let registry = Registry::new();
    let loaded = crate::toml("services.plan_service.retry = { max_attempts = 4, base_delay = \"1s\" }")
        .overrides("text", r#"{"plan_service": {"retry": {"max_attempts": 9}}}"#)
        .load(registry);
    registry.reconfigure(loaded.unwrap()).unwrap();

    assert_eq!(attempts(registry, "plan_service", "any"), "9");
    assert_eq!(holds(registry, "plan_service", "any", "retry.base_delay").0, "1s");
}

#[test]
fn an_override_cannot_rename_its_service_and_what_nobody_knows_is_left_out_alone() {
    // R112, R113, R114
    let overrides = json!({
        "plan_service": {
            "service_name": "tool_service",
            "rety": 4,
            "retry": { "max_attempts": 7, "max_atempts": 8 },
            "circuit_breaker": { "treshold": 4 },
        },
    });
    let (registry, events) = lenient(&[(VARIABLE, &overrides.to_string())]);

    assert_eq!(attempts(registry, "plan_service", "any"), "7");
    assert_eq!(attempts(registry, "tool_service", "any"), "3");
    let at = format!("{VARIABLE}:1");
    let known = "enabled, per, failure_threshold, failure_span, failure_count, failure_rate, slow_call_rate, slow_call_duration, window, \
                 minimum_calls, count_transient, count_throttled, count_timeouts, permanent, on_abandon, \
                 recovery_timeout, recovery_factor, max_recovery_timeout, recovery_jitter, cooldown, half_open_max_calls, \
                 success_threshold, probe_timeout, ramp";
    let expected = [
        format!(" key=services.plan_service.breaker.treshold problem=is no key of the settings: there are {known}"),
        " key=services.plan_service.retry.max_atempts problem=is no key of the settings: did you mean `max_attempts`?"
            .to_owned(),
        " key=services.plan_service.rety problem=is no key of the settings: did you mean `retry`?".to_owned(),
        " key=services.plan_service.service_name value=\"tool_service\" problem=cannot rename a service: it is called by \
         the key that it stands under"
            .to_owned(),
    ];
    assert_eq!(events, expected.map(|rest| skipped(&at, &rest)));
}

#[test]
fn an_override_that_is_no_object_is_skipped() {
    // R115
    for (value, shown) in [
        (json!([1]), "an array"),
        (json!("text"), "\"text\""),
        (json!(7), "7"),
        (json!(null), "null"),
        (json!(true), "true"),
    ] {
        let overrides = json!({ "plan_service": value, "tool_service": { "retry": { "max_attempts": 7 } } });
        let (registry, events) = lenient(&[(VARIABLE, &overrides.to_string())]);

        assert_eq!(attempts(registry, "tool_service", "any"), "7");
        let rest = format!(" key=services.plan_service value={shown} problem=must be a table");
        assert_eq!(events, [skipped(&format!("{VARIABLE}:1"), &rest)]);
    }
}

#[test]
fn of_three_overrides_the_invalid_one_is_skipped_whatever_makes_it_so() {
    // R116
    for (spoiled, problem) in [
        (
            json!({ "max_attempts": 0, "factor": 4 }),
            "is 0, but must be 1 to 1000000",
        ),
        (
            json!({ "max_attempts": "many", "factor": 4 }),
            "is \"many\", but must be a whole number",
        ),
        (
            json!({ "base_delay": "11s", "factor": 4 }),
            "is 11s, but must be 0ns to 10s",
        ),
        (
            json!({ "max_attempts": 2, "max_retries": 2, "factor": 4 }),
            "is 2 beside `max_attempts`, but must be",
        ),
    ] {
        let registry = Registry::new();
        let before = "services.b_service.retry.max_attempts = 4";
        registry.reconfigure(crate::read(before).unwrap()).unwrap();
        let fine = json!({ "retry": { "max_attempts": 7 } });
        let overrides = json!({ "a_service": fine, "b_service": { "retry": spoiled }, "c_service": fine });
        let loaded = crate::toml(before)
            .overrides("text", &overrides.to_string())
            .load_leniently(registry);

        assert_eq!(loaded.skipped.len(), 1, "{:?}", loaded.skipped);
        let told = loaded.skipped[0].to_string();
        assert!(
            told.starts_with("text:1: services.b_service.retry.") && told.contains(problem),
            "{told}"
        );
        registry.reconfigure(loaded.settings).unwrap();
        let found = ["a_service", "b_service", "c_service"].map(|name| attempts(registry, name, "any"));
        assert_eq!(found, ["7", "4", "7"]);
        assert_eq!(holds(registry, "b_service", "any", "retry.factor").0, "2");
    }
}

#[test]
fn what_is_no_json_object_is_told_and_skipped() {
    // R117, R118
    let deep = "[".repeat(4_999) + &"]".repeat(4_999);
    let object = "{\"a\":".repeat(1_500) + "1" + &"}".repeat(1_500);
    for (text, problem) in [
        (deep.as_str(), "is nested too deeply"),
        (object.as_str(), "is nested too deeply"),
        ("{\"plan_service\": ", "is no JSON: EOF while parsing"),
        ("nonsense", "is no JSON: expected ident (column 2)"),
        ("[]", "must be a JSON object"),
        ("7", "must be a JSON object"),
        ("null", "must be a JSON object"),
        ("{\"a\": {}, \"a\": {}}", "says `a` a second time"),
    ] {
        let (registry, events) = lenient(&[(VARIABLE, text)]);

        assert!(events[0].contains(problem), "{text:.20}: {events:?}");
        assert_eq!(attempts(registry, "plan_service", "any"), "3");
    }
    // A variable that nobody filled in is no mistake.
    assert_eq!(lenient(&[(VARIABLE, "  ")]).1, [""; 0]);
}

#[test]
fn an_override_for_a_service_that_nobody_made_makes_its_policy_of_the_defaults() {
    // R120
    let overrides = r#"{"new_service": {"retry": {"max_attempts": 1}}}"#;
    let (registry, _) = lenient(&[
        (VARIABLE, overrides),
        ("RESILIENCE__DEFAULTS__BREAKER__FAILURE_THRESHOLD", "2"),
        ("RESILIENCE__DEFAULTS__BREAKER__FAILURE_SPAN", "0s"),
    ]);
    assert!(registry.find("new_service").is_none());

    let plans = Plans::new(registry, "new_service", ServiceOptions::new());
    for _ in 0..2 {
        let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
    }

    assert_eq!((plans.runs(), plans.service.state()), (2, CircuitState::Open));
}

#[test]
fn a_breaker_that_is_null_is_none() {
    // R121
    for spelling in ["breaker", "circuit_breaker"] {
        let overrides = json!({ "plan_service": { spelling: null } });
        let (registry, events) = lenient(&[(VARIABLE, &overrides.to_string())]);
        let plans = Plans::new(registry, "plan_service", ServiceOptions::new());
        for _ in 0..20 {
            let _ = plans.count_blocking(|run| Err(Error::Down(run)));
        }

        assert_eq!((plans.runs(), plans.service.state()), (20, CircuitState::Closed));
        assert_eq!(events, [""; 0]);
        assert_eq!(
            holds(registry, "plan_service", "any", "breaker.enabled"),
            ("false".to_owned(), "service")
        );
    }
}

//! Lenient loading: a mistake costs what it stands in, and nothing else.

use crate::{attempts, holds, toml};
use resilience_core::{
    BreakerPolicy, Registry, RetryPolicy, ServiceDef, ServiceOptions,
    settings::{Format, MistakeKind},
};
use resilience_tests::{ms, secs};

#[test]
fn a_wrong_value_costs_what_its_source_says_of_the_service_and_the_source_below_holds() {
    // R116
    let registry = Registry::new();
    let loaded = toml("services.plan_service.retry = { max_attempts = 4, max_delay = \"5s\" }")
        .overrides(
            "override",
            r#"{"plan_service": {"retry": {"base_delay": "6s", "max_attempts": 9}}}"#,
        )
        .load_leniently(registry);

    assert_eq!(loaded.skipped.len(), 1);
    assert_eq!(
        loaded.skipped[0].to_string(),
        "override:1: services.plan_service.retry.base_delay is 6s, but must be 0ns to 5s, which is `max_delay`: raise that too"
    );
    assert_eq!(loaded.skipped[0].kind(), MistakeKind::Conflict);
    registry.reconfigure(loaded.settings).unwrap();
    assert_eq!(attempts(registry, "plan_service", "any"), "4");
}

#[test]
fn values_of_two_sources_may_go_together_where_one_by_itself_would_not() {
    let registry = Registry::new();
    let settings = toml("services.plan_service.retry.base_delay = \"20s\"")
        .text(
            "more.toml",
            Format::Toml,
            "services.plan_service.retry.max_delay = \"30s\"",
        )
        .load(registry);

    registry.reconfigure(settings.unwrap()).unwrap();
    assert_eq!(holds(registry, "plan_service", "any", "retry.base_delay").0, "20s");
}

#[test]
fn what_the_settings_in_force_say_holds_where_nothing_good_is_left() {
    // R116
    let registry = crate::under("global.retry.factor = 3\nservices.plan_service.retry.max_attempts = 4");
    let loaded = toml("global.retry.factor = 0\nservices.plan_service.retry.max_attempts = 0\nservices.tool_service.retry.max_attempts = 7")
        .load_leniently(registry);
    assert_eq!(loaded.skipped.len(), 2);

    registry.reconfigure(loaded.settings).unwrap();

    let found = ["plan_service", "tool_service"].map(|name| attempts(registry, name, "any"));
    assert_eq!(found, ["4", "7"]);
    let explanation = registry.explain("plan_service", "any");
    assert_eq!(
        explanation.get("retry.max_attempts").unwrap().source(),
        Some("ops.toml:2")
    );
    registry.define(&PLAIN);
    assert_eq!(holds(registry, "plain_service", "any", "retry.factor").0, "3");
}

static PLAIN: ServiceDef = ServiceDef::new("plain_service");

#[test]
fn settings_are_judged_together_with_what_the_code_says() {
    static WIDE: ServiceDef = ServiceDef::new("wide_service").retry(RetryPolicy::builder().max_delay(secs(60)));
    static TIGHT: ServiceDef = ServiceDef::new("tight_service").retry(RetryPolicy::builder().max_delay(ms(500)));
    let registry = Registry::new();
    registry.define(&WIDE);
    registry.define(&TIGHT);

    let wide = toml("services.wide_service.retry.base_delay = \"20s\"").load(registry);
    assert!(wide.is_ok());
    let tight = toml("[services.tight_service]\n[services.tight_service.retry]\nbase_delay = \"2s\"").load(registry);
    assert_eq!(
        tight.unwrap_err().to_string(),
        "ops.toml:3: services.tight_service.retry.base_delay is 2s, but must be 0ns to 500ms, which is `max_delay`: raise that too"
    );
    // The bound is to blame where the value is the code's.
    let bound =
        toml("[global.breaker]\nenabled = false\n[services.wide_service.retry]\nmax_delay = \"50ms\"").load(registry);
    assert_eq!(
        bound.unwrap_err().to_string(),
        "ops.toml:4: services.wide_service.retry.max_delay is 50ms, but retry.base_delay is 100ms (library), which then \
         must be 0ns to 50ms, which is `max_delay`: raise that too"
    );
    // A word for all that does not suit one service is the word's mistake, and is told once.
    let loaded =
        toml("[global.retry]\nbase_delay = \"1s\"\n[services.wide_service]\nretry.factor = 4").load_leniently(registry);
    let skipped: Vec<_> = loaded.skipped.iter().map(ToString::to_string).collect();
    assert_eq!(
        skipped,
        ["ops.toml:2: global.retry.base_delay is 1s, but must be 0ns to 500ms, which is `max_delay`: raise that too"]
    );
    registry.reconfigure(loaded.settings).unwrap();
    assert_eq!(holds(registry, "wide_service", "any", "retry.factor").0, "4");
    assert_eq!(holds(registry, "wide_service", "any", "retry.base_delay").0, "100ms");
}

#[test]
fn a_breaker_without_a_rule_is_told_of_the_rule_that_was_taken_away() {
    let refused = crate::read("[services.plan_service.breaker]\nfailure_threshold = 0").unwrap_err();

    assert_eq!(
        refused.to_string(),
        "ops.toml:2: services.plan_service.breaker.failure_threshold is 0, but must be 1 to 1000000"
    );
}

#[test]
fn a_source_that_cannot_be_read_costs_itself_alone() {
    // R117, R118
    let registry = Registry::new();
    let strict = BreakerPolicy::builder().failure_threshold(9);
    let loaded = toml("services.plan_service.retry.max_attempts = 4")
        .text("broken.json", Format::Json, "{")
        .file("missing.yaml")
        .code(resilience_core::Settings::new().service("plan_service", ServiceOptions::new().breaker(strict)))
        .load_leniently(registry);

    assert_eq!(loaded.skipped.len(), 2);
    registry.reconfigure(loaded.settings).unwrap();
    assert_eq!(attempts(registry, "plan_service", "any"), "4");
    assert_eq!(
        holds(registry, "plan_service", "any", "breaker.failure_threshold").0,
        "9"
    );
}

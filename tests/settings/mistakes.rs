//! Strict loading: every mistake at once, each with its place.

use resilience_core::{
    Registry,
    settings::{Format, Loader},
};

const SPOILED: &str = r#"
[defaults.retry]
max_atempts = 3
base_delay = 100

[globl]

[services.plan_service.retry]
max_attempts = 0
backoff = "exponental"
jitter = { proportional = 1.5 }

[services.plan_service.breaker]
success_threshold = 256
window = "10ms"
enabled = "yes"

[services.plan_service.operations.fetch_plan]
attempt_timeout = "0s"
breaker = { failure_threshold = 3 }

[services."tool service"]
attempt_timeout = "750"
service_name = "other"
"#;

#[test]
fn every_mistake_is_told_at_once_with_its_line_and_what_would_be_right() {
    // R113, R114, R123
    let refused = Loader::new()
        .text("ops.toml", Format::Toml, SPOILED)
        .load(Registry::new())
        .unwrap_err();

    expect_test::expect![[r#"
        ops.toml:6: globl is no key of the settings: did you mean `global`?
        ops.toml:3: defaults.retry.max_atempts is no key of the settings: did you mean `max_attempts`?
        ops.toml:4: defaults.retry.base_delay is 100, but must be a duration with its unit, such as "750ms" or "1m 30s"
        ops.toml:9: services.plan_service.retry.max_attempts is 0, but must be 1 to 1000000
        ops.toml:10: services.plan_service.retry.backoff is "exponental", but must be none, fixed, linear, incremental, exponential or fibonacci: did you mean `exponential`?
        ops.toml:11: services.plan_service.retry.jitter is a table, but must be none, full, equal, decorrelated or { proportional = 0 to 1 }
        ops.toml:14: services.plan_service.breaker.success_threshold is 256, but must be 1 to 255
        ops.toml:15: services.plan_service.breaker.window is "10ms", but must be 1 to 1000000 calls, or 100ms to 1day
        ops.toml:16: services.plan_service.breaker.enabled is "yes", but must be true or false
        ops.toml:19: services.plan_service.operations.fetch_plan.attempt_timeout is "0s", but must be 1ms to 1day
        ops.toml:20: services.plan_service.operations.fetch_plan.breaker is a table, but belongs to the service: all its operations share it
        ops.toml:23: services."tool service".attempt_timeout is "750", but must be a duration with its unit, such as "750ms" or "1m 30s"
        ops.toml:24: services."tool service".service_name is "other", but cannot rename a service: it is called by the key that it stands under"#]].assert_eq(&refused.to_string());
}

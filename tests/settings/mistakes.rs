//! Strict loading: every mistake at once, each with its place.

use resilience_core::{
    Registry,
    settings::{Format, Loader, keys},
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
        ops.toml:3: defaults.retry.max_atempts is no key of the settings: did you mean `max_attempts`?
        ops.toml:4: defaults.retry.base_delay is 100, but must be a duration with its unit, such as "750ms" or "1m 30s"
        ops.toml:6: globl is no key of the settings: did you mean `global`?
        ops.toml:9: services.plan_service.retry.max_attempts is 0, but must be 1 to 1000000
        ops.toml:10: services.plan_service.retry.backoff is "exponental", but must be none, fixed, linear, exponential or fibonacci: did you mean `exponential`?
        ops.toml:11: services.plan_service.retry.jitter is a table, but must be none, full, equal, decorrelated or { proportional = 0 to 1 }
        ops.toml:14: services.plan_service.breaker.success_threshold is 256, but must be 1 to 255
        ops.toml:15: services.plan_service.breaker.window is "10ms", but must be 1 to 1000000 calls, or 100ms to 1day
        ops.toml:16: services.plan_service.breaker.enabled is "yes", but must be true or false
        ops.toml:19: services.plan_service.operations.fetch_plan.attempt_timeout is "0s", but must be 1ms to 1day
        ops.toml:20: services.plan_service.operations.fetch_plan.breaker is a table, but belongs to the service: all its operations share it
        ops.toml:23: services."tool service".attempt_timeout is "750", but must be a duration with its unit, such as "750ms" or "1m 30s"
        ops.toml:24: services."tool service".service_name is "other", but cannot rename a service: it is called by the key that it stands under"#]].assert_eq(&refused.to_string());
}

/// What must be said beside a value at the edge of its range, so that the two go together.
const ROOM: [(&str, &str); 7] = [
    ("retry.base_delay", "retry.max_delay = \"1day\""),
    (
        "retry.min_delay",
        "retry.max_delay = \"1day\"\nservices.a.retry.max_attempts = 1",
    ),
    ("retry.total_timeout", "retry.max_attempts = 1"),
    ("retry.max_delay", "retry.base_delay = \"0s\""),
    ("breaker.failure_threshold", "breaker.failure_rate = 0.5"),
    ("breaker.max_recovery_timeout", "breaker.recovery_timeout = \"1ms\""),
    ("breaker.window", "breaker.failure_rate = 0.5"),
];

#[test]
fn every_range_is_taken_to_its_edges_and_not_beyond() {
    // R123, R124
    let mut ranges = 0;
    for key in keys() {
        let allowed = key.allowed();
        let range = allowed.split(" or ").last().unwrap().trim_start_matches("ignore, or ");
        let Some((low, high)) = range.split_once(" to ").filter(|_| !range.contains('}')) else {
            continue;
        };
        ranges += 1;
        let is_time = high.ends_with("day");
        let beyond = if is_time {
            ["\"1day 1ns\"".to_owned(), "\"-1s\"".to_owned()]
        } else {
            let edge = |edge: &str, step: f64| format!("{}", edge.parse::<f64>().unwrap() + step);
            [edge(high, 1.0), edge(low, -1.0)]
        };
        let quoted = |value: &str| {
            if is_time {
                format!("\"{value}\"")
            } else {
                value.to_owned()
            }
        };
        let room = ROOM.iter().find(|(path, _)| *path == key.path());
        let room = room.map_or(String::new(), |(_, room)| format!("services.a.{room}\n"));
        let says = |value: &str| crate::read(&format!("services.a.{} = {value}\n{room}", key.path()));
        for value in [quoted(low), quoted(high)] {
            assert!(
                says(&value).is_ok(),
                "{}: {value}: {}",
                key.path(),
                says(&value).unwrap_err()
            );
        }
        for value in beyond {
            let refused = says(&value).unwrap_err();
            assert_eq!(
                refused.mistakes()[0].path(),
                format!("services.a.{}", key.path()),
                "{value}"
            );
        }
    }
    assert_eq!(ranges, 31);
}

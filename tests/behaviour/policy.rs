//! What policies accept, and how they read and print.

use resilience_core::{
    ApplyInRetry, Backoff, BreakerOptions, BreakerPolicy, BudgetOptions, BudgetPolicy, FailureCount, InvalidPolicy,
    Jitter, RetryOptions, RetryPolicy, ServiceOptions,
};
use resilience_tests::{Error, World, ms, secs};
use serde_json::{from_str, json, to_value};
use std::{env, process::Command, time::Duration};

const DAY: Duration = Duration::from_secs(86_400);
const OVER: Duration = Duration::from_nanos(86_400_000_000_001);

fn field<T>(result: Result<T, InvalidPolicy>) -> Result<(), &'static str> {
    result.map(drop).map_err(|mistake| mistake.field())
}

#[test]
fn retry_bounds_hold_at_the_edge_and_not_beyond() {
    // R016, R023, R124
    let r = RetryPolicy::builder;
    let long = r().max_delay(DAY);
    let table: [(RetryOptions, Result<(), &str>); 28] = [
        (r(), Ok(())),
        (r().max_attempts(1), Ok(())),
        (r().max_attempts(0), Err("max_attempts")),
        (r().max_attempts(1_000_000), Ok(())),
        (r().max_attempts(1_000_001), Err("max_attempts")),
        (r().max_retries(0), Ok(())),
        (r().max_retries(999_999), Ok(())),
        (r().max_retries(1_000_000), Err("max_attempts")),
        (r().max_retries(u32::MAX), Err("max_attempts")),
        (long, Ok(())),
        (r().max_delay(OVER), Err("max_delay")),
        (r().base_delay(secs(10)), Ok(())),
        (r().base_delay(secs(10) + Duration::from_nanos(1)), Err("base_delay")),
        (r().min_delay(secs(10)), Ok(())),
        (r().min_delay(secs(10) + Duration::from_nanos(1)), Err("min_delay")),
        (r().max_delay(Duration::ZERO).base_delay(Duration::ZERO), Ok(())),
        (r().factor(1.0), Ok(())),
        (r().factor(0.999), Err("factor")),
        (r().factor(1_000.0), Ok(())),
        (r().factor(f64::NAN), Err("factor")),
        (r().factor(f64::INFINITY), Err("factor")),
        (r().jitter(Jitter::Proportional(1.0)), Ok(())),
        (r().jitter(Jitter::Proportional(1.001)), Err("jitter")),
        (r().jitter(Jitter::Proportional(-0.1)), Err("jitter")),
        (r().jitter(Jitter::Proportional(f64::NAN)), Err("jitter")),
        (r().total_timeout(Duration::ZERO), Err("total_timeout")),
        (r().total_timeout(OVER), Err("total_timeout")),
        (r().max_retry_after(OVER), Err("max_retry_after")),
    ];
    for (layer, expected) in table {
        assert_eq!(field(layer.build()), expected, "{layer:?}");
    }
    assert_eq!(field(r().total_timeout(DAY).max_retry_after(DAY).build()), Ok(()));
    for (depth, expected) in [
        (0, Err("max_depth")),
        (1, Ok(())),
        (255, Ok(())),
        (256, Err("max_depth")),
    ] {
        assert_eq!(field(r().max_depth(depth).build()), expected);
    }
}

#[test]
fn retries_that_could_never_be_made_are_refused() {
    let r = || RetryPolicy::builder().jitter(Jitter::None);
    let table = [
        (r().base_delay(secs(1)).total_timeout(secs(1)), Err("total_timeout")),
        (r().base_delay(secs(1)).total_timeout(ms(1_001)), Ok(())),
        // A random wait may be short.
        (RetryPolicy::builder().base_delay(secs(1)).total_timeout(ms(1)), Ok(())),
        (
            RetryPolicy::builder().min_delay(secs(5)).total_timeout(secs(5)),
            Err("total_timeout"),
        ),
        (
            r().backoff(Backoff::None).base_delay(secs(1)).total_timeout(ms(1)),
            Ok(()),
        ),
        (r().max_attempts(1).base_delay(secs(1)).total_timeout(ms(1)), Ok(())),
    ];
    for (options, expected) in table {
        assert_eq!(field(options.build()), expected, "{options:?}");
    }
}

#[test]
fn a_refusal_names_the_field_to_change() {
    let table = [
        (
            RetryPolicy::builder().base_delay(secs(30)),
            "`base_delay` is 30s, but must be 0ns to 10s, which is `max_delay`: raise that too",
        ),
        (
            RetryPolicy::builder().min_delay(secs(30)),
            "`min_delay` is 30s, but must be 0ns to 10s, which is `max_delay`: raise that too",
        ),
        (
            RetryPolicy::builder().min_delay(secs(5)).total_timeout(secs(2)),
            "`total_timeout` is 2s, but must be longer than the wait before the first retry, at least 5s: raise it, or lower \
             `base_delay` and `min_delay`",
        ),
    ];
    for (options, expected) in table {
        assert_eq!(options.build().unwrap_err().to_string(), expected);
    }
}

#[test]
fn parts_of_a_token_are_what_the_getter_says_or_refused() {
    let b = BudgetPolicy::builder;
    let table = [
        (b().deposit(0.000_4), Err("deposit")),
        (b().deposit(0.000_999), Err("deposit")),
        (b().throttled_cost(0.000_4), Err("throttled_cost")),
        (b().min_per_second(0.000_4), Err("min_per_second")),
        (b().deposit(0.001), Ok(())),
        (b().throttled_cost(0.001), Ok(())),
        (b().min_per_second(0.001), Ok(())),
        (b().deposit(0.0).throttled_cost(0.0).min_per_second(0.0), Ok(())),
    ];
    for (options, expected) in table {
        assert_eq!(field(options.build()), expected, "{options:?}");
    }
    let third = b().deposit(1.0 / 3.0).build().unwrap();
    assert!((third.deposit() - 0.333).abs() < f64::EPSILON);
}

#[test]
fn a_policy_reads_nothing_from_the_environment() {
    // R002: played by a process of its own, whose environment says otherwise.
    const WORLD: [(&str, &str); 3] = [
        ("RESILIENCE__DEFAULTS__RETRY__MAX_ATTEMPTS", "9"),
        ("RESILIENCE__GLOBAL__RETRY__MAX_ATTEMPTS", "9"),
        ("MAX_RETRY_ATTEMPTS", "9"),
    ];
    if env::var_os(WORLD[0].0).is_some() {
        assert_eq!(RetryPolicy::default(), RetryPolicy::DEFAULT);
        assert_eq!(RetryPolicy::builder().build().unwrap().max_attempts(), 3);
        let plans = World::new().plans("plan_service", ServiceOptions::new());
        assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(3)));
        return;
    }

    let played = Command::new(env::current_exe().unwrap())
        .args(["policy::a_policy_reads_nothing_from_the_environment", "--exact"])
        .envs(WORLD)
        .output()
        .unwrap();

    let output = String::from_utf8(played.stdout).unwrap();
    assert!(played.status.success() && output.contains("1 passed"), "{output}");
}

#[test]
fn max_attempts_and_max_retries_are_two_words_for_one_thing() {
    // R004, R005
    assert_eq!(RetryPolicy::builder().max_retries(3).build().unwrap().max_attempts(), 4);

    let mistake = RetryPolicy::builder()
        .max_attempts(4)
        .max_retries(3)
        .build()
        .unwrap_err();
    assert_eq!(
        (mistake.field(), mistake.value()),
        ("max_retries", "3 beside `max_attempts`")
    );
}

#[test]
fn breaker_bounds_hold_at_the_edge_and_not_beyond() {
    // R124
    let b = BreakerPolicy::builder;
    let below_a_tick = Duration::from_nanos(999_999);
    let table: [(BreakerOptions, Result<(), &str>); 24] = [
        (b(), Ok(())),
        (b().failure_threshold(1), Ok(())),
        (b().failure_threshold(0), Err("failure_threshold")),
        (b().failure_threshold(1_000_000), Ok(())),
        (b().failure_threshold(1_000_001), Err("failure_threshold")),
        (b().recovery_timeout(ms(1)), Ok(())),
        (b().recovery_timeout(below_a_tick), Err("recovery_timeout")),
        (b().recovery_timeout(DAY), Ok(())),
        (b().recovery_timeout(OVER), Err("recovery_timeout")),
        (b().recovery_factor(0.9), Err("recovery_factor")),
        (b().recovery_factor(100.0), Ok(())),
        (b().recovery_factor(f64::NAN), Err("recovery_factor")),
        (b().recovery_timeout(secs(60)).max_recovery_timeout(secs(60)), Ok(())),
        (
            b().recovery_timeout(secs(60)).max_recovery_timeout(secs(59)),
            Err("max_recovery_timeout"),
        ),
        (b().cooldown(DAY), Ok(())),
        (b().cooldown(OVER), Err("cooldown")),
        (b().half_open_max_calls(0), Err("half_open_max_calls")),
        (b().half_open_max_calls(64), Ok(())),
        (b().half_open_max_calls(65), Err("half_open_max_calls")),
        (b().success_threshold(0), Err("success_threshold")),
        (b().success_threshold(255), Ok(())),
        (b().probe_timeout(ms(1)), Ok(())),
        (b().probe_timeout(below_a_tick), Err("probe_timeout")),
        (b().probe_timeout(OVER), Err("probe_timeout")),
    ];
    for (layer, expected) in table {
        assert_eq!(field(layer.build()), expected, "{layer:?}");
    }
}

#[test]
fn budget_bounds_hold_at_the_edge_and_not_beyond() {
    // R124
    let b = BudgetPolicy::builder;
    let table: [(BudgetOptions, Result<(), &str>); 13] = [
        (b(), Ok(())),
        (b().deposit(0.0).min_per_second(0.0), Ok(())),
        (b().deposit(10.0).min_per_second(1_000.0).capacity(10_000), Ok(())),
        (b().deposit(-0.1), Err("deposit")),
        (b().deposit(10.1), Err("deposit")),
        (b().throttled_cost(0.0), Ok(())),
        (b().throttled_cost(1.0), Ok(())),
        (b().throttled_cost(1.001), Err("throttled_cost")),
        (b().throttled_cost(f64::NAN), Err("throttled_cost")),
        (b().min_per_second(1_000.1), Err("min_per_second")),
        (b().min_per_second(f64::NAN), Err("min_per_second")),
        (b().capacity(0), Err("capacity")),
        (b().capacity(10_001), Err("capacity")),
    ];
    for (layer, expected) in table {
        assert_eq!(field(layer.build()), expected, "{layer:?}");
    }
}

#[test]
fn the_defaults_are_those_of_the_design() {
    // R001, R036, R048
    let retry = RetryPolicy::default();
    assert_eq!(
        (retry.max_attempts(), retry.backoff(), retry.jitter()),
        (3, Backoff::Exponential, Jitter::Full)
    );
    assert_eq!(
        (retry.base_delay(), retry.min_delay(), retry.max_delay()),
        (ms(100), ms(0), secs(10))
    );
    assert_eq!(
        (retry.total_timeout(), retry.max_retry_after(), retry.max_depth()),
        (secs(300), secs(60), 1)
    );
    assert!((retry.factor() - 2.0).abs() < f64::EPSILON);

    let breaker = BreakerPolicy::default();
    assert_eq!(
        (
            breaker.enabled(),
            breaker.failure_threshold(),
            breaker.failure_span(),
            breaker.failure_count()
        ),
        (true, 8, ms(500), FailureCount::Consecutive)
    );
    assert_eq!(
        (
            breaker.recovery_timeout(),
            breaker.recovery_factor(),
            breaker.max_recovery_timeout(),
            breaker.recovery_jitter(),
            breaker.ramp()
        ),
        (secs(5), 2.0, secs(60), 0.1, secs(0))
    );
    assert_eq!((breaker.half_open_max_calls(), breaker.success_threshold()), (2, 2));
    assert_eq!((breaker.cooldown(), breaker.probe_timeout()), (secs(0), secs(60)));

    let budget = BudgetPolicy::default();
    assert!(budget.enabled());
    assert_eq!(
        (budget.deposit(), budget.min_per_second(), budget.capacity()),
        (0.1, 1.0, 100)
    );
    assert!((budget.throttled_cost() - 1.0).abs() < f64::EPSILON);
    assert_eq!(field(retry.layered(&RetryOptions::new())), Ok(()));
}

#[test]
fn a_layer_reads_what_it_prints() {
    // R001
    let layer = ServiceOptions::new()
        .retry(
            RetryPolicy::builder()
                .max_retries(4)
                .backoff(Backoff::Fibonacci)
                .base_delay(ms(750))
                .max_delay(secs(90))
                .jitter(Jitter::Proportional(0.25))
                .factor(1.5),
        )
        .breaker(BreakerPolicy::builder().enabled(false).cooldown(secs(3_600)))
        .budget(BudgetPolicy::builder().deposit(0.5))
        .attempt_timeout(ms(1_500))
        .apply_in_retry(ApplyInRetry::Refuse);

    let printed = to_value(layer).unwrap();

    assert_eq!(printed["retry"]["base_delay"], "750ms");
    assert_eq!(printed["retry"]["max_delay"], "1m 30s");
    assert_eq!(printed["retry"]["backoff"], "fibonacci");
    assert_eq!(printed["retry"]["jitter"], json!({ "proportional": 0.25 }));
    assert_eq!(printed["retry"]["max_attempts"], json!(null));
    assert_eq!(printed["breaker"]["cooldown"], "1h");
    assert_eq!(printed["attempt_timeout"], "1s 500ms");
    assert_eq!(printed["apply_in_retry"], "refuse");
    assert_eq!(from_str::<ServiceOptions>(&printed.to_string()).unwrap(), layer);
}

#[test]
fn what_is_left_out_stays_open() {
    // R108
    assert_eq!(from_str::<ServiceOptions>("{}").unwrap(), ServiceOptions::new());
    let layer: ServiceOptions = from_str(r#"{ "retry": { "base_delay": "1m 30s", "max_delay": "2m" } }"#).unwrap();
    let expected = ServiceOptions::new().retry(RetryPolicy::builder().base_delay(secs(90)).max_delay(secs(120)));
    assert_eq!(layer, expected);
}

#[test]
fn unknown_keys_and_values_are_refused_by_name() {
    // R090, R114
    let table = [
        (r#"{ "retries": {} }"#, "unknown field `retries`"),
        (r#"{ "retry": { "max_attemps": 3 } }"#, "unknown field `max_attemps`"),
        (r#"{ "breaker": { "threshold": 3 } }"#, "unknown field `threshold`"),
        (r#"{ "budget": { "tokens": 3 } }"#, "unknown field `tokens`"),
        (
            r#"{ "retry": { "backoff": "quadratic" } }"#,
            "unknown variant `quadratic`",
        ),
        (r#"{ "retry": { "base_delay": "fast" } }"#, "`fast` is no duration"),
        (r#"{ "retry": { "base_delay": "-1s" } }"#, "`-1s` is no duration"),
        (r#"{ "retry": { "base_delay": 5 } }"#, "invalid type: integer `5`"),
        (r#"{ "retry": { "max_attempts": -1 } }"#, "invalid value: integer `-1`"),
    ];
    for (text, expected) in table {
        let mistake = from_str::<ServiceOptions>(text).unwrap_err().to_string();
        assert!(mistake.contains(expected), "{mistake}");
    }
}

//! The groups, field by field as they are at run time. A new field is a new line.

use std::time::Duration;

use super::field::Range::{Flag, Jitter, Number, OnAbandon, Time, Whole, Window, Word};
use super::field::field;
use super::{Group, check};

const MS: Duration = Duration::from_millis(1);

pub(crate) static RETRY: Group = Group {
    key: "retry",
    policy: "RetryPolicy",
    example: "retry(max_attempts = 4, base_delay = \"100ms\")",
    option: "max_attempts = 4",
    fields: &[
        field("max_attempts", "max_attempts = 4", Whole(1..=1_000_000))
            .too_low("`max_attempts = 0` would never run the body: the first run counts, so the least is 1"),
        field("max_retries", "max_retries = 3", Whole(0..=999_999)),
        field("backoff", "backoff = exponential", Word("Backoff", BACKOFFS)),
        field("base_delay", "base_delay = \"100ms\"", Time(Duration::ZERO)),
        field("min_delay", "min_delay = \"50ms\"", Time(Duration::ZERO)),
        field("max_delay", "max_delay = \"10s\"", Time(Duration::ZERO)),
        field("factor", "factor = 2.0", Number(1.0..=1_000.0))
            .too_low("`factor` below 1 would make every delay shorter than the one before: the least is 1"),
        field("jitter", "jitter = full", Jitter),
        field(
            "total_timeout",
            "total_timeout = \"30s\"",
            Time(Duration::from_nanos(1)),
        )
        .too_low(
            "`total_timeout` of zero leaves no time for the first attempt: give it a longer one, for example `\"30s\"`",
        ),
        field("max_retry_after", "max_retry_after = \"60s\"", Time(Duration::ZERO)),
        field("max_depth", "max_depth = 1", Whole(1..=255))
            .too_low("`max_depth = 0` would never retry: leave `idempotent` out, or give a depth of at least 1"),
    ],
    check: check::retry,
};

const BACKOFFS: &[(&str, &str)] = &[
    ("none", "None"),
    ("fixed", "Fixed"),
    ("linear", "Linear"),
    ("exponential", "Exponential"),
    ("fibonacci", "Fibonacci"),
];

pub(crate) static BREAKER: Group = Group {
    key: "breaker",
    policy: "BreakerPolicy",
    example: "breaker(failure_threshold = 5, recovery_timeout = \"30s\")",
    option: "failure_threshold = 5",
    fields: &[
        field("enabled", "enabled = false", Flag),
        field(
            "per",
            "per = call",
            Word("BreakerPer", &[("attempt", "Attempt"), ("call", "Call")]),
        ),
        field("failure_threshold", "failure_threshold = 5", Whole(0..=1_000_000)),
        field("failure_span", "failure_span = \"500ms\"", Time(Duration::ZERO)),
        field(
            "failure_count",
            "failure_count = cumulative",
            Word("FailureCount", FAILURE_COUNTS),
        ),
        field("failure_rate", "failure_rate = 0.5", Number(0.0..=1.0)),
        field("slow_call_rate", "slow_call_rate = 0.5", Number(0.0..=1.0)),
        field("slow_call_duration", "slow_call_duration = \"2s\"", Time(MS)),
        field("window", "window = 100", Window),
        field("minimum_calls", "minimum_calls = 20", Whole(1..=1_000_000)),
        field("count_transient", "count_transient = false", Flag),
        field("count_throttled", "count_throttled = false", Flag),
        field("count_timeouts", "count_timeouts = false", Flag),
        field(
            "permanent",
            "permanent = probe_success",
            Word("OnPermanent", ON_PERMANENT),
        ),
        field("on_abandon", "on_abandon = \"10s\"", OnAbandon),
        field("recovery_timeout", "recovery_timeout = \"30s\"", Time(MS)),
        field("recovery_factor", "recovery_factor = 2.0", Number(1.0..=100.0)),
        field("max_recovery_timeout", "max_recovery_timeout = \"10m\"", Time(MS)),
        field("recovery_jitter", "recovery_jitter = 0.1", Number(0.0..=1.0)),
        field("cooldown", "cooldown = \"5s\"", Time(Duration::ZERO)),
        field("half_open_max_calls", "half_open_max_calls = 2", Whole(1..=64)),
        field("success_threshold", "success_threshold = 2", Whole(1..=255)),
        field("probe_timeout", "probe_timeout = \"60s\"", Time(MS)),
        field("ramp", "ramp = \"10s\"", Time(Duration::ZERO)),
    ],
    check: check::breaker,
};

const ON_PERMANENT: &[(&str, &str)] = &[
    ("failure", "Failure"),
    ("probe_success", "ProbeSuccess"),
    ("neutral", "Neutral"),
];

const FAILURE_COUNTS: &[(&str, &str)] = &[("consecutive", "Consecutive"), ("cumulative", "Cumulative")];

pub(crate) static BUDGET: Group = Group {
    key: "budget",
    policy: "BudgetPolicy",
    example: "budget(deposit = 0.1, capacity = 100)",
    option: "capacity = 100",
    fields: &[
        field("enabled", "enabled = false", Flag),
        field("deposit", "deposit = 0.1", Number(0.0..=10.0)),
        field("throttled_cost", "throttled_cost = 0.5", Number(0.0..=1.0)),
        field("min_per_second", "min_per_second = 1.0", Number(0.0..=1_000.0)),
        field("capacity", "capacity = 100", Whole(1..=10_000)),
    ],
    check: check::budget,
};

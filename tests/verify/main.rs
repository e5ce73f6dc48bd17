//! The start-up check. A program of its own: it sees every annotated operation of the program that it runs in.

#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]

use resilience_core::{
    BreakerOptions, Registry, Service, ServiceDef, ServiceOptions, apply, retry_service,
    settings::{Finding, Format, Loader},
};
use resilience_tests::{Error, ms};
use std::sync::atomic::{AtomicU32, Ordering};

struct Client {
    tools: &'static Service,
    written: AtomicU32,
}

impl Client {
    #[retry_service(name = "plan_service", idempotent, retry(base_delay = "2s"))]
    async fn fetch_plan(&self) -> Result<u32, Error> {
        Ok(1)
    }

    #[retry_service(name = "plan_service")]
    #[apply]
    fn apply_plan<T: Send>(&self, plan: T) -> Result<T, Error> {
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(plan)
    }

    #[retry_service(service = self.tools, idempotent)]
    fn find_tool<const N: usize>(&self) -> Result<[u8; N], Error> {
        Ok([0; N])
    }
}

mod elsewhere {
    use super::{Error, retry_service};

    #[retry_service(name = "twin_service", idempotent, operation = "twin")]
    pub(crate) fn one() -> Result<u32, Error> {
        Ok(1)
    }

    #[retry_service(name = "twin_service", idempotent, operation = "twin", retry(max_attempts = 4))]
    pub(crate) fn other() -> Result<u32, Error> {
        Ok(1)
    }

    #[retry_service(name = "same_service", idempotent, operation = "same")]
    pub(crate) fn left() -> Result<u32, Error> {
        Ok(1)
    }

    #[retry_service(name = "same_service", idempotent, operation = "same")]
    pub(crate) fn right() -> Result<u32, Error> {
        Ok(1)
    }
}

/// What is found under the settings of a TOML text, apart from the twins, which are always there.
fn found(registry: &Registry, text: &str) -> Vec<String> {
    let settings = Loader::new()
        .text("ops.toml", Format::Toml, text)
        .load(registry)
        .unwrap();
    registry.reconfigure(settings).unwrap();
    let verification = registry.verify();
    let findings = verification.findings().iter();
    let others = findings.filter(|finding| !matches!(finding, Finding::ConflictingOperations { .. }));
    others.map(ToString::to_string).collect()
}

#[test]
fn operations_that_nobody_has_called_yet_are_known() {
    let registry = Registry::new();
    let _ = registry.service("tool_service");

    let text = "services.plan_service.operations.fetch_plan.attempt_timeout = \"750ms\"\n\
                services.plan_service.operations.apply_plan.apply_in_retry = \"refuse\"\n\
                services.tool_service.operations.find_tool.retry.max_attempts = 2\n\
                services.twin_service.operations.twin.retry.factor = 3";

    assert_eq!(found(registry, text), [""; 0]);
    let verification = registry.verify();
    // Those of the library that all tests share aside.
    let unmentioned = verification.unmentioned().iter();
    let unmentioned: Vec<_> = unmentioned.filter(|(service, _)| service != "restricted").collect();
    assert_eq!(unmentioned, [&("same_service".to_owned(), "same".to_owned())]);
    assert!(registry.find("plan_service").is_none());
}

#[test]
fn settings_of_what_is_not_there_are_found() {
    let registry = Registry::new();

    let text = "services.plan_servise.retry.factor = 3\n\
                services.plan_service.operations.fetch_plans.retry.factor = 3\n\
                services.plan_service.operations.apply_plan.retry.max_attempts = 3";

    assert_eq!(
        found(registry, text),
        [
            "services.plan_service.operations.fetch_plans: the service has no such operation",
            "services.plan_servise: no annotated operation, definition or handle has this service",
            "services.plan_service.operations.apply_plan.retry: the operation is apply, and never retried",
        ]
    );
}

#[test]
fn settings_that_do_not_go_together_with_an_attribute_are_found_before_the_first_call() {
    let registry = Registry::new();

    let found = found(registry, "[services.plan_service.retry]\nmax_delay = \"1s\"");

    assert_eq!(
        found,
        [
            "ops.toml:2: services.plan_service.retry.max_delay is 1s, but retry.base_delay is 2s (attribute), which then must \
             be 0ns to 1s, which is `max_delay`: raise that too"
        ]
    );
}

#[test]
fn two_definitions_of_one_name_are_found_and_two_operations_that_say_different_things() {
    static ONE: ServiceDef = ServiceDef::new("defined_service").attempt_timeout(ms(1));
    static OTHER: ServiceDef = ServiceDef::new("defined_service").attempt_timeout(ms(2));
    let registry = Registry::new();
    registry.define(&ONE);
    registry.define(&ONE);
    let twins = |registry: &Registry| {
        let findings = registry.verify().to_string();
        let line = findings.lines().find(|line| line.starts_with("twin_service.twin: "));
        line.map(str::to_owned)
    };
    assert!(!registry.verify().to_string().contains("defined_service"));
    registry.define(&OTHER);

    let said = registry.verify();

    assert!(said.findings().contains(&Finding::ConflictingDefinitions {
        service: "defined_service".to_owned()
    }));
    let line = twins(registry).unwrap();
    assert!(line.contains("verify::elsewhere:") && line.ends_with("say different things under one name"));
    assert!(!said.to_string().contains("same_service"));
}

#[test]
fn a_test_of_one_line_says_all_that_is_wrong() {
    let registry = Registry::new();
    registry
        .configure("nobodys_service", ServiceOptions::new().attempt_timeout(ms(5)))
        .unwrap();

    let refused = registry.verify().into_result().unwrap_err();

    // A handle was made for it: that is somebody. What remains are the twins.
    assert_eq!(refused.findings().len(), 1);
    assert_eq!(refused.to_string().lines().count(), 1);
}

#[test]
fn the_complete_file_of_the_book_goes_together_with_the_operations_that_it_names() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/resilience.toml");
    let registry = Registry::new();
    let _ = registry.service("tool_service");

    assert_eq!(found(registry, &std::fs::read_to_string(path).unwrap()), [""; 0]);
}

#[tokio::test]
async fn what_is_registered_is_what_runs() {
    let registry = Registry::new();
    let client = Client {
        tools: registry.service("tool_service"),
        written: AtomicU32::new(0),
    };

    registry.enter(client.fetch_plan()).await.unwrap();
    assert_eq!(registry.enter_blocking(|| client.apply_plan(7)), Ok(7));
    assert_eq!(client.written.load(Ordering::Relaxed), 1);
    assert_eq!(client.find_tool::<2>(), Ok([0; 2]));
    let elsewhere = || {
        (
            elsewhere::one(),
            elsewhere::other(),
            elsewhere::left(),
            elsewhere::right(),
        )
    };
    registry.enter_blocking(elsewhere).0.unwrap();

    let names: Vec<_> = registry.services().iter().map(|service| service.name()).collect();
    assert_eq!(names, ["plan_service", "same_service", "tool_service", "twin_service"]);
    assert_eq!(found(registry, ""), [""; 0]);
}

#[test]
fn a_breaker_that_chance_opens_more_than_once_an_hour_is_found() {
    let in_a_row = |failures, millis| {
        BreakerOptions::new()
            .failure_threshold(failures)
            .failure_span(ms(millis))
    };
    let table = [
        (in_a_row(1, 500), Some("about every 101 ms")),
        (in_a_row(2, 0), Some("about every 10 s")),
        (in_a_row(3, 0), Some("about every 17 min")),
        // Once in 28 hours.
        (in_a_row(4, 0), None),
        (in_a_row(2, 500), None),
        (in_a_row(2, 0).enabled(false), None),
        (in_a_row(0, 0).failure_rate(0.5), None),
        (BreakerOptions::new(), None),
    ];
    for (layer, every) in table {
        for is_made in [false, true] {
            let registry = Registry::new();
            if is_made {
                let _ = registry.service("plan_service");
            }
            let settings =
                resilience_core::Settings::new().service("plan_service", ServiceOptions::new().breaker(layer));
            registry.reconfigure(settings).unwrap();

            let verification = registry.verify();

            let by_chance = |finding: &&Finding| matches!(finding, Finding::OpensByChance { .. });
            let found: Vec<_> = verification
                .findings()
                .iter()
                .filter(by_chance)
                .map(ToString::to_string)
                .collect();
            let expected = every.map(|every| {
                format!(
                    "services.plan_service.breaker: by chance opens {every} at 1,000 calls/s with 1 % failing: raise \
                     `failure_threshold` or `failure_span`"
                )
            });
            assert_eq!(found, Vec::from_iter(expected), "{layer:?}");
        }
    }
}

#[test]
fn what_is_valid_and_cannot_do_what_it_says_is_found_and_described() {
    let retry = "[services.plan_service.operations.fetch_plan.retry]\n";
    let breaker = "[services.plan_service.breaker]\n";
    let at = "services.plan_service.operations.fetch_plan.";
    let table = [
        (
            format!("{retry}max_attempts = 1000000\nbase_delay = \"100ms\"\njitter = \"none\"\n"),
            vec![
                "retry.max_attempts: `total_timeout` of 300s ends most calls after 36 attempts or fewer: raise it, or lower \
                 `max_attempts`",
                "retry.max_attempts: one call makes up to 1000000 attempts, and 8 failures open the circuit: raise \
                 `breaker.failure_threshold`, or set `breaker.per` to call",
            ],
        ),
        (
            format!("{retry}base_delay = \"2s\"\ntotal_timeout = \"1s\"\n"),
            vec!["retry.total_timeout: a wait before the first retry of up to 2s leaves many calls no time for one"],
        ),
        (
            format!("{retry}backoff = \"fixed\"\nfactor = 3.0\nbase_delay = \"1s\"\n"),
            vec!["retry.factor: has no effect: only exponential backoff grows by a factor"],
        ),
        (
            format!("{breaker}window = 50\n"),
            vec!["breaker.window: a window of 50 calls has no effect: no `failure_rate` or `slow_call_rate` is set"],
        ),
        (format!("{breaker}window = 50\nfailure_rate = 0.5\n"), vec![]),
        (
            format!("{breaker}failure_threshold = 2\n"),
            vec![
                "retry.max_attempts: one call makes up to 3 attempts, and 2 failures open the circuit: raise \
                 `breaker.failure_threshold`, or set `breaker.per` to call",
            ],
        ),
        (format!("{breaker}failure_threshold = 2\nper = \"call\"\n"), vec![]),
    ];
    for (text, expected) in table {
        let registry = Registry::new();
        let expected: Vec<_> = expected.iter().map(|problem| format!("{at}{problem}")).collect();

        assert_eq!(found(registry, &text), expected, "{text}");
    }
}

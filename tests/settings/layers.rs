//! The layers, one above the other.

use crate::{attempts, holds, read, toml, under};
use resilience_core::{
    Backoff, BreakerPolicy, CircuitState, OperationOptions, Registry, RetryPolicy, Service, ServiceDef, ServiceOptions,
    Settings, retry_service,
};
use resilience_tests::{Error, Plans, immediate, ms};

static PLANS: ServiceDef = ServiceDef::new("layered_service").retry(RetryPolicy::builder().max_attempts(3));

#[retry_service(service = PLANS, idempotent, retry(max_attempts = 4, backoff = none))]
fn layered() -> Result<u32, Error> {
    Err(Error::Down(1))
}

#[retry_service(service = PLANS, idempotent)]
fn layered_by_definition() -> Result<u32, Error> {
    Err(Error::Down(1))
}

fn runs(registry: &'static Registry, call: fn() -> Result<u32, Error>) -> u64 {
    let count = || {
        registry
            .find("layered_service")
            .map_or(0, |service| service.statistics().attempts)
    };
    let before = count();
    assert!(registry.enter_blocking(call).is_err());
    count() - before
}

#[test]
fn each_layer_stands_above_those_before_it_and_lets_through_what_it_leaves_open() {
    // R105, R108
    const OFF: &str = "services.layered_service.breaker.enabled = false\n";
    let ladder = [
        ("", "attribute", 4),
        ("defaults.retry.max_attempts = 2", "attribute", 4),
        ("global.retry.max_attempts = 5", "global", 5),
        ("services.layered_service.retry.max_attempts = 6", "service", 6),
        (
            "services.layered_service.operations.layered.retry.max_attempts = 7",
            "operation",
            7,
        ),
    ];
    let mut text = OFF.to_owned();
    for (line, level, expected) in ladder {
        text = format!("{text}{line}\n");
        let registry = under(&text);

        assert_eq!(runs(registry, layered), expected, "{text}");
        assert_eq!(
            holds(registry, "layered_service", "layered", "retry.max_attempts"),
            (expected.to_string(), level)
        );
    }
    // What the operation says for itself concerns it alone; the one beside it follows its service.
    let registry = under(&text);
    let slow = "global.retry.backoff = \"none\"\n";
    let registry = (registry, under(&format!("{slow}{text}"))).1;
    assert_eq!(runs(registry, layered_by_definition), 6);
}

#[test]
fn defaults_fill_what_the_code_leaves_open() {
    let registry = under("[defaults.retry]\nmax_attempts = 9\nbase_delay = \"1s\"");
    registry.define(&PLANS);

    let found = ["retry.max_attempts", "retry.base_delay", "retry.factor"]
        .map(|key| holds(registry, "layered_service", "not_called", key));

    let expected = [("3", "definition"), ("1s", "defaults"), ("2", "library")];
    assert_eq!(found, expected.map(|(value, level)| (value.to_owned(), level)));
}

#[test]
fn groups_merge_field_by_field() {
    // R111
    let registry = under(
        "[global.retry]\nmax_attempts = 4\nbase_delay = \"1s\"\n\
         [services.layered_service.retry]\nbase_delay = \"2s\"\n\
         [services.layered_service.breaker]\nfailure_threshold = 9",
    );
    registry.define(&PLANS);

    let found = [
        "retry.max_attempts",
        "retry.base_delay",
        "breaker.failure_threshold",
        "breaker.success_threshold",
    ]
    .map(|key| holds(registry, "layered_service", "any", key).0);

    assert_eq!(found, ["4", "2s", "9", "2"]);
}

#[test]
fn every_global_key_of_retries_reaches_the_services_that_the_code_declares() {
    // R104, R106
    let registry = under(
        "[global.retry]\nmax_attempts = 6\nbase_delay = \"2s\"\nmax_delay = \"20s\"\njitter = \"none\"\nbackoff = \"fibonacci\"",
    );
    registry.define(&PLANS);

    let keys = ["max_attempts", "base_delay", "max_delay", "jitter", "backoff"];
    let found = keys.map(|key| holds(registry, "layered_service", "any", &format!("retry.{key}")));

    let expected = ["6", "2s", "20s", "none", "fibonacci"];
    assert_eq!(found, expected.map(|value| (value.to_owned(), "global")));
}

#[test]
fn a_global_word_and_one_for_a_service() {
    // R105
    let registry = under("global.retry.max_attempts = 4\nservices.layered_service.retry.max_attempts = 7");
    static OTHER: ServiceDef = ServiceDef::new("other_service").retry(RetryPolicy::builder().max_attempts(2));
    registry.define(&PLANS);
    registry.define(&OTHER);

    assert_eq!(attempts(registry, "layered_service", "any"), "7");
    assert_eq!(attempts(registry, "other_service", "any"), "4");
}

#[test]
fn the_global_word_does_not_reach_services_that_no_code_declares() {
    // R107, R120
    let registry = under(
        "defaults.retry.max_retries = 1\n\
         [global]\nretry.max_attempts = 5\nbreaker.failure_threshold = 1\n\
         [services.tenant_b]\nretry.backoff = \"none\"",
    );
    let [a, b] = ["tenant_a", "tenant_b"].map(|name| Plans::new(registry, name, ServiceOptions::new()));

    for plans in [&a, &b] {
        let _ = plans.fetch_blocking(|run| Err(Error::Down(run)));
        assert_eq!(plans.runs(), 2);
        assert_eq!(plans.service.state(), CircuitState::Closed);
    }
    assert!(!registry.explain("tenant_a", "fetch").is_known());
    // Nothing but the override and the defaults.
    assert_eq!(
        holds(registry, "tenant_b", "fetch", "retry.backoff"),
        ("none".to_owned(), "service")
    );
}

#[test]
fn a_service_becomes_known_when_the_code_declares_it() {
    // R107
    #[retry_service(name = "late_service", idempotent, retry(backoff = none))]
    fn fetch() -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    let registry =
        under("[global]\nretry.max_attempts = 2\nbreaker = { failure_threshold = 2, failure_span = \"0s\" }");
    // Annotated operations make their service known before anybody calls them; a definition does when it is taken up.
    assert!(registry.explain("late_service", "fetch").is_known());
    assert!(registry.explain("late_service", "another").is_known());
    assert!(!registry.explain("layered_service", "layered").is_known());
    let service = registry.service("late_service");
    assert_eq!(service.state(), CircuitState::Closed);
    registry.define(&PLANS);
    assert!(registry.explain("layered_service", "layered").is_known());

    assert!(registry.enter_blocking(fetch).is_err());

    assert_eq!(service.statistics().attempts, 2);
    assert_eq!(service.state(), CircuitState::Open);
    assert!(registry.explain("late_service", "fetch").is_known());
}

#[test]
fn settings_made_in_code_say_the_same_as_those_that_are_loaded() {
    let said = Settings::new()
        .defaults(ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(2)))
        .global(ServiceOptions::new().attempt_timeout(ms(750)))
        .service(
            "plan_service",
            ServiceOptions::new().retry(RetryPolicy::builder().backoff(Backoff::Fixed)),
        )
        .service(
            "plan_service",
            ServiceOptions::new().breaker(BreakerPolicy::builder().failure_threshold(3)),
        )
        .operation(
            "plan_service",
            "fetch_plan",
            OperationOptions::new().retry(RetryPolicy::builder().max_attempts(7)),
        );

    let loaded = read(
        "defaults.retry.max_attempts = 2\nglobal.attempt_timeout = \"750ms\"\n\
         [services.plan_service]\nretry.backoff = \"fixed\"\nbreaker.failure_threshold = 3\n\
         operations.fetch_plan.retry.max_attempts = 7",
    );

    assert_eq!(loaded.unwrap(), said);
    let laid = toml("services.plan_service.retry.max_attempts = 3").code(said.clone());
    assert_eq!(
        laid.load(Registry::new()).unwrap(),
        said.service(
            "plan_service",
            ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(3))
        )
    );
}

#[test]
fn an_operation_of_its_own_is_told_from_others_of_its_service() {
    #[retry_service(service = service, idempotent)]
    fn left(service: &'static Service) -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    #[retry_service(service = service, idempotent)]
    fn right(service: &'static Service) -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    let registry = under(
        "services.tool_service.operations.left.retry.max_attempts = 2\nservices.tool_service.breaker.enabled = false",
    );
    registry
        .configure("tool_service", ServiceOptions::new().retry(immediate(5)))
        .unwrap();
    let service = registry.service("tool_service");
    let runs = |call: fn(&'static Service) -> Result<u32, Error>| {
        let before = service.statistics().attempts;
        assert!(call(service).is_err());
        service.statistics().attempts - before
    };

    assert_eq!((runs(left), runs(right)), (2, 5));
}

//! Who said so.

use resilience_core::{Registry, ServiceDef, ServiceOptions, retry_service, settings::Format};
use resilience_tests::{Error, ms};

static PLANS: ServiceDef = ServiceDef::new("explained_service").attempt_timeout(ms(2_500));

#[retry_service(service = PLANS, idempotent, retry(max_attempts = 4))]
async fn fetch_plan() -> Result<u32, Error> {
    Ok(1)
}

#[tokio::test]
async fn every_value_is_explained_with_its_layer_file_and_line() {
    let registry = Registry::new();
    let settings =
        crate::toml("[defaults.retry]\nfactor = 3\n\n[services.explained_service]\nbreaker.failure_threshold = 3")
            .text(
                "more.yaml",
                Format::Yaml,
                "services:\n  explained_service:\n    operations:\n      fetch_plan:\n        attempt_timeout: 750ms\n",
            )
            .variables([("RESILIENCE__GLOBAL__RETRY__BASE_DELAY", "250ms")])
            .load(registry);
    registry.reconfigure(settings.unwrap()).unwrap();
    registry.enter(fetch_plan()).await.unwrap();

    let table = registry.explain("explained_service", "fetch_plan").to_string();

    expect_test::expect![[r#"
        explained_service.fetch_plan
          retry.max_attempts            4              attribute
          retry.backoff                 exponential    library
          retry.base_delay              250ms          global      RESILIENCE__GLOBAL__RETRY__BASE_DELAY
          retry.factor                  3              defaults    ops.toml:2
          retry.jitter                  full           library
          retry.min_delay               0s             library
          retry.max_delay               10s            library
          retry.total_timeout           5m             library
          retry.max_retry_after         1m             library
          retry.max_depth               1              library
          breaker.enabled               true           library
          breaker.per                   attempt        library
          breaker.failure_threshold     3              service     ops.toml:5
          breaker.failure_span          500ms          library
          breaker.failure_count         consecutive    library
          breaker.failure_rate          0              library
          breaker.slow_call_rate        0              library
          breaker.slow_call_duration    1m             library
          breaker.window                100            library
          breaker.minimum_calls         20             library
          breaker.count_transient       true           library
          breaker.count_throttled       true           library
          breaker.count_timeouts        true           library
          breaker.permanent             probe_success  library
          breaker.on_abandon            ignore         library
          breaker.recovery_timeout      5s             library
          breaker.recovery_factor       2              library
          breaker.max_recovery_timeout  1m             library
          breaker.recovery_jitter       0.1            library
          breaker.cooldown              0s             library
          breaker.half_open_max_calls   2              library
          breaker.success_threshold     2              library
          breaker.probe_timeout         1m             library
          breaker.ramp                  0s             library
          budget.enabled                true           library
          budget.deposit                0.1            library
          budget.throttled_cost         1              library
          budget.min_per_second         1              library
          budget.capacity               100            library
          events.retry                  warn           library
          events.suppression            debug          library
          events.exhaustion             warn           library
          events.rejection              warn           library
          events.repeated_rejection     debug          library
          events.overrun                debug          library
          events.fallback               warn           library
          events.opening                error          library
          events.reopening              warn           library
          events.recovery               info           library
          events.mode                   warn           library
          events.usage                  warn           library
          events.settings               warn           library
          events.reload                 info           library
          events.refusal                error          library
          attempt_timeout               750ms          operation   more.yaml:5
          apply_in_retry                disarm         library"#]]
    .assert_eq(&table);
}

#[test]
fn what_nobody_has_used_yet_is_explained_and_not_made() {
    // R098
    let registry = Registry::new();

    let explanation = registry.explain("strange \n service", "an operation");

    assert!(!explanation.is_known());
    assert!(
        explanation
            .to_string()
            .starts_with(r#""strange \n service"."an operation" (no code declares"#)
    );
    assert!(
        explanation
            .values()
            .iter()
            .all(|value| value.level().as_str() == "library")
    );
    assert!(registry.services().is_empty());
}

#[test]
fn an_annotated_operation_is_explained_before_its_first_call() {
    #[retry_service(name = "registered_service", idempotent, retry(max_attempts = 6))]
    fn fetch() -> Result<u32, Error> {
        Ok(1)
    }
    let registry = Registry::new();
    let explain = || crate::holds(registry, "registered_service", "fetch", "retry.max_attempts");

    assert_eq!(explain(), ("6".to_owned(), "attribute"));
    registry.configure("registered_service", ServiceOptions::new()).unwrap();
    assert_eq!(explain(), ("6".to_owned(), "attribute"));
    registry.enter_blocking(fetch).unwrap();
    assert_eq!(explain(), ("6".to_owned(), "attribute"));
}

#[test]
fn an_attribute_that_gives_way_is_not_explained_as_if_it_held() {
    #[retry_service(name = "giving_service", idempotent, retry(base_delay = "1s", max_attempts = 6))]
    fn fetch() -> Result<u32, Error> {
        Ok(1)
    }
    let registry = crate::under("services.giving_service.retry = { max_delay = \"500ms\" }");
    registry.enter_blocking(fetch).unwrap();

    let explanation = registry.explain("giving_service", "fetch");

    assert!(explanation.attribute_gives_way());
    assert_eq!(explanation.get("retry.max_attempts").unwrap().value(), "3");
}

#[test]
fn both_spellings_of_the_attempts_explain_as_one() {
    let registry = Registry::new();
    let loader = crate::toml("services.plan_service.retry.max_attempts = 9");
    let loader = loader.text("more.toml", Format::Toml, "services.plan_service.retry.max_retries = 4");
    registry.reconfigure(loader.load(registry).unwrap()).unwrap();

    let explanation = registry.explain("plan_service", "fetch");

    let attempts = explanation.get("retry.max_attempts").unwrap();
    assert_eq!((attempts.value(), attempts.source()), ("5", Some("more.toml:1")));
}

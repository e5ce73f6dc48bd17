use crate::growth;
use resilience_core::{Operation, Registry, RetryPolicy, ServiceOptions};
use resilience_tests::ms;

static FETCH: Operation = Operation::idempotent("plan_service", "fetch");

/// As many as a process keeps: see `Registry::reconfigure`.
const MOST_KEPT: u64 = 65_536;

/// A policy that no other test has.
fn layer(number: u64) -> ServiceOptions {
    ServiceOptions::new().retry(RetryPolicy::builder().total_timeout(ms(10_000 + number)))
}

#[test]
fn a_process_keeps_so_many_policies_and_refuses_settings_with_more() {
    let registry = Registry::new();
    drop(FETCH.begin_in(registry));
    let reload = |number| registry.configure("plan_service", layer(number));
    let mut kept = 0;

    let grown = growth(|| {
        while reload(kept).is_ok() {
            kept += 1;
        }
    });

    // A few defaults are kept as well.
    assert!((MOST_KEPT - 100..MOST_KEPT).contains(&kept), "{kept}");
    assert!(grown < 20_000_000, "{grown} bytes");
    let refused = reload(kept).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`policies of operations` is one more, but must be 65536 different ones in the life of a process: restart it to load others"
    );
    let before = registry.settings();
    let refused = registry
        .reconfigure(before.clone().service("plan_service", layer(kept)))
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("services.plan_service operations may have at most 65536"),
        "{refused}"
    );
    assert_eq!(registry.settings(), before);
    // What is kept already is as good as ever, and so are operations that are linked from now on.
    reload(7).unwrap();
    assert_eq!(growth(|| (0..100).for_each(|number| reload(number).unwrap())), 0);
}

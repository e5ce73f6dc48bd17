//! What may be repeated, and that applies never are, whoever asks for it.

use crate::system::{Backend, VARIABLE, Wiring};
use resilience_core::CircuitState;
use resilience_tests::{Error, record};
use serde_json::json;

const TOOLS: &str = "tool_service";

/// Everything that an operator can say in favour of retries.
fn insistent() -> Wiring {
    let wiring = Wiring::new();
    let operation = |name: &str| format!("RESILIENCE__SERVICES__TOOL_SERVICE__OPERATIONS__{name}__RETRY__MAX_ATTEMPTS");
    let overrides =
        json!({ TOOLS: { "retry": { "max_attempts": 9, "backoff": "none" }, "breaker": null } }).to_string();
    let mistakes = wiring.take_up(&[
        ("RESILIENCE__DEFAULTS__RETRY__MAX_ATTEMPTS", "9"),
        ("RESILIENCE__GLOBAL__RETRY__MAX_ATTEMPTS", "9"),
        (&operation("APPLY"), "9"),
        (&operation("APPLY_ASYNC"), "9"),
        (&operation("ONCE"), "9"),
        (VARIABLE, &overrides),
    ]);
    assert_eq!(mistakes, [""; 0]);
    wiring
}

#[tokio::test(start_paused = true)]
async fn reads_and_validations_are_repeated_and_nothing_else_whatever_the_settings_say() {
    // R165, R166, R168: one word makes an entry repeatable, and nothing but that word.
    let wiring = insistent();
    let runs = |backend: &Backend| backend.runs();

    let backend = Backend::default();
    assert_eq!(wiring.execute(TOOLS, || backend.fail()), Err(Error::Down(9)));
    assert_eq!(
        wiring.execute_async(TOOLS, || backend.fail_later()).await,
        Err(Error::Down(18))
    );
    assert_eq!(runs(&backend), 18);

    let backend = Backend::default();
    assert_eq!(wiring.once(TOOLS, || backend.fail()), Err(Error::Down(1)));
    assert_eq!(
        wiring.once_async(TOOLS, || backend.fail_later()).await,
        Err(Error::Down(2))
    );
    assert_eq!(wiring.apply(TOOLS, || backend.fail()), Err(Error::Down(3)));
    assert_eq!(
        wiring.apply_async(TOOLS, || backend.fail_later()).await,
        Err(Error::Down(4))
    );
    assert_eq!((runs(&backend), wiring.clock.slept().len()), (4, 0));
}

#[tokio::test(start_paused = true)]
async fn no_call_around_an_apply_repeats_it_whether_it_failed_or_not() {
    // R166
    for failures in [0, u32::MAX] {
        let (wiring, backend) = (insistent(), Backend::default());
        let around = |outcome: Result<u32, Error>| outcome.and(Err::<u32, _>(Error::Down(7)));

        let sync = wiring.execute(TOOLS, || {
            around(wiring.apply(TOOLS, || backend.recover_after(failures)))
        });
        let later = wiring.execute_async(TOOLS, async || {
            around(
                wiring
                    .apply_async(TOOLS, async || backend.recover_after(failures))
                    .await,
            )
        });

        assert!(sync.is_err() && later.await.is_err());
        assert_eq!(backend.runs(), 2, "one for each of the two calls");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_repeated_goes_through_the_breaker_and_returns_its_error_as_it_is() {
    // R169
    let wiring = Wiring::new();
    let backend = Backend::default();

    let outcomes = [
        wiring.once(TOOLS, || backend.fail()),
        wiring.once_async(TOOLS, || backend.fail_later()).await,
        wiring.apply(TOOLS, || backend.fail()),
        wiring.apply_async(TOOLS, || backend.fail_later()).await,
        wiring.once_async(TOOLS, async || Err(Error::Missing)).await,
    ];

    assert_eq!(
        outcomes,
        [
            Error::Down(1),
            Error::Down(2),
            Error::Down(3),
            Error::Down(4),
            Error::Missing
        ]
        .map(Err)
    );
    let tools = wiring.registry.service(TOOLS);
    assert_eq!((tools.state(), tools.statistics().attempts), (CircuitState::Open, 5));
    assert!(wiring.once(TOOLS, || backend.fail()).is_err());
    assert_eq!(backend.runs(), 4);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_of_retries_where_there_are_none() {
    // R170
    let (wiring, backend, events) = (insistent(), Backend::default(), record());

    let _ = wiring.once(TOOLS, || backend.fail());
    let _ = wiring.once_async(TOOLS, || backend.fail_later()).await;
    let _ = wiring.apply(TOOLS, || backend.fail());
    let _ = wiring.apply_async(TOOLS, || backend.fail_later()).await;

    assert_eq!((events.take(), backend.runs()), (vec![], 4));
}

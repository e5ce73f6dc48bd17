//! What a breaker's policy asks for, through annotated calls.

use futures::FutureExt;
use resilience_core::{
    BreakerMode, BreakerOptions, BreakerPer, BreakerPolicy, BreakerSnapshot, CircuitState, FailureCount, OnAbandon,
    OnPermanent, Reason, Registry, ServiceOptions, Window,
};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, record, secs};
use serde_json::{from_value, json, to_value};
use std::future::pending;
use tokio::time::{advance, sleep};

/// A service on tokio's time, under `breaker`, whose calls make one attempt.
fn plans(breaker: BreakerOptions) -> Plans {
    let layer = ServiceOptions::new().retry(immediate(1)).breaker(breaker);
    Plans::new(Registry::new(), "plan_service", layer)
}

fn breaker() -> BreakerOptions {
    exact().failure_threshold(2).half_open_max_calls(1).success_threshold(1)
}

fn rate(rate: f64) -> BreakerOptions {
    breaker().failure_threshold(0).failure_rate(rate)
}

fn snapshot(plans: &Plans) -> BreakerSnapshot {
    plans.service.snapshot()
}

async fn lasting(plans: &Plans, millis: u64, ok: bool) {
    let outcome = plans.count(async |run| {
        sleep(ms(millis)).await;
        if ok { Ok(run) } else { Err(Error::Down(run)) }
    });
    let _ = outcome.await;
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_judged_or_the_call_as_one() {
    // R051
    let table = [(BreakerPer::Attempt, 3, 1), (BreakerPer::Call, 1, 0)];
    for (per, failures, after) in table {
        let plans = plans(
            breaker()
                .failure_threshold(9)
                .failure_count(FailureCount::Cumulative)
                .per(per),
        );
        let set = |attempts| {
            let layer = ServiceOptions::new().retry(immediate(attempts));
            plans.service.registry().configure("plan_service", layer).unwrap();
        };
        set(3);
        assert!(plans.fetch(down).await.is_err());
        assert_eq!(snapshot(&plans).failures, failures, "{per:?}");

        // A call that succeeds at its second attempt has succeeded.
        plans.service.reset_breaker();
        let first = plans.runs() + 1;
        let result = plans
            .fetch(async |run| if run == first { Err(Error::Down(run)) } else { Ok(run) })
            .await;
        assert!(result.is_ok());
        assert_eq!(snapshot(&plans).failures, after, "{per:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_judged_as_one_probes_once_and_gives_its_place_back() {
    let plans = plans(
        breaker()
            .failure_threshold(1)
            .per(BreakerPer::Call)
            .recovery_timeout(secs(30)),
    );
    let retry = ServiceOptions::new().retry(immediate(3));
    plans.service.registry().configure("plan_service", retry).unwrap();
    assert!(plans.count(down).await.is_err());
    advance(secs(30)).await;

    // Three attempts in one place, and one verdict at the end.
    let runs = plans.runs();
    let result = plans
        .fetch(async |run| {
            assert_eq!(plans.service.state(), CircuitState::HalfOpen);
            Err::<u32, _>(Error::Down(run))
        })
        .await;
    assert!(result.is_err());
    assert_eq!(plans.runs() - runs, 3);
    assert_eq!(plans.service.state(), CircuitState::Open);

    advance(secs(30)).await;
    assert!(plans.fetch(|_| pending()).now_or_never().is_none());
    assert_eq!(snapshot(&plans).statistics.abandoned, 1);
    assert!(plans.fetch(fine).await.is_ok());
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_of_a_call_judged_as_one_is_refused_while_the_circuit_is_open() {
    let plans = plans(breaker().failure_threshold(1).per(BreakerPer::Call));
    let retry = ServiceOptions::new().retry(immediate(3));
    plans.service.registry().configure("plan_service", retry).unwrap();

    let result = plans
        .fetch(async |run| {
            let _ = plans.count(down).await;
            Err(Error::Down(run))
        })
        .await;

    assert!(result.is_err());
    assert_eq!(plans.runs(), 2);
    assert_eq!(plans.service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn the_kinds_of_failures_that_count_are_a_matter_of_policy() {
    // R051, R069, R070, R071
    type Setter = fn(BreakerOptions, bool) -> BreakerOptions;
    let permanent: Setter = |layer, counts| {
        layer.permanent(if counts {
            OnPermanent::Failure
        } else {
            OnPermanent::Neutral
        })
    };
    let table: [(&str, Error, Setter, bool); 3] = [
        ("transient", Error::Down(0), BreakerOptions::count_transient, true),
        ("throttled", Error::Busy(None), BreakerOptions::count_throttled, true),
        ("permanent", Error::Missing, permanent, false),
    ];
    for (kind, error, count, by_default) in table {
        for (layer, counts) in [
            (breaker(), by_default),
            (count(breaker(), true), true),
            (count(breaker(), false), false),
        ] {
            let plans = plans(layer);
            assert_eq!(plans.count(async |_| Err(error)).await, Err(error));
            let found = snapshot(&plans);
            assert_eq!(found.failures, u32::from(counts), "{kind}");
            assert_eq!(found.statistics.ignored, u64::from(!counts), "{kind}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attempt_timeouts_count_unless_the_policy_says_otherwise() {
    // R051
    for (layer, failures) in [
        (breaker(), 1),
        (breaker().count_timeouts(true), 1),
        (breaker().count_timeouts(false), 0),
    ] {
        let plans = plans(layer);
        let timeout = ServiceOptions::new().attempt_timeout(secs(1));
        plans.service.registry().configure("plan_service", timeout).unwrap();
        assert!(plans.count(|_| pending()).await.is_err());
        assert_eq!(snapshot(&plans).failures, failures);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_after_long_enough_can_count_as_a_failure() {
    // R051
    for (rule, times, failures) in [
        (OnAbandon::Ignore, [ms(9_999), secs(10)], 0),
        (OnAbandon::FailAfter(secs(10)), [ms(9_999), secs(10)], 1),
        (OnAbandon::FailAfter(secs(10)), [secs(10), secs(11)], 2),
    ] {
        let plans = plans(breaker().failure_threshold(9).on_abandon(rule));
        for time in times {
            let given_up = tokio::time::timeout(time, plans.count(|_| pending())).await;
            assert!(given_up.is_err());
        }
        let found = snapshot(&plans);
        assert_eq!((found.failures, found.statistics.abandoned), (failures, 2), "{rule:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn slow_calls_open_the_circuit_though_they_succeed() {
    // R051
    let layer = breaker()
        .slow_call_rate(0.5)
        .slow_call_duration(secs(1))
        .window(Window::Calls(4))
        .minimum_calls(4);
    for (times, state) in [
        ([1_000, 999, 999, 999], CircuitState::Closed),
        ([1_000, 999, 999, 1_000], CircuitState::Open),
    ] {
        let plans = plans(layer);
        for millis in times {
            lasting(&plans, millis, true).await;
        }
        assert_eq!(plans.service.state(), state, "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_of_time_forgets_what_is_older() {
    // R051
    let layer = rate(0.5).window(Window::Time(secs(10))).minimum_calls(4);
    for (pause, state) in [(secs(8), CircuitState::Open), (secs(12), CircuitState::Closed)] {
        let plans = plans(layer);
        for ok in [true, true, false] {
            lasting(&plans, 0, ok).await;
        }
        advance(pause).await;
        lasting(&plans, 0, false).await;
        assert_eq!(plans.service.state(), state, "{pause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn successes_of_calls_are_in_the_window_of_time_whichever_way_they_take() {
    let plans = plans(rate(0.5).window(Window::Time(secs(10))).minimum_calls(1_000));
    for _ in 0..50 {
        plans.count(fine).await.unwrap();
        plans.count_blocking(Ok).unwrap();
        plans.fetch(fine).await.unwrap();
    }
    lasting(&plans, 1, false).await;
    plans.count(fine).await.unwrap();

    let found = snapshot(&plans);
    assert_eq!((found.calls_in_window, found.failed_in_window), (152, 1));
}

#[test]
fn an_operator_turns_a_breaker_and_events_tell_of_it() {
    // R084, R086, R100
    let events = record();
    let plans = World::new().plans("plan_service", ServiceOptions::new().breaker(breaker()));
    let service = plans.service;

    service.set_mode(BreakerMode::ForcedOpen);
    service.set_mode(BreakerMode::ForcedOpen);
    assert_eq!(
        (service.breaker_mode(), service.state()),
        (BreakerMode::ForcedOpen, CircuitState::Open)
    );
    let refused = plans.count_blocking(Ok).unwrap_err().interruption().unwrap();
    assert_eq!((refused.reason(), refused.retry_after()), (Reason::HeldOpen, None));
    service.set_mode(BreakerMode::ForcedClosed);
    for _ in 0..5 {
        assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
    }
    service.set_mode(BreakerMode::Disabled);
    service.set_mode(BreakerMode::Automatic);
    service.set_mode(BreakerMode::Automatic);
    service.reset_breaker();

    assert_eq!(
        events.take(),
        [
            "WARN breaker mode changed service=plan_service mode=forced_open",
            "WARN call rejected service=plan_service operation=count_blocking attempt=1 reason=held_open",
            "WARN breaker mode changed service=plan_service mode=forced_closed rejected=1",
            "WARN breaker mode changed service=plan_service mode=disabled",
            "WARN breaker mode changed service=plan_service mode=automatic",
            "INFO circuit reset service=plan_service state=closed",
        ]
    );
    let statistics = snapshot(&plans).statistics;
    assert_eq!((statistics.rejected, statistics.ignored, statistics.changes), (1, 5, 2));
}

#[test]
fn a_reset_lets_calls_flow_and_only_what_comes_after_it_governs() {
    // R084, R085, R086
    let world = World::new();
    let plans = world.plans(
        "plan_service",
        ServiceOptions::new()
            .retry(immediate(1))
            .breaker(breaker().recovery_timeout(secs(30)).cooldown(secs(300))),
    );
    let fail = || assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
    for round in 0..3 {
        fail();
        fail();
        assert_eq!(plans.service.state(), CircuitState::Open, "{round}");
        world.clock.advance(secs(30));
        // Half-open with its only place taken.
        let held = plans.count_blocking(|run| {
            assert!(plans.count_blocking(Ok).is_err());
            plans.service.reset_breaker();
            assert_eq!(plans.count_blocking(Ok), Ok(run + 1));
            Err(Error::Down(run))
        });
        assert!(held.is_err());
        let found = snapshot(&plans);
        assert_eq!((found.state, found.failures), (CircuitState::Closed, 0), "{round}");
    }
}

#[test]
fn every_key_reads_from_settings_and_prints_back() {
    // R051, R090
    let text = json!({
        "enabled": false,
        "per": "call",
        "failure_threshold": 7,
        "failure_span": "0s",
        "failure_count": "cumulative",
        "failure_rate": 0.07,
        "slow_call_rate": 0.5,
        "slow_call_duration": "2s",
        "window": "30s",
        "minimum_calls": 11,
        "count_transient": false,
        "count_throttled": false,
        "count_timeouts": false,
        "permanent": "failure",
        "on_abandon": "10s",
        "recovery_timeout": "45s",
        "recovery_factor": 1.5,
        "max_recovery_timeout": "5m",
        "recovery_jitter": 0.25,
        "cooldown": "1m",
        "half_open_max_calls": 3,
        "success_threshold": 4,
        "probe_timeout": "20s",
        "ramp": "15s",
    });
    let layer = BreakerPolicy::builder()
        .enabled(false)
        .per(BreakerPer::Call)
        .failure_threshold(7)
        .failure_span(secs(0))
        .failure_count(FailureCount::Cumulative)
        .failure_rate(0.07)
        .slow_call_rate(0.5)
        .slow_call_duration(secs(2))
        .window(Window::Time(secs(30)))
        .minimum_calls(11)
        .count_transient(false)
        .count_throttled(false)
        .count_timeouts(false)
        .permanent(OnPermanent::Failure)
        .on_abandon(OnAbandon::FailAfter(secs(10)))
        .recovery_timeout(secs(45))
        .recovery_factor(1.5)
        .max_recovery_timeout(secs(300))
        .recovery_jitter(0.25)
        .cooldown(secs(60))
        .half_open_max_calls(3)
        .success_threshold(4)
        .ramp(secs(15))
        .probe_timeout(secs(20));

    assert_eq!(to_value(layer).unwrap(), text);
    assert_eq!(from_value::<BreakerOptions>(text.clone()).unwrap(), layer);
    let policy = layer.build().unwrap();
    assert_ne!(policy, BreakerPolicy::DEFAULT);

    // Each key alone, too; and no key is missing above.
    let all = to_value(BreakerOptions::new()).unwrap();
    assert_eq!(all.as_object().unwrap().len(), text.as_object().unwrap().len());
    for (key, value) in text.as_object().unwrap() {
        let one: BreakerOptions = from_value(json!({ key: value })).unwrap();
        assert_ne!(one, BreakerOptions::new(), "{key}");
        assert_eq!(to_value(one).unwrap()[key], *value);
        assert_ne!(one.build().unwrap(), BreakerPolicy::DEFAULT, "{key}");
    }
}

#[test]
fn choices_read_in_every_spelling_and_refuse_what_is_none() {
    // R114
    let table = [
        (json!({ "window": 100 }), Ok(Window::Calls(100))),
        (json!({ "window": "100" }), Ok(Window::Calls(100))),
        (json!({ "window": "1m 30s" }), Ok(Window::Time(secs(90)))),
        (
            json!({ "window": -1 }),
            Err("a number of calls such as 100, or a duration such as \"30s\""),
        ),
        (
            json!({ "window": "long" }),
            Err("a number of calls such as 100, or a duration such as \"30s\""),
        ),
        (
            json!({ "on_abandon": "never" }),
            Err("\"ignore\", or a duration such as \"10s\""),
        ),
        (json!({ "per": "day" }), Err("`attempt` or `call`")),
        (
            json!({ "permanent": "success" }),
            Err("one of `failure`, `probe_success`, `neutral`"),
        ),
        (json!({ "failure_count": "all" }), Err("`consecutive` or `cumulative`")),
    ];
    for (text, expected) in table {
        match (from_value::<BreakerOptions>(text.clone()), expected) {
            (Ok(layer), Ok(window)) => assert_eq!(layer.build().unwrap().window(), window),
            (Err(mistake), Err(words)) => assert!(mistake.to_string().contains(words), "{mistake}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }
}

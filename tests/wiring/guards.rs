//! The guard against retries inside retries, on every entry of the layer; and the guard of plans that only read, for callers.

use crate::system::{Backend, Wiring};
use futures::{FutureExt, future::LocalBoxFuture};
use resilience_core::{
    CircuitState, Reason, RetryPolicy,
    plan::{self, PlanContext},
    retry_service, scope,
    scope::RetryScope,
};
use resilience_tests::{Error, record};
use serde_json::json;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

/// A service behind a decorator, which knows nothing of the layer.
#[retry_service(name = "skill_service")]
trait Skill {
    #[resilience_core::idempotent]
    async fn learn(&self) -> Result<u32, Error>;
}

struct Work<'a>(&'a dyn Fn() -> LocalBoxFuture<'a, Result<u32, Error>>);

impl Skill for Work<'_> {
    async fn learn(&self) -> Result<u32, Error> {
        (self.0)().await
    }
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Execute,
    ExecuteAsync,
    Decorator,
}

const ENTRIES: [Entry; 3] = [Entry::Execute, Entry::ExecuteAsync, Entry::Decorator];

impl Entry {
    async fn call<'a>(
        self,
        wiring: &Wiring,
        service: &str,
        work: &'a dyn Fn() -> LocalBoxFuture<'a, Result<u32, Error>>,
    ) -> Result<u32, Error> {
        match self {
            // Work that waits for nothing, as sync work is.
            Self::Execute => wiring.execute(service, || work().now_or_never().unwrap()),
            Self::ExecuteAsync => wiring.execute_async(service, work).await,
            Self::Decorator => wiring.registry.enter(SkillResilient::new(Work(work)).learn()).await,
        }
    }
}

/// Without breakers: they are not what this is about.
fn wiring() -> Wiring {
    Wiring::overridden(&json!({
        "plan_service": { "breaker": null },
        "tool_service": { "breaker": null },
        "skill_service": { "breaker": null },
    }))
}

#[tokio::test(start_paused = true)]
async fn inside_each_entry_each_other_makes_one_attempt() {
    // R139, R140, R143, R146
    for outer in ENTRIES {
        for inner in ENTRIES {
            let (wiring, backend) = (wiring(), Backend::default());
            let fail = || async { backend.fail() }.boxed_local();
            let call_inner = || inner.call(&wiring, "tool_service", &fail).boxed_local();

            let outcome = outer.call(&wiring, "plan_service", &call_inner).await;

            assert_eq!(
                (outcome, backend.runs()),
                (Err(Error::Down(3)), 3),
                "{inner:?} in {outer:?}"
            );
            assert_eq!(wiring.clock.slept().len(), 2, "{inner:?} in {outer:?}");
            // Alone it retries.
            assert_eq!(inner.call(&wiring, "tool_service", &fail).await, Err(Error::Down(6)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_outer_call_handles_ran_exactly_once() {
    // R142
    for outer in ENTRIES {
        for inner in ENTRIES {
            let (wiring, backend) = (wiring(), Backend::default());
            let fail = || async { backend.fail() }.boxed_local();
            let handle = || async { Ok(inner.call(&wiring, "tool_service", &fail).await.unwrap_or(7)) }.boxed_local();

            assert_eq!(outer.call(&wiring, "plan_service", &handle).await, Ok(7));

            assert_eq!(backend.runs(), 1, "{inner:?} in {outer:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_inner_call_still_asks_its_breaker_and_an_open_circuit_ends_the_outer_one() {
    // R139, R150
    for (threshold, inner_runs, outer_runs, circuit) in [(9, 3, 3, CircuitState::Closed), (1, 1, 2, CircuitState::Open)]
    {
        let wiring = Wiring::overridden(&json!({ "tool_service": { "breaker": { "failure_threshold": threshold } } }));
        let (outer, inner) = (Backend::default(), Backend::default());

        let outcome = wiring.execute("plan_service", || {
            outer.answer();
            wiring.execute("tool_service", || inner.fail()).map_err(Error::mistaken)
        });

        assert_eq!((inner.runs(), outer.runs()), (inner_runs, outer_runs));
        let reason = (circuit == CircuitState::Open).then_some(Reason::CircuitOpen);
        assert_eq!(outcome.unwrap_err().reason(), reason);
        assert_eq!(wiring.registry.service("tool_service").state(), circuit);
    }
}

#[test]
fn one_level_of_retries_is_the_default_and_has_a_name() {
    // R141
    assert_eq!(RetryPolicy::DEFAULT.max_depth(), 1);
    assert_eq!(Wiring::new().value("plan_service", "retry.max_depth"), "1");
}

#[tokio::test(start_paused = true)]
async fn the_guard_is_left_whatever_way_the_outer_call_ends() {
    // R144
    let (wiring, plans) = (wiring(), "plan_service");
    assert_eq!(wiring.execute(plans, || Ok(scope::depth())), Ok(1));
    assert!(wiring.execute(plans, || Backend::default().fail()).is_err());
    let panics = AssertUnwindSafe(|| wiring.execute(plans, || -> Result<u32, Error> { panic!("a bug") }));
    assert!(catch_unwind(panics).is_err());
    let given_up = wiring.execute_async(plans, std::future::pending::<Result<u32, Error>>);
    assert!(given_up.now_or_never().is_none());

    let backend = Backend::default();
    assert_eq!(
        (scope::depth(), wiring.execute(plans, || backend.fail())),
        (0, Err(Error::Down(3)))
    );
}

#[tokio::test(start_paused = true)]
async fn calls_side_by_side_do_not_see_each_other() {
    // R145
    let wiring = wiring();
    let (left, right) = (Backend::default(), Backend::default());

    let both = tokio::join!(
        wiring.execute_async("plan_service", || left.fail_later()),
        wiring.execute_async("plan_service", || right.fail_later())
    );
    assert_eq!(both, (Err(Error::Down(3)), Err(Error::Down(3))));

    let other = || wiring.execute("tool_service", || right.fail());
    let found = wiring.execute("plan_service", || {
        Ok(thread::scope(|threads| threads.spawn(other).join().unwrap()))
    });
    assert_eq!(found, Ok(Err(Error::Down(6))));
}

#[test]
fn a_recovery_loop_of_its_own_enters_the_guard_by_hand() {
    // R148
    let (wiring, backend) = (wiring(), Backend::default());
    let mut recovery = RetryScope::enter();

    for round in 1..=4 {
        let outcome = recovery.attempt_blocking(|| wiring.execute("tool_service", || backend.fail()));
        assert_eq!((outcome, recovery.may_repeat()), (Err(Error::Down(round)), true));
    }

    assert_eq!((backend.runs(), wiring.clock.slept().len()), (4, 0));
}

#[test]
fn a_transport_that_repeats_requests_by_itself_adds_none_to_those_of_the_call() {
    // R149
    fn send(wire: &Backend) -> Result<u32, Error> {
        let mut retries = RetryScope::enter();
        loop {
            let outcome = retries.attempt_blocking(|| wire.fail());
            if outcome == Err(Error::Down(5)) || !retries.may_repeat() {
                break outcome;
            }
        }
    }
    let wire = Backend::default();
    assert_eq!(send(&wire), Err(Error::Down(5)), "alone it repeats");

    let wire = Backend::default();
    assert_eq!(
        wiring().execute("provider_service", || send(&wire)),
        Err(Error::Down(5))
    );
    assert_eq!(wire.runs(), 5, "the attempts of the call");
}

#[test]
fn a_retry_that_is_left_to_the_outer_call_is_told_on_a_quiet_level() {
    // R151
    let (wiring, events) = (wiring(), record());

    let _ = wiring.execute("plan_service", || {
        let _ = wiring.execute("tool_service", || Backend::default().fail());
        Ok(1)
    });

    assert_eq!(
        events.take(),
        [
            "DEBUG retry suppressed service=tool_service operation=execute attempt=1 max_attempts=3 error_kind=transient reason=nested"
        ]
    );
}

#[test]
fn a_caller_may_ask_the_guard_and_choose_by_itself() {
    // R163
    let wiring = wiring();
    for (phase, runs) in [("strategize", 1), ("execute", 3), ("", 3)] {
        let backend = Backend::default();
        let context = PlanContext::new().with_phase(phase);
        assert_eq!(context.is_read_only(), runs == 1);

        let outcome = plan::within_blocking(context, || {
            if plan::is_read_only() {
                wiring.once("tool_service", || backend.fail())
            } else {
                wiring.execute("tool_service", || backend.fail())
            }
        });

        assert_eq!((outcome, backend.runs()), (Err(Error::Down(runs)), runs), "{phase}");
    }
}

#[test]
fn a_refused_write_is_told_with_the_reason() {
    // R164
    let (wiring, events) = (wiring(), record());

    let outcome = plan::within_blocking(PlanContext::new().with_phase("strategize"), || {
        wiring.execute("plan_service", || wiring.apply("tool_service", || Ok(1)))
    });

    assert_eq!(outcome.unwrap_err().reason(), Some(Reason::ReadOnlyPlan));
    assert_eq!(
        events.take(),
        [
            "WARN call rejected service=tool_service operation=apply attempt=1 reason=read_only_plan",
            "DEBUG retry suppressed service=plan_service operation=execute attempt=1 max_attempts=3 error_kind=ignored reason=not_retryable",
        ]
    );
}

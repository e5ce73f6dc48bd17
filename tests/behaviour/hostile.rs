//! Clocks and subscribers that panic.

use futures::FutureExt;
use resilience_core::{CircuitState, Operation, Reason, Registry, ServiceOptions, scope, time::Clock};
use resilience_tests::{Error, Plans, World, exact, immediate, record, secs};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Panics while it is told to.
#[derive(Debug, Clone, Default)]
struct Broken(Arc<AtomicBool>);

impl Clock for Broken {
    fn now(&self) -> Duration {
        assert!(!self.0.load(Ordering::Relaxed), "no clock");
        secs(1)
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_panics_leaves_no_scope_behind() {
    let clock = Broken::default();
    let registry = Registry::builder().clock(clock.clone()).build();
    let outer = Plans::new(registry, "plan_service", ServiceOptions::new());
    let inner = World::new().plans("tool_service", ServiceOptions::new());
    clock.0.store(true, Ordering::Relaxed);

    // The call further in needs a clock of its own, and thereby that of the call around.
    let call = outer.fetch(async |_| inner.fetch_blocking(Ok));

    assert!(AssertUnwindSafe(call).catch_unwind().await.is_err());
    assert_eq!(inner.runs(), 0);
    assert_eq!(scope::depth(), 0);
}

/// Its circuit is open, and the recovery time is over.
fn recovering(world: &World, success_threshold: u8) -> Plans {
    let breaker = exact()
        .failure_threshold(1)
        .recovery_timeout(secs(30))
        .half_open_max_calls(1)
        .success_threshold(success_threshold);
    let plans = world.plans("tool_service", ServiceOptions::new().breaker(breaker));
    assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
    world.clock.advance(secs(30));
    plans
}

#[test]
fn a_subscriber_that_panics_costs_no_place_of_a_probe() {
    let world = World::new();
    let plans = recovering(&world, 1);
    let events = record();

    // Told of the circuit that turned half-open.
    events.call_back(|line| panic!("{line}"));
    assert!(catch_unwind(AssertUnwindSafe(|| plans.count_blocking(Ok))).is_err());

    assert_eq!(plans.runs(), 1);
    assert_eq!(plans.service.state(), CircuitState::HalfOpen);
    assert_eq!(plans.count_blocking(Ok), Ok(2));
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[test]
fn a_subscriber_that_panics_over_the_fence_costs_no_place_of_a_probe() {
    let world = World::new();
    let write = recovering(&world, 2);
    let plan = world.plans("plan_service", ServiceOptions::new().retry(immediate(3)));
    assert_eq!(write.count_blocking(Ok), Ok(2));
    let events = record();

    // Told of the apply that disarms the call around it.
    events.call_back(|line| panic!("{line}"));
    let call = AssertUnwindSafe(|| plan.fetch_blocking(|_| write.write_blocking(Ok)));
    assert!(catch_unwind(call).is_err());

    assert_eq!((plan.runs(), write.runs()), (1, 2));
    assert_eq!(write.service.state(), CircuitState::HalfOpen);
    assert_eq!(write.count_blocking(Ok), Ok(3));
    assert_eq!(write.service.state(), CircuitState::Closed);
}

#[test]
fn a_clock_that_panics_over_the_panic_of_a_body_ends_nothing_but_itself() {
    let clock = Broken::default();
    let registry = Registry::builder().clock(clock.clone()).build();
    let plans = Plans::new(registry, "plan_service", ServiceOptions::new());

    let call = || {
        plans.count_blocking(|_| {
            clock.0.store(true, Ordering::Relaxed);
            panic!("the body")
        })
    };
    let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();

    assert_eq!(panic.downcast_ref(), Some(&"the body"));
    assert_eq!(plans.service.statistics().panicked, 1);
}

#[test]
fn a_subscriber_that_panics_over_the_panic_of_a_body_ends_nothing_but_itself() {
    let breaker = exact().failure_threshold(1);
    let plans = World::new().plans("plan_service", ServiceOptions::new().breaker(breaker));
    let events = record();

    // Told of the circuit that opened.
    events.call_back(|line| panic!("{line}"));
    let panic = catch_unwind(AssertUnwindSafe(|| plans.count_blocking(|_| panic!("the body")))).unwrap_err();

    assert_eq!(panic.downcast_ref(), Some(&"the body"));
    assert_eq!(plans.service.state(), CircuitState::Open);
}

#[test]
fn a_call_that_goes_on_after_a_subscriber_has_panicked_knows_its_attempts() {
    static COUNT: Operation = Operation::plain("plan_service", "count");
    let world = World::new();
    let breaker = exact().failure_threshold(1);
    let _ = world.plans("plan_service", ServiceOptions::new().breaker(breaker));
    let events = record();
    let mut call = COUNT.begin_in(world.registry);
    call.admit().unwrap();

    // Told of the circuit that opened.
    events.call_back(|line| assert!(!line.contains("opened"), "{line}"));
    assert!(catch_unwind(AssertUnwindSafe(|| call.finish(Err::<(), _>(Error::Down(1))))).is_err());

    let refused = call.admit().unwrap_err();
    assert_eq!((refused.reason(), refused.attempts()), (Reason::CircuitOpen, 1));
}

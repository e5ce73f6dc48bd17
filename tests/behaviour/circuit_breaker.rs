//! A circuit breaker by itself.

mod control;

use futures::{FutureExt, executor::block_on, future::join_all};
use resilience_core::{
    BreakerMode, BreakerOptions, BreakerPolicy, CallPermit, CircuitBreaker, CircuitCause, CircuitState, Classify,
    FailureKind, OnAbandon, Reason, Rejected, Window,
    time::{Clock, ManualClock},
};
use resilience_tests::{Error, alone, down, exact, fine, ms, secs};
use std::{
    future::{Ready, pending, ready},
    mem::size_of,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    time::Duration,
};

static POLICY: BreakerPolicy = layer().build_const().unwrap();

const fn layer() -> BreakerOptions {
    exact()
        .failure_threshold(2)
        .recovery_timeout(secs(30))
        .half_open_max_calls(1)
        .success_threshold(2)
}

struct World {
    clock: ManualClock,
    breaker: CircuitBreaker<ManualClock>,
}

impl World {
    fn new(layer: BreakerOptions) -> Self {
        let (breaker, clock) = alone(layer);
        Self { clock, breaker }
    }

    fn fail(&self) {
        assert_eq!(
            self.breaker.call(|| Err::<u32, _>(Error::Down(0))),
            Ok(Err(Error::Down(0)))
        );
    }

    fn succeed(&self) -> Result<(), Rejected> {
        self.breaker
            .call(|| Ok::<_, Error>(()))
            .map(|outcome| assert_eq!(outcome, Ok(())))
    }

    fn opened(layer: BreakerOptions) -> Self {
        let world = Self::new(layer);
        for _ in 0..world.breaker.policy().failure_threshold() {
            world.fail();
        }
        assert_eq!(world.breaker.state(), CircuitState::Open);
        world
    }

    fn half_open(layer: BreakerOptions) -> Self {
        let world = Self::opened(layer);
        world.clock.advance(secs(30));
        world
    }
}

#[test]
fn stands_in_a_static_and_serves_closures_futures_and_permits() {
    // R093
    static PLANS: CircuitBreaker = CircuitBreaker::new(&POLICY);

    assert_eq!(PLANS.call(|| Ok::<_, Error>(1)), Ok(Ok(1)));
    assert_eq!(block_on(PLANS.call_async(fine(2))), Ok(Ok(2)));
    PLANS.acquire().unwrap().success();
    assert_eq!(PLANS.state(), CircuitState::Closed);

    assert_eq!(PLANS.call(|| Err::<u32, _>(Error::Down(3))), Ok(Err(Error::Down(3))));
    assert_eq!(block_on(PLANS.call_async(down(4))), Ok(Err(Error::Down(4))));

    assert_eq!(PLANS.state(), CircuitState::Open);
    assert!(PLANS.call(|| -> Result<(), Error> { unreachable!() }).is_err());
    assert!(block_on(PLANS.call_async(async { unreachable!() as Result<(), Error> })).is_err());
    assert!(PLANS.acquire().is_err());
    assert_eq!(PLANS.snapshot().statistics.rejected, 3);
}

#[test]
fn the_outcome_comes_back_unchanged() {
    // R096
    let world = World::new(layer().failure_threshold(1_000));
    for outcome in [Ok(1), Err(Error::Down(2)), Err(Error::Missing), Err(Error::Cancelled)] {
        assert_eq!(world.breaker.call(|| outcome), Ok(outcome));
        assert_eq!(block_on(world.breaker.call_async(ready(outcome))), Ok(outcome));
    }
}

#[test]
fn whoever_is_refused_is_told_for_how_long() {
    // R054, R077, R078
    let world = World::opened(layer());
    world.clock.advance(ms(17_500));
    let refused = world.succeed().unwrap_err();
    assert_eq!(refused.retry_after(), Some(ms(12_500)));
    assert_eq!(world.breaker.retry_after(), Some(ms(12_500)));
    assert_eq!(refused.reason(), Reason::CircuitOpen);
    assert_eq!(refused.to_string(), "the circuit is open, retry in 12.50 s");

    world.clock.advance(ms(12_500));
    let probe = world.breaker.acquire().unwrap();
    let refused = world.succeed().unwrap_err();
    assert_eq!(
        (refused.reason(), refused.retry_after(), world.breaker.retry_after()),
        (Reason::ProbesBusy, None, None)
    );
    assert_eq!(
        refused.to_string(),
        "the circuit is half-open and all probes are in use"
    );
    drop(probe);

    world.breaker.set_mode(BreakerMode::ForcedOpen);
    let refused = world.succeed().unwrap_err();
    assert_eq!(
        (refused.reason(), refused.retry_after(), world.breaker.retry_after()),
        (Reason::HeldOpen, None, None)
    );
    assert_eq!(refused.to_string(), "the circuit is forced open");
    // A breaker further out does not count it.
    assert_eq!(refused.classify(), FailureKind::Ignored);
}

#[test]
fn the_hint_allows_for_a_coarse_clock_and_the_text_says_what_the_policy_says() {
    #[derive(Debug)]
    struct Coarse;
    impl Clock for Coarse {
        fn now(&self) -> Duration {
            secs(7)
        }

        fn resolution(&self) -> Duration {
            ms(10)
        }
    }
    static POLICY: BreakerPolicy = BreakerOptions::new()
        .failure_threshold(1)
        .recovery_timeout(Duration::from_secs(30))
        .recovery_jitter(0.0)
        .build_const()
        .unwrap();
    let breaker = CircuitBreaker::with_clock(&POLICY, Coarse);
    let _ = breaker.call(|| Err::<(), _>(Error::Down(1)));

    let rejected = breaker.call(|| Ok::<_, Error>(())).unwrap_err();

    assert_eq!(rejected.retry_after(), Some(ms(30_010)));
    assert_eq!(rejected.to_string(), "the circuit is open, retry in 30.00 s");
}

#[test]
fn each_way_to_end_a_permit_means_what_it_says() {
    type End = fn(CallPermit<'_, ManualClock>);
    let table: [(&str, End, u32); 6] = [
        ("success", |permit| permit.success(), 0),
        ("failure", |permit| permit.failure(), 2),
        ("ignored", |permit| permit.ignore(), 1),
        ("dropped", |permit| drop(permit), 1),
        (
            "settled with a failure",
            |permit| permit.settle(&Err::<(), _>(Error::Busy(None))),
            2,
        ),
        (
            "settled with a failure that does not count",
            |permit| permit.settle(&Err::<(), _>(Error::Missing)),
            1,
        ),
    ];
    for (what, end, failures) in table {
        let world = World::new(layer().failure_threshold(9));
        world.fail();
        end(world.breaker.acquire().unwrap());
        assert_eq!(world.breaker.snapshot().failures, failures, "{what}");
    }
}

#[test]
fn a_body_that_panics_has_failed_and_goes_on_panicking() {
    // R069, R073
    let world = World::new(layer());
    let sync = || {
        catch_unwind(AssertUnwindSafe(|| {
            world.breaker.call(|| -> Result<(), Error> { panic!("a bug") })
        }))
    };
    let future = || {
        let call = world.breaker.call_async(async { panic!("a bug") as Result<(), Error> });
        block_on(AssertUnwindSafe(call).catch_unwind()).map(drop)
    };

    assert_eq!(*sync().unwrap_err().downcast::<&str>().unwrap(), "a bug");
    assert_eq!(world.breaker.snapshot().failures, 1);
    assert_eq!(*future().unwrap_err().downcast::<&str>().unwrap(), "a bug");
    assert_eq!(world.breaker.state(), CircuitState::Open);

    // A probe that panics opens the circuit again, and its place is free for the next.
    for probe in 0..4 {
        world.clock.advance(secs(30));
        if probe % 2 == 0 {
            drop(sync());
        } else {
            drop(future());
        }
        assert_eq!(world.breaker.state(), CircuitState::Open);
    }
    world.clock.advance(secs(30));
    assert_eq!((world.succeed(), world.succeed()), (Ok(()), Ok(())));
    assert_eq!(world.breaker.state(), CircuitState::Closed);
}

#[test]
fn a_classification_that_panics_is_a_failure_and_loses_no_place() {
    #[derive(Debug)]
    struct Unclassifiable;
    impl Classify for Unclassifiable {
        fn classify(&self) -> FailureKind {
            panic!("no idea")
        }
    }
    let outcome = || Err::<(), _>(Unclassifiable);
    let world = World::new(layer().failure_threshold(1));
    let sync = || drop(catch_unwind(AssertUnwindSafe(|| world.breaker.call(outcome))));
    let future = || {
        let call = AssertUnwindSafe(world.breaker.call_async(async move { outcome() }));
        drop(block_on(call.catch_unwind()));
    };

    sync();
    for probe in 0..4 {
        assert_eq!(world.breaker.state(), CircuitState::Open);
        world.clock.advance(secs(30));
        if probe % 2 == 0 { sync() } else { future() }
    }

    assert_eq!(world.breaker.snapshot().statistics.changes, 9);
    world.clock.advance(secs(30));
    assert_eq!(world.succeed(), Ok(()));
}

#[test]
fn a_call_that_is_dropped_says_nothing_and_gives_its_place_back() {
    // R073, R074
    let world = World::half_open(layer());
    for _ in 0..100 {
        let mut call = Box::pin(world.breaker.call_async(pending::<Result<(), Error>>()));
        assert!((&mut call).now_or_never().is_none());
        assert!(world.succeed().is_err());
    }
    // Never polled, it asked for nothing.
    drop(world.breaker.call_async(pending::<Result<(), Error>>()));

    assert_eq!(world.breaker.state(), CircuitState::HalfOpen);
    assert_eq!(world.breaker.snapshot().statistics.abandoned, 100);
    assert_eq!((world.succeed(), world.succeed()), (Ok(()), Ok(())));
    assert_eq!(world.breaker.state(), CircuitState::Closed);
}

#[test]
fn a_call_that_is_dropped_after_long_enough_can_count_as_a_failure() {
    let world = World::new(layer().on_abandon(OnAbandon::FailAfter(secs(10))));
    let abandon_after = |time| {
        let mut call = Box::pin(world.breaker.call_async(pending::<Result<(), Error>>()));
        assert!((&mut call).now_or_never().is_none());
        world.clock.advance(time);
        drop(call);
        world.breaker.snapshot().failures
    };

    assert_eq!((abandon_after(ms(9_999)), abandon_after(secs(10))), (0, 1));
}

#[test]
fn asks_when_it_is_first_polled() {
    let world = World::opened(layer());
    let call = world.breaker.call_async(fine(1));
    world.clock.advance(secs(30));

    assert_eq!(block_on(call), Ok(Ok(1)));
    assert_eq!(world.breaker.state(), CircuitState::HalfOpen);
}

#[test]
fn is_pending_for_ever_once_it_was_ready() {
    let world = World::opened(layer());
    let mut refused = pin!(world.breaker.call_async(pending::<Result<(), Error>>()));
    assert!(refused.as_mut().now_or_never().is_some());
    world.clock.advance(secs(30));
    assert!(refused.now_or_never().is_none());
    assert_eq!(world.breaker.state(), CircuitState::HalfOpen);
    assert_eq!(world.breaker.snapshot().statistics.changes, 1, "it did not ask again");
}

#[test]
fn late_results_change_nothing() {
    // R066, R067, R068
    let world = World::new(layer());
    let mut late = (0..30).map(|_| world.breaker.acquire().unwrap()).collect::<Vec<_>>();
    let mut both = || {
        late.pop().unwrap().success();
        late.pop().unwrap().failure();
    };
    world.fail();
    world.fail();

    world.clock.advance(secs(29));
    both();
    assert_eq!(world.breaker.retry_after(), Some(secs(1)));
    world.clock.advance(secs(1));
    assert_eq!(world.succeed(), Ok(()));
    both();
    assert_eq!(world.breaker.state(), CircuitState::HalfOpen);
    assert_eq!(world.succeed(), Ok(()));
    both();
    assert_eq!(world.breaker.state(), CircuitState::Closed);
    assert_eq!(world.breaker.snapshot().failures, 0);
    assert_eq!(world.breaker.snapshot().statistics.late, 6);
}

#[test]
fn every_probe_counts_at_whatever_time_it_began() {
    // The time at which a probe began must not be taken for the number of probes that have succeeded.
    for began in 1..=40_u8 {
        let world = World::new(
            layer()
                .failure_threshold(1)
                .recovery_timeout(ms(began.into()))
                .half_open_max_calls(64)
                .success_threshold(60),
        );
        world.fail();
        world.clock.advance(ms(began.into()));
        let mut probes: Vec<_> = (0..60)
            .map(|_| {
                let mut probe = Box::pin(world.breaker.call_async(async {
                    tokio::task::yield_now().await;
                    Ok::<_, Error>(())
                }));
                assert!((&mut probe).now_or_never().is_none());
                probe
            })
            .collect();

        // The first to begin ends when as many have succeeded as milliseconds had passed.
        probes[..=usize::from(began)].rotate_left(1);
        for probe in &mut probes {
            assert_eq!(probe.now_or_never(), Some(Ok(Ok(()))));
        }

        assert_eq!(world.breaker.state(), CircuitState::Closed, "began at {began} ms");
    }
}

#[test]
fn a_body_may_ask_and_change_the_breaker_that_guards_it() {
    // R079
    let world = World::half_open(layer());
    let outcome = world.breaker.call(|| {
        assert_eq!(world.breaker.state(), CircuitState::HalfOpen);
        assert!(world.succeed().is_err());
        assert_eq!(world.breaker.snapshot().statistics.rejected, 1);
        world.breaker.reset();
        world.fail();
        Ok::<_, Error>(())
    });
    assert_eq!(outcome, Ok(Ok(())));
    assert_eq!(
        world.breaker.snapshot().failures,
        1,
        "the success of an earlier state is late"
    );
}

#[tokio::test]
async fn of_a_thousand_calls_at_once_one_probes() {
    // R059
    let world = World::half_open(layer());
    let calls = (0..1_000).map(|_| {
        world.breaker.call_async(async {
            tokio::task::yield_now().await;
            Ok::<_, Error>(())
        })
    });

    let admitted = join_all(calls).await.iter().filter(|result| result.is_ok()).count();

    assert_eq!(admitted, 1);
    assert_eq!(world.breaker.snapshot().statistics.rejected, 999);
}

#[test]
fn one_policy_serves_any_number_of_breakers_that_know_nothing_of_each_other() {
    // R087
    let breakers: Vec<CircuitBreaker> = (0..3).map(|_| CircuitBreaker::new(&POLICY)).collect();
    for _ in 0..2 {
        let _ = breakers[1].call(|| Err::<(), _>(Error::Down(0)));
    }
    let states: Vec<_> = breakers.iter().map(CircuitBreaker::state).collect();
    assert_eq!(states, [CircuitState::Closed, CircuitState::Open, CircuitState::Closed]);
}

#[test]
fn takes_little_room() {
    static PLANS: CircuitBreaker = CircuitBreaker::new(&POLICY);
    assert_eq!(size_of::<CircuitBreaker>(), 32);
    assert_eq!(size_of::<Result<(), Rejected>>(), 8);
    let body = [0_u8; 100];
    let future = async move {
        pending::<()>().await;
        Ok::<_, Error>(body)
    };
    let bare = size_of_val(&future);
    assert!(size_of_val(&PLANS.call_async(future)) <= (bare + 16).next_multiple_of(8));
    let ready: Ready<Result<(), Error>> = ready(Ok(()));
    assert!(size_of_val(&PLANS.call_async(ready)) <= size_of::<Ready<Result<(), Error>>>() + 16);
}

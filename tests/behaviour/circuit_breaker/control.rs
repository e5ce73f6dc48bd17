//! Reading a breaker by itself, and taking the decision from it.

use super::*;

#[test]
fn an_operator_can_hold_it_open_or_closed_or_out_of_the_way() {
    let table = [
        (BreakerMode::ForcedOpen, CircuitState::Open, false, 0),
        (BreakerMode::ForcedClosed, CircuitState::Closed, true, 5),
        (BreakerMode::Disabled, CircuitState::Closed, true, 0),
    ];
    for (mode, state, admits, ignored) in table {
        let world = World::new(layer());
        world.fail();

        world.breaker.set_mode(mode);
        for _ in 0..5 {
            let outcome = world.breaker.call(|| Err::<(), _>(Error::Down(0)));
            assert_eq!(outcome.is_ok(), admits, "{mode:?}");
        }

        world.clock.advance(secs(100_000));
        assert_eq!((world.breaker.mode(), world.breaker.state()), (mode, state));
        assert_eq!(world.breaker.snapshot().statistics.ignored, ignored, "{mode:?}");
        world.breaker.set_mode(BreakerMode::Automatic);
        // Given back it is closed, with nothing remembered.
        world.fail();
        assert_eq!(world.breaker.state(), CircuitState::Closed, "{mode:?}");
        world.fail();
        assert_eq!(world.breaker.state(), CircuitState::Open, "{mode:?}");
    }
}

#[test]
fn calls_under_way_when_the_mode_changes_are_not_judged() {
    for mode in [
        BreakerMode::ForcedOpen,
        BreakerMode::ForcedClosed,
        BreakerMode::Disabled,
    ] {
        let world = World::new(layer());
        let before = [(); 3].map(|()| world.breaker.acquire().unwrap());
        world.breaker.set_mode(mode);
        let during = (mode != BreakerMode::ForcedOpen).then(|| [(); 3].map(|()| world.breaker.acquire().unwrap()));
        world.breaker.set_mode(BreakerMode::Automatic);

        for permit in before.into_iter().chain(during.into_iter().flatten()) {
            permit.failure();
        }

        assert_eq!(world.breaker.state(), CircuitState::Closed, "{mode:?}");
        assert_eq!(world.breaker.snapshot().failures, 0, "{mode:?}");
    }
}

#[test]
fn a_reset_forgets_all_that_could_open_it_and_keeps_the_statistics() {
    // R084, R085, R086
    let world = World::half_open(layer().cooldown(secs(300)));
    let probe = world.breaker.acquire().unwrap();

    world.breaker.reset();
    probe.failure();

    let snapshot = world.breaker.snapshot();
    assert_eq!((snapshot.state, snapshot.failures), (CircuitState::Closed, 0));
    assert_eq!(snapshot.statistics.changes, 3);
    assert_eq!(snapshot.statistics.late, 1);
    let last = snapshot.statistics.latest_changes[2];
    assert_eq!(
        (last.at, last.from, last.to, last.cause),
        (
            secs(30),
            CircuitState::HalfOpen,
            CircuitState::Closed,
            CircuitCause::Manual
        )
    );
    // The half-open period before the reset holds no later one back, and all places are free.
    world.clock.advance(secs(1));
    world.fail();
    world.fail();
    assert_eq!(world.breaker.retry_after(), Some(secs(30)));
    world.clock.advance(secs(30));
    assert_eq!((world.succeed(), world.succeed()), (Ok(()), Ok(())));
    assert_eq!(world.breaker.state(), CircuitState::Closed);
}

#[test]
fn a_snapshot_tells_everything_at_one_moment_and_changes_nothing() {
    // R097, R098
    let world = World::new(
        layer()
            .failure_threshold(0)
            .failure_rate(0.5)
            .window(Window::Calls(4))
            .minimum_calls(4),
    );
    for ok in [true, false, true, false] {
        world.clock.advance(secs(1));
        let _ = world.breaker.call(|| if ok { Ok(()) } else { Err(Error::Down(0)) });
    }
    assert!(world.succeed().is_err());
    world.clock.advance(secs(10));

    let snapshot = world.breaker.snapshot();
    assert_eq!(snapshot, world.breaker.snapshot());
    assert_eq!(
        (snapshot.state, snapshot.mode),
        (CircuitState::Open, BreakerMode::Automatic)
    );
    assert_eq!(snapshot.retry_after, Some(secs(20)));
    assert_eq!(
        (
            snapshot.calls_in_window,
            snapshot.failed_in_window,
            snapshot.slow_in_window
        ),
        (4, 2, 0)
    );
    let statistics = snapshot.statistics;
    assert_eq!((statistics.rejected, statistics.changes), (1, 1));
    assert_eq!(statistics.latest_changes[0].cause, CircuitCause::FailureRate);
    assert_eq!(
        (statistics.closed_for, statistics.open_for, statistics.half_open_for),
        (secs(0), secs(10), secs(0))
    );

    world.clock.advance(secs(20));
    for _ in 0..2 {
        // Reported, not performed.
        assert_eq!(world.breaker.state(), CircuitState::HalfOpen);
        assert_eq!(world.breaker.snapshot().statistics.changes, 1);
    }
}

#[test]
fn a_policy_that_switches_it_off_admits_everything_and_reports_closed() {
    // R088
    let world = World::new(layer().enabled(false));
    for _ in 0..100 {
        world.fail();
    }
    world.breaker.set_mode(BreakerMode::ForcedOpen);

    assert_eq!(world.succeed(), Ok(()));
    assert_eq!(world.breaker.state(), CircuitState::Closed);
    assert_eq!(world.breaker.snapshot().state, CircuitState::Closed);
}

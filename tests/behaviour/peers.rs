//! What circuit breakers are known to get wrong, each as a rule of ours.

use futures::FutureExt;
use resilience_core::{BreakerOptions, CallPermit, CircuitBreaker, CircuitState, Window, time::ManualClock};
use resilience_tests::{Error, alone, exact, secs};
use std::{future::pending, time::Duration};

struct World {
    clock: ManualClock,
    breaker: CircuitBreaker<ManualClock>,
}

impl World {
    fn new(layer: BreakerOptions) -> Self {
        let (breaker, clock) = alone(layer);
        Self { clock, breaker }
    }

    fn begin(&self) -> CallPermit<'_, ManualClock> {
        self.breaker.acquire().unwrap()
    }

    /// So many calls that fail; how many it took to open the circuit.
    fn failures_until_open(&self, most: u32) -> u32 {
        (1..=most)
            .find(|_| {
                self.begin().failure();
                self.breaker.state() == CircuitState::Open
            })
            .unwrap_or(u32::MAX)
    }

    /// How many of so many calls at once are admitted; none of them ends.
    fn admitted(&self, calls: usize) -> usize {
        let mut calls: Vec<_> = (0..calls)
            .map(|_| Box::pin(self.breaker.call_async(pending::<Result<(), Error>>())))
            .collect();
        let refused = calls.iter_mut().filter_map(FutureExt::now_or_never).count();
        calls.len() - refused
    }
}

/// Every way to open a circuit, with the failures in a row that it takes.
fn rules() -> [(&'static str, BreakerOptions, u32); 4] {
    let base = exact()
        .recovery_timeout(secs(30))
        .half_open_max_calls(1)
        .success_threshold(1);
    let rate = base.failure_threshold(0).failure_rate(0.5).minimum_calls(10);
    [
        ("consecutive", base.failure_threshold(5), 5),
        ("window of calls", rate.window(Window::Calls(20)), 10),
        (
            "window of many calls",
            rate.window(Window::Calls(1_000)).minimum_calls(1_000),
            500,
        ),
        ("window of time", rate.window(Window::Time(secs(10))), 10),
    ]
}

#[test]
fn a_breaker_opens_as_fast_after_a_hundred_thousand_successes_as_ever() {
    for (rule, layer, failures) in rules() {
        let world = World::new(layer);
        for _ in 0..100_000 {
            world.begin().success();
        }
        // A window of time forgets by time, and not by numbers.
        world.clock.advance(secs(10));
        assert_eq!(world.failures_until_open(1_000), failures, "{rule}");
    }
}

#[test]
fn a_failure_from_before_the_opening_does_not_disturb_the_probe() {
    // R067
    for (rule, layer, _) in rules() {
        let world = World::new(layer);
        let late: Vec<_> = (0..200).map(|_| world.begin()).collect();
        world.failures_until_open(1_000);
        world.clock.advance(secs(30));
        let probe = world.begin();

        late.into_iter().for_each(CallPermit::failure);
        assert_eq!(world.breaker.state(), CircuitState::HalfOpen, "{rule}");
        probe.success();

        assert_eq!(world.breaker.state(), CircuitState::Closed, "{rule}");
        for _ in 0..30 {
            world.begin().success();
        }
    }
}

#[test]
fn successes_from_before_the_opening_do_not_close_the_circuit() {
    // R066, R067
    for (rule, layer, _) in rules() {
        let world = World::new(layer);
        let late: Vec<_> = (0..50).map(|_| world.begin()).collect();
        world.failures_until_open(1_000);
        world.clock.advance(secs(30));
        let _probe = world.begin();

        late.into_iter().for_each(CallPermit::success);

        assert_eq!(world.breaker.state(), CircuitState::HalfOpen, "{rule}");
        assert_eq!(world.admitted(50), 0, "{rule}");
    }
}

#[test]
fn failures_that_come_after_the_recovery_do_not_open_the_circuit_again() {
    // R068
    for (rule, layer, _) in rules() {
        let world = World::new(layer);
        let late: Vec<_> = (0..200).map(|_| world.begin()).collect();
        world.failures_until_open(1_000);
        world.clock.advance(secs(30));
        world.begin().success();

        late.into_iter().for_each(CallPermit::failure);

        let snapshot = world.breaker.snapshot();
        assert_eq!(snapshot.state, CircuitState::Closed, "{rule}");
        assert_eq!((snapshot.failures, snapshot.failed_in_window), (0, 0), "{rule}");
        assert_eq!(snapshot.statistics.late, 200, "{rule}");
    }
}

#[test]
fn of_a_thousand_calls_at_once_a_half_open_circuit_admits_as_many_as_it_should() {
    // R059
    for probes in [1, 3] {
        for (rule, layer, _) in rules() {
            let world = World::new(layer.half_open_max_calls(probes));
            world.failures_until_open(1_000);
            world.clock.advance(secs(30));
            assert_eq!(world.admitted(1_000), usize::from(probes), "{rule}");
        }
    }
}

#[test]
fn a_service_that_is_well_again_is_found_so_though_its_probes_were_cancelled() {
    // R073, R074
    for (rule, layer, _) in rules() {
        let world = World::new(layer);
        world.failures_until_open(1_000);
        world.clock.advance(secs(30));
        for _ in 0..20 {
            assert_eq!(world.admitted(1), 1, "{rule}");
        }

        world.begin().success();

        assert_eq!(world.breaker.state(), CircuitState::Closed, "{rule}");
    }
}

#[test]
fn a_window_of_time_holds_any_number_of_calls() {
    // In the same room: what a success costs is for benchmarks and for the allocation tests to say.
    let world = World::new(exact().failure_rate(0.5).window(Window::Time(secs(60))));
    for call in 0..100_000 {
        world.clock.set(Duration::from_micros(100 * call));
        world.begin().success();
    }
    assert_eq!(world.breaker.snapshot().calls_in_window, 100_000);
}

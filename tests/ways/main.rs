//! Whatever way a call comes in, it is judged, counted and given back alike: by the service's name in the global registry, by a
//! definition or by a handle; as a function, a method, in a block, a trait or an implementation of one; sync and async.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]

mod declared;
mod outcomes;

use declared::WAYS;
use outcomes::{Expected, Seen};
use resilience_core::{BreakerMode, BudgetOptions, Kind, Reason, Registry, Service, ServiceOptions};
use resilience_tests::{Error, immediate};
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Body {
    Returns(Result<u32, Error>),
    /// Fails once, then returns 2.
    FailsOnce,
    Panics,
    /// Succeeds after another operation has changed the world inside it.
    Applies,
    /// Fails after a call inside it was rejected.
    IsRejectedInside,
    /// Succeeds after another call of the same service has failed.
    OtherFailsMeanwhile,
    /// Is dropped before it ends, where that can be.
    NeverEnds,
}

/// What one way of declaring operations calls.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) service: fn() -> &'static Service,
    /// Calls the operation of this kind.
    pub(crate) blocking: fn(Kind, Body) -> Result<u32, Error>,
    /// The same, async; none where the call is dropped.
    pub(crate) polled: fn(Kind, Body) -> Option<Result<u32, Error>>,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The services are those of the whole process: one test at a time may have them.
static SERVICES: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    SERVICES.lock().unwrap_or_else(PoisonError::into_inner)
}

const KINDS: [Kind; 3] = [Kind::Idempotent, Kind::Plain, Kind::Apply];

/// Two attempts, and a budget whose tokens can be counted.
fn configured(way: &Way) -> &'static Service {
    Registry::global()
        .service("rejecting_inside")
        .set_mode(BreakerMode::ForcedOpen);
    let service = (way.service)();
    let budget = BudgetOptions::new().capacity(10).deposit(0.5).min_per_second(0.0);
    service
        .registry()
        .configure(service.name(), ServiceOptions::new().retry(immediate(2)).budget(budget))
        .expect("valid options");
    service
}

/// A body, and what a call of each kind does with it.
type Row = (Body, fn(Kind) -> Expected);

#[test]
fn every_outcome_means_the_same_in_every_way() {
    let _alone = alone();
    let table: [Row; 8] = [
        (Body::Returns(Ok(1)), |_| Expected::success(1)),
        (Body::Returns(Err(Error::Down(1))), |kind| match kind {
            Kind::Idempotent => Expected::exhausted(Error::Down(1), 2),
            _ => Expected::failure(Error::Down(1), 1),
        }),
        (Body::Returns(Err(Error::Busy(None))), |kind| match kind {
            Kind::Idempotent => Expected::exhausted(Error::Busy(None), 2),
            _ => Expected::failure(Error::Busy(None), 1),
        }),
        (Body::Returns(Err(Error::Missing)), |_| {
            Expected::failure(Error::Missing, 0)
        }),
        (Body::Returns(Err(Error::Cancelled)), |_| {
            Expected::failure(Error::Cancelled, 0)
        }),
        (Body::Panics, |_| Expected::panic()),
        (Body::Applies, |_| Expected::success(1)),
        // What was rejected further in says nothing about this service.
        (Body::IsRejectedInside, |_| Expected::failure(Error::Down(1), 0)),
    ];
    for way in &WAYS {
        let service = configured(way);
        for (body, expected) in &table {
            for kind in KINDS {
                for is_async in [false, true] {
                    heal(way);
                    let seen = Seen::during(service, || call(way, kind, *body, is_async));
                    assert_eq!(seen, expected(kind), "{way:?}, {kind:?}, {body:?}, async: {is_async}");
                }
            }
        }
    }
}

/// The healthiest state that there is, which calls go through by the shortest way: a closed circuit without failures, and a full
/// budget.
fn heal(way: &Way) {
    let service = (way.service)();
    service.reset_breaker();
    for _ in 0..20 {
        assert_eq!(call(way, Kind::Plain, Body::Returns(Ok(1)), false), Some(Ok(1)));
    }
    assert!(service.retry_tokens() >= 10.0, "{way:?}: successes fill the budget");
}

#[test]
fn a_success_ends_failures_in_a_row_that_came_meanwhile_in_every_way() {
    let _alone = alone();
    for way in &WAYS {
        let service = configured(way);
        declared::SERVICE.set(Some(service));
        for kind in KINDS {
            for is_async in [false, true] {
                heal(way);
                let outcome = call(way, kind, Body::OtherFailsMeanwhile, is_async);
                assert_eq!(
                    (outcome, service.snapshot().failures),
                    (Some(Ok(1)), 0),
                    "{way:?}, {kind:?}, async: {is_async}"
                );
            }
        }
    }
}

fn call(way: &Way, kind: Kind, body: Body, is_async: bool) -> Option<Result<u32, Error>> {
    catch_unwind(AssertUnwindSafe(|| {
        if is_async {
            (way.polled)(kind, body)
        } else {
            Some((way.blocking)(kind, body))
        }
    }))
    .ok()
    .flatten()
}

#[test]
fn a_success_after_a_retry_is_one_in_every_way() {
    let _alone = alone();
    for way in &WAYS {
        let service = configured(way);
        for is_async in [false, true] {
            service.reset_breaker();
            let seen = Seen::during(service, || call(way, Kind::Idempotent, Body::FailsOnce, is_async));
            assert_eq!(seen, Expected::retried_success(2), "{way:?}, async: {is_async}");
        }
    }
}

#[test]
fn a_call_that_is_dropped_is_cancelled_in_every_way() {
    let _alone = alone();
    for way in &WAYS {
        let service = configured(way);
        for kind in KINDS {
            service.reset_breaker();
            let seen = Seen::during(service, || call(way, kind, Body::NeverEnds, true));
            assert_eq!(seen, Expected::cancelled(), "{way:?}, {kind:?}");
        }
    }
}

#[test]
fn no_body_runs_while_the_circuit_is_held_open_in_every_way() {
    let _alone = alone();
    for way in &WAYS {
        let service = configured(way);
        for kind in KINDS {
            for is_async in [false, true] {
                service.set_mode(BreakerMode::ForcedOpen);
                let seen = Seen::during(service, || call(way, kind, Body::Panics, is_async));
                service.set_mode(BreakerMode::Automatic);
                assert_eq!(
                    seen,
                    Expected::rejected(Reason::HeldOpen),
                    "{way:?}, {kind:?}, async: {is_async}"
                );
            }
        }
    }
}

#[test]
fn a_success_earns_part_of_a_retry_in_every_way() {
    let _alone = alone();
    for way in &WAYS {
        for kind in KINDS {
            for is_async in [false, true] {
                let service = configured(way);
                service.reset_breaker();
                while service.retry_tokens() > 8.0 {
                    let _ = call(way, Kind::Idempotent, Body::Returns(Err(Error::Down(1))), false);
                }
                service.reset_breaker();
                let before = service.retry_tokens();

                assert_eq!(call(way, kind, Body::Returns(Ok(1)), is_async), Some(Ok(1)));

                let earned = service.retry_tokens() - before;
                assert!(
                    (earned - 0.5).abs() < 1e-9,
                    "{way:?}, {kind:?}, async: {is_async}: {earned}"
                );
            }
        }
    }
}

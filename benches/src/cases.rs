//! What is compared with what.

use crate::{
    annotated,
    body::{recovering, work},
    nested,
    ours::{self, Still},
    peers::{
        backon, circuitbreaker_rs, execution_policy, failsafe, recloser, tokio_retry2, tower_resilience, tower_retry,
    },
    subject::{Inputs, Subject},
};
use std::{error::Error, time::Duration};

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Whose it is, and with which policy.
    pub name: &'static str,
    make: fn() -> Made,
}

type Made = Result<Subject, Box<dyn Error>>;

const fn case(name: &'static str, make: fn() -> Made) -> Case {
    Case { name, make }
}

/// Rows that are compared with the first of them.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What the calls have in common.
    pub name: &'static str,
    /// Whether the circuit is open while it is measured.
    pub open: bool,
    /// How often the body fails while it is measured.
    pub inputs: Inputs,
    /// The first is the plain call.
    pub cases: &'static [Case],
}

impl Group {
    /// The subject of one of the cases, as it is to be measured: warm, and tripped where rejections are.
    ///
    /// # Errors
    /// The subject does not do what is to be measured.
    pub fn prepare(&self, case: &Case) -> Result<Subject, Box<dyn Error>> {
        const ENOUGH: u64 = 1_024;
        let subject = (case.make)()?;
        let is_open = self.open && case.name != self.cases[0].name;
        subject.drive()(ENOUGH, if is_open { Inputs::DOWN } else { self.inputs });
        if subject.admits() == is_open {
            return Err(format!("{}, {}: is not in the state to be measured", self.name, case.name).into());
        }
        Ok(subject)
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// A healthy service, called by a blocking caller.
pub const SUCCESS: Group = Group {
    name: "success, sync",
    open: false,
    inputs: Inputs::FINE,
    cases: &[
        case("plain call", || Ok(ours::bare())),
        case("ours: consecutive, static", || Ok(ours::in_static())),
        case("ours: consecutive, held", || ours::held(ours::consecutive())),
        case("ours: 100 calls, full", || ours::held(ours::count_window(100))),
        case("ours: 60 s, still clock", || {
            ours::held_on(ours::time_window(MINUTE), Still)
        }),
        case("ours: 60 s", || ours::held(ours::time_window(MINUTE))),
        case("ours: annotated", || Ok(annotated::plain())),
        case("ours: annotated, idempotent", || Ok(annotated::idempotent())),
        case("failsafe: consecutive", || Ok(failsafe::consecutive())),
        case("recloser: 100 calls", || Ok(recloser::count_window(100))),
        case("circuitbreaker-rs: default", || Ok(circuitbreaker_rs::default())),
    ],
};

/// A healthy service, called by futures that are ready at once.
pub const SUCCESS_ASYNC: Group = Group {
    name: "success, async",
    open: false,
    inputs: Inputs::FINE,
    cases: &[
        case("plain call", || Ok(ours::bare_async())),
        case("ours: consecutive, static", || Ok(ours::in_static_async())),
        case("ours: consecutive, held", || ours::held_async(ours::consecutive())),
        case("ours: 100 calls, full", || ours::held_async(ours::count_window(100))),
        case("ours: 60 s, still clock", || {
            ours::held_async_on(ours::time_window(MINUTE), Still)
        }),
        case("ours: 60 s", || ours::held_async(ours::time_window(MINUTE))),
        case("ours: annotated", || Ok(annotated::plain_async())),
        case("ours: annotated, idempotent", || Ok(annotated::idempotent_async())),
        case("failsafe: consecutive", || Ok(failsafe::consecutive_async())),
        case("recloser: 100 calls", || Ok(recloser::count_window_async(100))),
        case("circuitbreaker-rs: default", || Ok(circuitbreaker_rs::default_async())),
        case("tower-resilience: consecutive", tower_resilience::consecutive),
        case("tower-resilience: 100 calls", || tower_resilience::count_window(100)),
    ],
};

/// An open circuit, called by a blocking caller.
pub const REJECTED: Group = Group {
    name: "rejected, sync",
    open: true,
    inputs: Inputs::FINE,
    cases: &[
        case("plain call", || Ok(ours::bare())),
        case("ours, still clock", || ours::held_on(ours::consecutive(), Still)),
        case("ours", || ours::held(ours::consecutive())),
        case("ours: annotated", || Ok(annotated::down())),
        case("failsafe", || Ok(failsafe::consecutive())),
        case("recloser", || Ok(recloser::count_window(100))),
        case("circuitbreaker-rs", || Ok(circuitbreaker_rs::default())),
    ],
};

/// An open circuit, called by futures.
pub const REJECTED_ASYNC: Group = Group {
    name: "rejected, async",
    open: true,
    inputs: Inputs::FINE,
    cases: &[
        case("plain call", || Ok(ours::bare_async())),
        case("ours, still clock", || ours::held_async_on(ours::consecutive(), Still)),
        case("ours", || ours::held_async(ours::consecutive())),
        case("ours: annotated", || Ok(annotated::down_async())),
        case("failsafe", || Ok(failsafe::consecutive_async())),
        case("recloser", || Ok(recloser::count_window_async(100))),
        case("circuitbreaker-rs", || Ok(circuitbreaker_rs::default_async())),
        case("tower-resilience", tower_resilience::consecutive),
    ],
};

/// One call in eight fails, which opens nothing.
pub const TROUBLE: Group = Group {
    name: "1 in 8 failing",
    open: false,
    inputs: Inputs::ONE_IN_EIGHT,
    cases: &[
        case("plain call", || Ok(ours::bare())),
        case("ours: consecutive", || ours::held(ours::consecutive())),
        case("ours: 10 calls", || ours::held(ours::count_window(10))),
        case("ours: 100 calls", || ours::held(ours::count_window(100))),
        case("ours: 1,000 calls", || ours::held(ours::count_window(1_000))),
        case("ours: 100,000 calls", || ours::held(ours::count_window(100_000))),
        case("ours: 60 s", || ours::held(ours::time_window(MINUTE))),
        case("ours: annotated", || Ok(annotated::plain())),
        case("failsafe: consecutive", || Ok(failsafe::consecutive())),
        case("recloser: 10 calls", || Ok(recloser::count_window(10))),
        case("recloser: 100 calls", || Ok(recloser::count_window(100))),
        case("recloser: 1,000 calls", || Ok(recloser::count_window(1_000))),
        case("recloser: 100,000 calls", || Ok(recloser::count_window(100_000))),
        case("circuitbreaker-rs: default", || Ok(circuitbreaker_rs::default())),
        case("tower-resilience: consecutive", tower_resilience::consecutive),
        case("tower-resilience: 10 calls", || tower_resilience::count_window(10)),
        case("tower-resilience: 100 calls", || tower_resilience::count_window(100)),
        case("tower-resilience: 1,000 calls", || {
            tower_resilience::count_window(1_000)
        }),
    ],
};

/// Calls that would be retried, and succeed.
pub const RETRY_SUCCESS: Group = Group {
    name: "retry, success",
    open: false,
    inputs: Inputs::FINE,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(work))),
        case("ours: annotated, idempotent", || Ok(annotated::idempotent_async())),
        case("backon", || Ok(backon::asynchronous(work))),
        case("backon-macros", || Ok(backon::annotated_failing())),
        case("tokio-retry2", || Ok(tokio_retry2::asynchronous())),
        case("tower: retry", || Ok(tower_retry::asynchronous(work))),
        case("execution-policy", || Ok(execution_policy::asynchronous())),
    ],
};

/// One call in eight fails, and succeeds at the second attempt, which follows at once.
pub const RETRY_RECOVERS: Group = Group {
    name: "retry, 1 in 8 failing once",
    open: false,
    inputs: Inputs::ONE_IN_EIGHT,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(recovering))),
        case("ours: annotated, idempotent", || Ok(annotated::recovering_async()?)),
        case("backon", || Ok(backon::asynchronous(recovering))),
        case("backon-macros", || Ok(backon::annotated_recovering())),
        case("tower: retry", || Ok(tower_retry::asynchronous(recovering))),
    ],
};

/// Every call fails three times, at once.
pub const RETRY_EXHAUSTED: Group = Group {
    name: "retry, 3 attempts failing",
    open: false,
    inputs: Inputs::DOWN,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(work))),
        case("ours: annotated, idempotent", || Ok(annotated::failing_async()?)),
        case("backon", || Ok(backon::asynchronous(work))),
        case("backon-macros", || Ok(backon::annotated_failing())),
        case("tower: retry", || Ok(tower_retry::asynchronous(work))),
    ],
};

/// Annotated calls inside annotated calls, all of which would be retried.
pub const NESTED: Group = Group {
    name: "nested, success",
    open: false,
    inputs: Inputs::FINE,
    cases: &[
        case("plain call", || Ok(ours::bare_async())),
        case("ours: 1 level", || Ok(nested::one())),
        case("ours: 2 levels", || Ok(nested::two())),
        case("ours: 3 levels", || Ok(nested::three())),
        case("ours: 4 levels", || Ok(nested::four())),
        case("ours: 5 levels", || Ok(nested::five())),
    ],
};

/// Every group.
pub const GROUPS: [Group; 9] = [
    SUCCESS,
    SUCCESS_ASYNC,
    REJECTED,
    REJECTED_ASYNC,
    TROUBLE,
    RETRY_SUCCESS,
    RETRY_RECOVERS,
    RETRY_EXHAUSTED,
    NESTED,
];

/// A window of time that a few calls, or many, have been made in.
#[derive(Clone, Copy, Debug)]
pub struct Fill {
    /// Whose it is.
    pub name: &'static str,
    /// The calls in the window, one in eight of them failed.
    pub calls: u64,
    /// A breaker with an empty window.
    pub make: fn() -> Made,
}

/// Windows of an hour, fuller and fuller.
pub const FILLS: &[Fill] = &[
    fill("plain call", 0, || Ok(ours::bare())),
    // Every call finds that the ones before it are out of the window.
    fill("ours", 1, || {
        ours::held_on(ours::time_window(Duration::from_secs(30)), ours::Hasty::default())
    }),
    fill("ours", 64, || ours::held(ours::time_window(HOUR))),
    fill("ours", 1_000, || ours::held(ours::time_window(HOUR))),
    fill("ours", 100_000, || ours::held(ours::time_window(HOUR))),
    fill("tower-resilience", 64, || tower_resilience::time_window(HOUR)),
    fill("tower-resilience", 1_000, || tower_resilience::time_window(HOUR)),
    fill("tower-resilience", 100_000, || tower_resilience::time_window(HOUR)),
];

const HOUR: Duration = Duration::from_secs(60 * 60);

const fn fill(name: &'static str, calls: u64, make: fn() -> Made) -> Fill {
    Fill { name, calls, make }
}

//! Calls through a breaker: of a healthy service, of one that is down, and of one in trouble.

use super::{Group, alone, case};
use crate::{
    annotated,
    ours::{self, Still},
    peers::{circuitbreaker_rs, execution_policy, failsafe, recloser, seatbelt, tower_resilience},
    subject::Inputs,
};
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

/// A healthy service, called by a blocking caller.
pub(super) const SUCCESS: Group = Group {
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
pub(super) const SUCCESS_ASYNC: Group = Group {
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
        case("execution-policy: consecutive", || Ok(execution_policy::consecutive())),
        case("seatbelt: 60 s", || Ok(seatbelt::time_window(MINUTE))),
        case("tower-resilience: consecutive", tower_resilience::consecutive),
        case("tower-resilience: 100 calls", || tower_resilience::count_window(100)),
    ],
};

/// An open circuit, called by a blocking caller.
pub(super) const REJECTED: Group = Group {
    name: "rejected, sync",
    open: true,
    inputs: Inputs::FINE,
    cases: &[
        case("plain call", || Ok(ours::bare())),
        case("ours, still clock", || ours::held_on(ours::consecutive(), Still)),
        case("ours", || ours::held(ours::consecutive())),
        case("ours: annotated", || Ok(annotated::down()?)),
        case("failsafe", || Ok(failsafe::consecutive())),
        case("recloser", || Ok(recloser::count_window(100))),
        case("circuitbreaker-rs", || Ok(circuitbreaker_rs::default())),
    ],
};

/// An open circuit, called by futures.
pub(super) const REJECTED_ASYNC: Group = Group {
    name: "rejected, async",
    open: true,
    inputs: Inputs::FINE,
    cases: &[
        case("plain call", || Ok(ours::bare_async())),
        case("ours, still clock", || ours::held_async_on(ours::consecutive(), Still)),
        case("ours", || ours::held_async(ours::consecutive())),
        case("ours: annotated", || Ok(annotated::down_async()?)),
        case("failsafe", || Ok(failsafe::consecutive_async())),
        case("recloser", || Ok(recloser::count_window_async(100))),
        case("circuitbreaker-rs", || Ok(circuitbreaker_rs::default_async())),
        case("execution-policy", || Ok(execution_policy::consecutive())),
        case("seatbelt", || Ok(seatbelt::time_window(MINUTE))),
        alone("tower-resilience", tower_resilience::consecutive),
    ],
};

/// One call in eight fails, which opens nothing, and the caller blocks.
pub(super) const TROUBLE: Group = Group {
    name: "1 in 8 failing, sync",
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
    ],
};

/// One call in eight fails, which opens nothing, and futures are ready at once.
pub(super) const TROUBLE_ASYNC: Group = Group {
    name: "1 in 8 failing, async",
    open: false,
    inputs: Inputs::ONE_IN_EIGHT,
    cases: &[
        case("plain call", || Ok(ours::bare_async())),
        case("ours: consecutive", || ours::held_async(ours::consecutive())),
        case("ours: 100 calls", || ours::held_async(ours::count_window(100))),
        case("ours: 60 s", || ours::held_async(ours::time_window(MINUTE))),
        case("ours: annotated", || Ok(annotated::plain_async())),
        case("failsafe: consecutive", || Ok(failsafe::consecutive_async())),
        case("recloser: 100 calls", || Ok(recloser::count_window_async(100))),
        case("circuitbreaker-rs: default", || Ok(circuitbreaker_rs::default_async())),
        case("execution-policy: consecutive", || Ok(execution_policy::consecutive())),
        case("seatbelt: 60 s", || Ok(seatbelt::time_window(MINUTE))),
        alone("tower-resilience: consecutive", tower_resilience::consecutive),
        alone("tower-resilience: 10 calls", || tower_resilience::count_window(10)),
        alone("tower-resilience: 100 calls", || tower_resilience::count_window(100)),
        alone("tower-resilience: 1,000 calls", || {
            tower_resilience::count_window(1_000)
        }),
    ],
};

//! Calls that would be retried. Ours has no breaker and no budget where something fails: the others only retry.

use super::{Group, case};
use crate::{
    annotated,
    body::{recovering, work},
    peers::{backon, execution_policy, seatbelt, summer_resilience, tokio_retry2, tower_resilience_retry, tower_retry},
    subject::Inputs,
};

/// They succeed.
pub(super) const SUCCESS: Group = Group {
    name: "retry, success, sync",
    open: false,
    inputs: Inputs::FINE,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(work))),
        case("ours: annotated, idempotent", || Ok(annotated::idempotent())),
        case("backon", || Ok(backon::blocking(work))),
        case("backon-macros", || Ok(backon::annotated_failing_blocking())),
    ],
};

/// They succeed.
pub(super) const SUCCESS_ASYNC: Group = Group {
    name: "retry, success, async",
    open: false,
    inputs: Inputs::FINE,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(work))),
        case("ours: annotated, idempotent", || Ok(annotated::idempotent_async())),
        case("backon", || Ok(backon::asynchronous(work))),
        case("backon-macros", || Ok(backon::annotated_failing())),
        case("execution-policy", || Ok(execution_policy::retrying(work))),
        case("seatbelt", || Ok(seatbelt::retrying(work))),
        case("summer-resilience", summer_resilience::asynchronous),
        case("tokio-retry2", || Ok(tokio_retry2::asynchronous())),
        case("tower: retry", || Ok(tower_retry::asynchronous(work))),
        case("tower-resilience-retry", || Ok(tower_resilience_retry::asynchronous())),
    ],
};

/// One call in eight fails, and succeeds at the second attempt, which follows at once.
pub(super) const RECOVERS: Group = Group {
    name: "retry, 1 in 8 failing once, sync",
    open: false,
    inputs: Inputs::ONE_IN_EIGHT,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(recovering))),
        case("ours: annotated, idempotent", || Ok(annotated::recovering_sync()?)),
        case("backon", || Ok(backon::blocking(recovering))),
        case("backon-macros", || Ok(backon::annotated_recovering_blocking())),
    ],
};

/// One call in eight fails, and succeeds at the second attempt, which follows at once.
pub(super) const RECOVERS_ASYNC: Group = Group {
    name: "retry, 1 in 8 failing once, async",
    open: false,
    inputs: Inputs::ONE_IN_EIGHT,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(recovering))),
        case("ours: annotated, idempotent", || Ok(annotated::recovering_async()?)),
        case("backon", || Ok(backon::asynchronous(recovering))),
        case("backon-macros", || Ok(backon::annotated_recovering())),
        case("execution-policy", || Ok(execution_policy::retrying(recovering))),
        case("seatbelt", || Ok(seatbelt::retrying(recovering))),
        case("tower: retry", || Ok(tower_retry::asynchronous(recovering))),
    ],
};

/// Every call fails three times, at once.
pub(super) const EXHAUSTED: Group = Group {
    name: "retry, 3 attempts failing, sync",
    open: false,
    inputs: Inputs::DOWN,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(work))),
        case("ours: annotated, idempotent", || Ok(annotated::failing_sync()?)),
        case("backon", || Ok(backon::blocking(work))),
        case("backon-macros", || Ok(backon::annotated_failing_blocking())),
    ],
};

/// Every call fails three times, at once.
pub(super) const EXHAUSTED_ASYNC: Group = Group {
    name: "retry, 3 attempts failing, async",
    open: false,
    inputs: Inputs::DOWN,
    cases: &[
        case("loop by hand", || Ok(annotated::loop_by_hand(work))),
        case("ours: annotated, idempotent", || Ok(annotated::failing_async()?)),
        case("backon", || Ok(backon::asynchronous(work))),
        case("backon-macros", || Ok(backon::annotated_failing())),
        case("execution-policy", || Ok(execution_policy::retrying(work))),
        case("seatbelt", || Ok(seatbelt::retrying(work))),
        case("tower: retry", || Ok(tower_retry::asynchronous(work))),
    ],
};

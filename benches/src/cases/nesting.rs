//! Calls inside calls, all of which would be retried. Ours, `seatbelt`'s and `tower-resilience`'s go through a breaker at each
//! level; `backon` and `tower` only retry.

use super::{Group, case};
use crate::{
    nested, ours,
    peers::{backon, seatbelt, tower_resilience_retry, tower_retry},
    subject::Inputs,
};

/// They succeed.
pub(super) const SUCCESS: Group = Group {
    name: "nested, success",
    open: false,
    inputs: Inputs::FINE,
    cases: &[
        case("plain call", || Ok(ours::bare_async())),
        case("ours: 1 level", || Ok(nested::at(1))),
        case("ours: 2 levels", || Ok(nested::at(2))),
        case("ours: 3 levels", || Ok(nested::at(3))),
        case("ours: 4 levels", || Ok(nested::at(4))),
        case("ours: 5 levels", || Ok(nested::at(5))),
        case("backon: 1 level", || Ok(backon::nested(1))),
        case("backon: 2 levels", || Ok(backon::nested(2))),
        case("backon: 3 levels", || Ok(backon::nested(3))),
        case("backon: 4 levels", || Ok(backon::nested(4))),
        case("backon: 5 levels", || Ok(backon::nested(5))),
        case("tower: 1 level", || Ok(tower_retry::nested(1))),
        case("tower: 2 levels", || Ok(tower_retry::nested(2))),
        case("tower: 3 levels", || Ok(tower_retry::nested(3))),
        case("tower: 4 levels", || Ok(tower_retry::nested(4))),
        case("tower: 5 levels", || Ok(tower_retry::nested(5))),
        case("seatbelt: 1 level", || Ok(seatbelt::nested(1))),
        case("seatbelt: 2 levels", || Ok(seatbelt::nested(2))),
        case("seatbelt: 3 levels", || Ok(seatbelt::nested(3))),
        case("seatbelt: 4 levels", || Ok(seatbelt::nested(4))),
        case("seatbelt: 5 levels", || Ok(seatbelt::nested(5))),
        case("tower-resilience: 1 level", || tower_resilience_retry::nested(1)),
        case("tower-resilience: 2 levels", || tower_resilience_retry::nested(2)),
        case("tower-resilience: 3 levels", || tower_resilience_retry::nested(3)),
        case("tower-resilience: 4 levels", || tower_resilience_retry::nested(4)),
        case("tower-resilience: 5 levels", || tower_resilience_retry::nested(5)),
    ],
};

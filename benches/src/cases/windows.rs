//! Windows of time that a few calls, or many, have been made in.

use super::Made;
use crate::{
    ours,
    peers::{seatbelt, tower_resilience},
};
use std::time::Duration;

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
    fill("seatbelt", 64, || Ok(seatbelt::time_window(HOUR))),
    fill("seatbelt", 1_000, || Ok(seatbelt::time_window(HOUR))),
    fill("seatbelt", 100_000, || Ok(seatbelt::time_window(HOUR))),
    fill("tower-resilience", 64, || tower_resilience::time_window(HOUR)),
    fill("tower-resilience", 1_000, || tower_resilience::time_window(HOUR)),
    fill("tower-resilience", 100_000, || tower_resilience::time_window(HOUR)),
];

const HOUR: Duration = Duration::from_hours(1);

const fn fill(name: &'static str, calls: u64, make: fn() -> Made) -> Fill {
    Fill { name, calls, make }
}

//! The breakers of other crates, each with the policy that comes closest to ours.

pub mod circuitbreaker_rs;
pub mod failsafe;
pub mod recloser;
pub mod tower_resilience;

use std::time::Duration;

/// For how long a tripped breaker stays open: longer than any measurement.
const OPEN: Duration = Duration::from_secs(24 * 60 * 60);

//! The breakers and retries of other crates, each with the policy that comes closest to ours.

pub mod backon;
pub mod circuitbreaker_rs;
pub mod execution_policy;
pub mod failsafe;
pub mod recloser;
pub mod seatbelt;
pub mod summer_resilience;
pub mod tokio_retry2;
pub mod tower_resilience;
pub mod tower_resilience_retry;
pub mod tower_retry;

use std::time::Duration;

/// For how long a tripped breaker stays open: longer than any measurement.
const OPEN: Duration = Duration::from_hours(24);

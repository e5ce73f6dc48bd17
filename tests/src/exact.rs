use resilience_core::{BreakerOptions, BreakerPolicy};
use std::time::Duration;

/// A breaker that leaves nothing to chance: opens at the fifth failure in a row, however soon it comes, for 30 s each time.
pub const fn exact() -> BreakerOptions {
    BreakerPolicy::builder()
        .failure_threshold(5)
        .failure_span(Duration::ZERO)
        .recovery_timeout(Duration::from_secs(30))
        .recovery_factor(1.0)
        .recovery_jitter(0.0)
}

use resilience_core::{BreakerOptions, CircuitBreaker, time::ManualClock};

/// A circuit breaker by itself, and the clock that it runs on.
///
/// # Panics
/// The layer is not valid.
#[must_use]
#[allow(clippy::expect_used, reason = "a test fails by panicking")]
pub fn alone(layer: BreakerOptions) -> (CircuitBreaker<ManualClock>, ManualClock) {
    let clock = ManualClock::new();
    let policy = Box::leak(Box::new(layer.build().expect("a valid layer")));
    (CircuitBreaker::with_clock(policy, clock.clone()), clock)
}

// What a breaker does is read through its methods.

use resilience_core::{BreakerPolicy, CircuitBreaker, Registry};

static PLANS: CircuitBreaker = CircuitBreaker::new(&BreakerPolicy::DEFAULT);

fn main() {
    // R091
    let _ = &PLANS.breaker;
    let _ = &Registry::new().service("plan_service").hot;
    let _ = PLANS.acquire().unwrap().permit;
    let mut policy = BreakerPolicy::DEFAULT;
    policy.failure_threshold = 0;
}

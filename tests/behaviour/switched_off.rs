//! Breakers that are switched off, and on again.

use resilience_core::{BreakerPolicy, CircuitState, Reason, ServiceOptions};
use resilience_tests::{Error, Plans, World, exact, immediate, secs};
use std::future::pending;

fn layer() -> ServiceOptions {
    ServiceOptions::new().retry(immediate(1)).breaker(
        exact()
            .failure_threshold(1)
            .recovery_timeout(secs(30))
            .half_open_max_calls(1)
            .success_threshold(1),
    )
}

fn switch(plans: &Plans, enabled: bool) {
    let layer = ServiceOptions::new().breaker(exact().enabled(enabled));
    plans.service.registry().configure("plan_service", layer).unwrap();
}

fn fail(plans: &Plans) {
    assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
}

#[test]
fn without_a_breaker_every_call_is_admitted() {
    // R088
    let plans = World::new().plans("plan_service", layer().breaker(BreakerPolicy::builder().enabled(false)));

    (0..100).for_each(|_| fail(&plans));

    assert_eq!(plans.runs(), 100);
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[test]
fn a_breaker_that_is_switched_off_while_open_admits_and_one_switched_on_again_has_not_forgotten() {
    let plans = World::new().plans("plan_service", layer());
    fail(&plans);

    switch(&plans, false);
    assert_eq!(plans.count_blocking(Ok), Ok(2));
    fail(&plans);
    switch(&plans, true);

    assert_eq!(
        plans.count_blocking(Ok).unwrap_err().reason(),
        Some(Reason::CircuitOpen)
    );
}

#[test]
fn a_breaker_that_is_switched_off_while_open_holds_no_retry_back() {
    let plans = World::new().plans("plan_service", layer().retry(immediate(3)));
    fail(&plans);

    switch(&plans, false);

    assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(4)));
}

#[test]
fn a_breaker_that_is_switched_off_while_open_reports_closed() {
    let plans = World::new().plans("plan_service", layer());
    fail(&plans);
    assert_eq!(plans.service.state(), CircuitState::Open);

    switch(&plans, false);

    assert_eq!(plans.service.state(), CircuitState::Closed);
    assert_eq!(plans.count_blocking(Ok), Ok(2));
    assert_eq!(plans.service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn only_probes_close_a_half_open_circuit() {
    let world = World::new();
    let plans = world.plans("plan_service", layer());
    fail(&plans);
    world.clock.advance(secs(30));
    let mut probe = Box::pin(plans.count(|_| pending()));
    assert!(futures::poll!(probe.as_mut()).is_pending());

    // Admitted while the breaker is off, it ends while it is on again.
    switch(&plans, false);
    let result = plans.count_blocking(|run| {
        switch(&plans, true);
        Ok(run)
    });

    assert_eq!(result, Ok(3));
    assert_eq!(plans.service.state(), CircuitState::HalfOpen);
}

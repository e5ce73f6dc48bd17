//! The time for one attempt.

use resilience_core::{CircuitState, Reason, Registry, Service, ServiceOptions, retry_service};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, secs};
use std::{cell::Cell, future::pending, time::Duration};
use tokio::time::{Instant, sleep};

fn plans(attempts: u32, timeout: Duration) -> Plans {
    let layer = ServiceOptions::new()
        .retry(immediate(attempts))
        .attempt_timeout(timeout);
    Plans::new(Registry::new(), "plan_service", layer)
}

/// Counts how often it is dropped.
struct Dropped<'a>(&'a Cell<u32>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_cancelled_and_tried_again() {
    // R038
    let plans = plans(3, secs(2));
    let dropped = Cell::new(0);
    let start = Instant::now();

    let result = plans.fetch(async |_| {
        let _guard = Dropped(&dropped);
        pending().await
    });
    let interruption = result.await.unwrap_err().interruption().unwrap();

    assert_eq!(start.elapsed(), secs(6));
    assert_eq!(dropped.get(), 3);
    assert_eq!(interruption.reason(), Reason::AttemptTimeout);
    assert_eq!(interruption.attempts(), 3);
    assert!(interruption.may_have_run());
    assert!(!interruption.is_rejection());
    let statistics = plans.service.statistics();
    assert_eq!(
        (statistics.attempt_timeouts, statistics.failed, statistics.exhausted),
        (3, 1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_the_whole_time() {
    let plans = plans(3, secs(2));
    let start = Instant::now();

    let result = plans.fetch(async |run| {
        sleep(if run < 3 { ms(1_999) } else { secs(1) }).await;
        if run < 3 { Err(Error::Down(run)) } else { Ok(run) }
    });

    assert_eq!(result.await, Ok(3));
    assert_eq!(start.elapsed(), ms(1_999 * 2 + 1_000));
    assert_eq!(plans.service.statistics().attempt_timeouts, 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_in_the_last_moment_counts() {
    let plans = plans(3, secs(2));

    let result = plans.fetch(async |run| {
        sleep(secs(2)).await;
        Ok(run)
    });

    assert_eq!(result.await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_timeout_counts_for_the_breaker() {
    let layer = ServiceOptions::new()
        .retry(immediate(5))
        .attempt_timeout(secs(1))
        .breaker(exact().failure_threshold(2));
    let plans = Plans::new(Registry::new(), "plan_service", layer);

    let result = plans.fetch(|_| pending()).await;

    assert_eq!(result.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!(plans.runs(), 2);
    assert_eq!(plans.service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn without_idempotent_an_attempt_is_cut_and_not_repeated() {
    let plans = plans(5, secs(1));

    for result in [plans.count(|_| pending()).await, plans.write(|_| pending()).await] {
        let interruption = result.unwrap_err().interruption().unwrap();
        assert_eq!(
            (interruption.reason(), interruption.attempts()),
            (Reason::AttemptTimeout, 1)
        );
    }
    assert_eq!(plans.runs(), 2);
}

#[test]
fn a_synchronous_attempt_is_never_cut() {
    let world = World::new();
    let plans = world.plans(
        "plan_service",
        ServiceOptions::new().retry(immediate(3)).attempt_timeout(ms(1)),
    );

    let result = plans.fetch_blocking(|run| {
        world.clock.advance(secs(60));
        Ok(run)
    });

    assert_eq!(result, Ok(1));
    assert_eq!(plans.service.statistics().attempt_timeouts, 0);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_further_in_is_a_failure_that_the_call_further_out_retries() {
    let inner = plans(1, secs(1));
    let outer = Plans::new(
        inner.service.registry(),
        "tool_service",
        ServiceOptions::new().retry(immediate(3)),
    );

    let result = outer.fetch(|_| inner.fetch(|_| pending())).await;

    assert_eq!(result.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!((outer.runs(), inner.runs()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_further_out_cuts_the_retries_further_in() {
    let inner = Plans::new(
        Registry::new(),
        "plan_service",
        ServiceOptions::new().retry(immediate(100)),
    );
    let outer = Plans::new(
        inner.service.registry(),
        "tool_service",
        ServiceOptions::new().attempt_timeout(secs(5)),
    );

    let result = outer.count(|_| {
        inner.fetch(async |run| {
            sleep(secs(2)).await;
            Err(Error::Down(run))
        })
    });

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!(inner.runs(), 3);
    let statistics = inner.service.statistics();
    assert_eq!((statistics.calls, statistics.cancelled, statistics.attempts), (1, 1, 3));
}

#[tokio::test(start_paused = true)]
async fn the_attribute_states_it_and_settings_put_another_in_its_place() {
    #[retry_service(service = service, attempt_timeout = "2s")]
    async fn fetch(service: &'static Service) -> Result<u32, Error> {
        pending().await
    }
    let registry = Registry::new();
    let service = registry.service("plan_service");

    let start = Instant::now();
    assert_eq!(fetch(service).await.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!(start.elapsed(), secs(2));

    registry
        .configure("plan_service", ServiceOptions::new().attempt_timeout(ms(750)))
        .unwrap();
    let start = Instant::now();
    assert_eq!(fetch(service).await.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!(start.elapsed(), ms(750));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_timeout_after_a_refusal_that_was_handled_counts() {
    let registry = Registry::new();
    let strict = ServiceOptions::new().breaker(exact().failure_threshold(1));
    let refusing = Plans::new(registry, "tool_service", strict);
    assert!(refusing.count(down).await.is_err());
    let plans = Plans::new(registry, "plan_service", strict.attempt_timeout(secs(1)));

    let result = plans.fetch(async |_| {
        assert_eq!(
            refusing.count(fine).await.unwrap_err().reason(),
            Some(Reason::CircuitOpen)
        );
        pending().await
    });

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!(plans.service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_has_failed_once_ends_with_the_timeout_it_began_with() {
    let plans = plans(2, secs(1));
    let start = Instant::now();

    let result = plans.fetch(async |run| {
        if run == 1 {
            return Err(Error::Down(run));
        }
        let longer = ServiceOptions::new().attempt_timeout(secs(5));
        plans.service.registry().configure("plan_service", longer).unwrap();
        pending().await
    });

    assert_eq!(result.await.unwrap_err().reason(), Some(Reason::AttemptTimeout));
    assert_eq!(start.elapsed(), secs(1));
}

//! Attempts that outlive their timeout because their body never yields.

use resilience_core::{BreakerPolicy, CircuitState, Registry, ServiceOptions, time::ManualClock};
use resilience_tests::{Error, Plans, World, immediate, ms, record, secs};
use tokio::task::yield_now;

fn layer() -> ServiceOptions {
    ServiceOptions::new()
        .retry(immediate(3))
        .attempt_timeout(secs(1))
        .breaker(BreakerPolicy::builder().failure_threshold(1))
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_yields_and_outlives_its_timeout_is_counted_and_told_and_no_more() {
    for (took, overruns) in [(ms(1_000), 0), (ms(1_001), 1), (secs(10), 1)] {
        let events = record();
        let world = World::new();
        let plans = world.plans("plan_service", layer());

        let outcomes = [
            plans
                .fetch(async |_| {
                    world.clock.advance(took);
                    Ok(1)
                })
                .await,
            plans
                .count(async |_| {
                    world.clock.advance(took);
                    Ok(1)
                })
                .await,
            plans
                .write(async |_| {
                    world.clock.advance(took);
                    Ok(1)
                })
                .await,
            plans.fetch_blocking(|_| {
                world.clock.advance(took);
                Ok(1)
            }),
            plans.count_blocking(|_| {
                world.clock.advance(took);
                Ok(1)
            }),
        ];

        assert_eq!(outcomes, [Ok(1); 5], "{took:?}");
        let statistics = plans.service.statistics();
        assert_eq!(statistics.overruns, 5 * overruns, "{took:?}");
        assert_eq!(
            (statistics.attempts, statistics.succeeded, statistics.attempt_timeouts),
            (5, 5, 0)
        );
        assert_eq!(plans.service.state(), CircuitState::Closed);
        let told: Vec<_> = ["fetch", "count", "write", "fetch_blocking", "count_blocking"]
            .into_iter()
            .filter(|_| overruns > 0)
            .map(|operation| {
                let elapsed = took.as_millis();
                format!("DEBUG attempt overran its timeout service=plan_service operation={operation} attempt=1 timeout_ms=1000 elapsed_ms={elapsed}")
            })
            .collect();
        assert_eq!(events.take(), told, "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_measured_by_itself() {
    let world = World::new();
    let off = BreakerPolicy::builder().enabled(false);
    let plans = world.plans("plan_service", layer().breaker(off));

    let outcome = plans
        .fetch(async |run| {
            // 900 ms, 900 ms and 1.1 s.
            world.clock.advance(if run < 3 { ms(900) } else { ms(1_100) });
            if run < 3 { Err(Error::Down(run)) } else { Ok(run) }
        })
        .await;

    assert_eq!(outcome, Ok(3));
    assert_eq!(plans.service.statistics().overruns, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_yields_once_and_never_again_is_seen_too() {
    let clock = ManualClock::new();
    let registry = Registry::builder().clock(clock.clone()).build();
    let plans = Plans::new(registry, "plan_service", layer());

    for (calls, took) in [(0, ms(900)), (1, ms(1_100))] {
        let body = async |run| {
            yield_now().await;
            clock.advance(took);
            Ok(run)
        };
        assert!(plans.fetch(body).await.is_ok());
        assert_eq!(plans.service.statistics().overruns, calls, "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_timeout_nothing_is_overrun() {
    let world = World::new();
    let plans = world.plans("plan_service", ServiceOptions::new());

    let outcome = plans.fetch(async |run| {
        world.clock.advance(secs(100));
        Ok(run)
    });

    assert_eq!(outcome.await, Ok(1));
    assert_eq!(plans.service.statistics().overruns, 0);
}

//! When the memory of a partition is given to another key.

use super::{COUNT, FETCH, Host, call, fail, one_failure, world};
use resilience_core::{
    BreakerPolicy, BudgetPolicy, CircuitState, Next, Partition, ServiceOptions, Window, retry_service,
};
use resilience_tests::{Error, secs};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

/// Whether another key finds room beside it.
fn gives_way(service: &'static resilience_core::Service) -> bool {
    service.partition("another").key().is_some()
}

#[test]
fn leases_and_their_clones_keep_a_partition() {
    let (_world, service) = world(1, one_failure());
    let lease = service.partition("tenant-1");
    let clone = lease.clone();

    drop(lease);
    let while_cloned = gives_way(service);
    drop(clone);

    assert!(!while_cloned);
    assert!(gives_way(service));
}

#[test]
fn a_call_under_way_keeps_its_partition_until_it_is_dropped() {
    let (_world, service) = world(1, one_failure());
    let mut call = COUNT.begin_on(&service.partition("tenant-1"));

    call.admit().unwrap();
    let while_admitted = gives_way(service);
    let _ = call.finish(Ok::<_, Error>(1));
    let while_ended = gives_way(service);
    // After its end a call grants everything and counts nothing.
    call.admit().unwrap();
    drop(call);

    assert_eq!((while_admitted, while_ended), (false, false));
    assert!(gives_way(service));
    assert_eq!(service.statistics().calls, 1);
}

#[retry_service(service = tenant, operation = "wait")]
async fn wait(tenant: &Partition) -> Result<u32, Error> {
    std::future::pending().await
}

#[test]
fn a_cancelled_call_gives_its_partition_back() {
    let (_world, service) = world(1, one_failure());
    let lease = service.partition("tenant-1");
    {
        let mut future = pin!(wait(&lease));
        assert!(
            future
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
    }
    let mut retrying = FETCH.begin_on(&lease);
    retrying.admit().unwrap();
    assert!(matches!(
        retrying.settle(Err::<u32, _>(Error::Missing)),
        Next::Return(_)
    ));
    drop(lease);
    let while_retrying = gives_way(service);

    drop(retrying);

    assert!(!while_retrying);
    assert!(gives_way(service));
    assert_eq!(service.statistics().cancelled, 1);
}

#[test]
fn a_call_that_panics_gives_its_partition_back() {
    let (_world, service) = world(1, BreakerPolicy::builder().enabled(false));
    let lease = service.partition("tenant-1");

    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut call = COUNT.begin_on(&lease);
        call.admit().unwrap();
        call.attempt_blocking(|| -> u32 { panic!("a bug") })
    }));
    drop(lease);

    assert!(panicked.is_err());
    assert!(gives_way(service));
    assert_eq!(service.statistics().panicked, 1);
}

#[test]
fn an_open_circuit_is_kept_until_it_has_closed_or_was_reset() {
    let (world, service) = world(1, one_failure());
    fail(&service.partition("tenant-1"));

    let while_open = gives_way(service);
    world.clock.advance(secs(1_000));
    let while_unproven = gives_way(service);
    assert_eq!(call(&service.partition("tenant-1"), Ok(7)), Ok(7));
    let after_success = gives_way(service);
    fail(&service.partition("another"));
    service.partition("another").reset_breaker();

    assert_eq!((while_open, while_unproven, after_success), (false, false, true));
    assert_eq!(service.partition("tenant-1").key(), Some("tenant-1"));
}

#[test]
fn failures_that_could_still_open_the_circuit_are_kept() {
    let window = BreakerPolicy::builder()
        .failure_threshold(0)
        .failure_rate(0.5)
        .window(Window::Time(secs(60)))
        .minimum_calls(10);
    for (name, breaker) in [
        ("in a row", one_failure().failure_threshold(9)),
        ("in a window", window),
    ] {
        let (world, service) = world(1, breaker);
        fail(&service.partition("tenant-1"));

        let while_remembered = gives_way(service);
        assert_eq!(call(&service.partition("tenant-1"), Ok(7)), Ok(7), "{name}");
        world.clock.advance(secs(120));

        assert!(!while_remembered, "{name}");
        assert!(gives_way(service), "{name}");
    }
}

#[test]
fn a_budget_that_is_not_full_is_kept() {
    let (world, service) = world(1, BreakerPolicy::builder().enabled(false));
    let budget = BudgetPolicy::builder().capacity(10).min_per_second(1.0);
    world
        .registry
        .configure("plan_service", ServiceOptions::new().budget(budget))
        .unwrap();
    let host = Host {
        partition: service.partition("tenant-1"),
    };
    let _ = host.fetch(Err(Error::Down(1)));
    drop(host);

    let while_spent = gives_way(service);
    world.clock.advance(secs(2));

    assert!(!while_spent);
    assert!(gives_way(service));
}

#[test]
fn the_next_key_starts_as_new() {
    let (world, service) = world(1, one_failure());
    fail(&service.partition("tenant-1"));
    world.clock.advance(secs(1_000));
    assert_eq!(call(&service.partition("tenant-1"), Ok(7)), Ok(7));

    let next = service.partition("tenant-2");

    let snapshot = next.snapshot();
    assert_eq!((next.key(), next.state()), (Some("tenant-2"), CircuitState::Closed));
    assert_eq!((snapshot.statistics.changes, snapshot.failures), (0, 0));
    world.clock.advance(secs(5));
    assert_eq!(next.snapshot().statistics.closed_for, secs(5));
    // The counts of calls stay the service's.
    assert_eq!(service.statistics().calls, 2);
    let keys: Vec<_> = service
        .partitions()
        .iter()
        .filter_map(|partition| partition.key().map(str::to_owned))
        .collect();
    assert_eq!(keys, ["tenant-2"]);
}

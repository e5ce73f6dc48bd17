use crate::growth;
use resilience_core::{BreakerPolicy, Operation, Partition, Registry, Service, ServiceOptions, time::ManualClock};
use resilience_tests::{Error, secs};
use std::ops::Range;

static COUNT: Operation = Operation::plain("plan_service", "count");

fn service(limit: usize) -> &'static Service {
    let clock = ManualClock::new();
    let registry = Registry::builder().clock(clock).max_partitions(limit).build();
    let breaker = BreakerPolicy::builder().failure_threshold(1).recovery_timeout(secs(10));
    registry
        .configure("plan_service", ServiceOptions::new().breaker(breaker))
        .unwrap();
    registry.service("plan_service")
}

fn call(partition: &Partition, outcome: Result<u32, Error>) {
    let mut call = COUNT.begin_on(partition);
    call.admit().unwrap();
    let outcome = call.attempt_blocking(|| outcome);
    let _ = call.finish(outcome);
}

/// New keys, one after the other; one in ten fails, and is given up.
fn churn(service: &'static Service, keys: Range<u32>) {
    for number in keys {
        let partition = service.partition(&format!("tenant-{number}"));
        assert!(partition.key().is_some());
        if number % 10 == 0 {
            call(&partition, Err(Error::Down(1)));
            partition.reset_breaker();
        } else {
            call(&partition, Ok(1));
        }
    }
}

#[test]
fn a_million_keys_take_no_more_memory_than_a_hundred() {
    let service = service(1_000);
    churn(service, 0..100);

    let grown = growth(|| churn(service, 100..1_000_000));

    // A name has a few letters more.
    assert!(grown < 1_000, "{grown} bytes");
    assert_eq!(service.statistics().calls, 1_000_000);
}

#[test]
fn keys_beyond_the_bound_take_no_memory() {
    let service = service(10);
    for number in 0..10 {
        call(&service.partition(&format!("down-{number}")), Err(Error::Down(1)));
    }
    let beyond = |keys: Range<u32>| {
        for number in keys {
            let partition = service.partition(&format!("tenant-{number}"));
            assert!(partition.key().is_none());
            call(&partition, Err(Error::Down(1)));
        }
    };
    beyond(0..10);

    let grown = growth(|| beyond(10..10_000));

    assert_eq!(grown, 0);
    assert_eq!(service.statistics().calls, 10_010);
    assert_eq!(service.partitions().len(), 10);
}

#[test]
fn a_partition_takes_as_much_memory_as_its_page_says() {
    static READ: Operation = Operation::plain("plan_service", "read");
    const PARTITIONS: u16 = 500;
    let service = service(1_000);
    let names: Vec<_> = (0..=PARTITIONS).map(|number| format!("tenant-{number}")).collect();
    let mut leases = Vec::with_capacity(names.len());
    let use_all = |operation: &'static Operation, leases: &[Partition]| {
        for lease in leases {
            let mut call = operation.begin_on(lease);
            call.admit().unwrap();
            let _ = call.finish(Ok::<u32, Error>(1));
        }
    };
    // What the service itself needs.
    leases.push(service.partition(&names[0]));
    use_all(&COUNT, &leases);
    use_all(&READ, &leases);

    let grown = [
        growth(|| leases.extend(names[1..].iter().map(|name| service.partition(name)))),
        growth(|| use_all(&COUNT, &leases)),
        growth(|| use_all(&READ, &leases)),
    ];

    // docs/partitions.md: 1.2 KB, and 1.6 KB for each operation.
    let [partition, first, second] = grown.map(|bytes| bytes / isize::try_from(PARTITIONS).unwrap());
    let all = [partition, first, second];
    assert!((1_000..1_800).contains(&partition), "{all:?} bytes");
    assert!((1_000..1_800).contains(&first), "{all:?} bytes");
    assert!((1_000..1_800).contains(&second), "{all:?} bytes");
}

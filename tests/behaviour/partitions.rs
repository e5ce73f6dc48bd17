//! Partitions: a breaker and a budget for each foreign key, in bounded memory.

mod churn;
mod slots;

use resilience_core::{
    BreakerOptions, BreakerPolicy, BudgetPolicy, CircuitState, Operation, Partition, Reason, Registry, Service,
    ServiceDef, ServiceOptions, retry_service,
};
use resilience_tests::{Error, World, immediate, record, secs};

static FETCH: Operation = Operation::idempotent("plan_service", "fetch");
static COUNT: Operation = Operation::plain("plan_service", "count");

/// A breaker that one failure opens, for ten seconds or a little more.
fn one_failure() -> BreakerOptions {
    BreakerPolicy::builder()
        .failure_threshold(1)
        .success_threshold(1)
        .recovery_timeout(secs(10))
}

/// A world with one service, which tells so many partitions apart.
fn world(limit: usize, breaker: BreakerOptions) -> (World, &'static Service) {
    let clock = resilience_core::time::ManualClock::new();
    let registry = Registry::builder()
        .clock(clock.clone())
        .sleeper(clock.clone())
        .random(|| 0.5)
        .max_partitions(limit)
        .build();
    let layer = ServiceOptions::new().breaker(breaker).retry(immediate(3));
    registry.configure("plan_service", layer).unwrap();
    let world = World { clock, registry };
    (world, registry.service("plan_service"))
}

/// One attempt of a plain call.
fn call(partition: &Partition, outcome: Result<u32, Error>) -> Result<u32, Error> {
    let mut call = COUNT.begin_on(partition);
    call.admit()?;
    let outcome = call.attempt_blocking(|| outcome);
    call.finish(outcome)
}

fn fail(partition: &Partition) {
    let failed = call(partition, Err(Error::Down(1)));
    assert_eq!(failed, Err(Error::Down(1)));
}

#[retry_service(service = tenant, idempotent, operation = "fetch_plan")]
async fn fetch_plan(tenant: &Partition, outcome: Result<u32, Error>) -> Result<u32, Error> {
    outcome
}

struct Host {
    partition: Partition,
}

impl Host {
    #[retry_service(service = self.partition, idempotent, operation = "fetch_blocking")]
    fn fetch(&self, outcome: Result<u32, Error>) -> Result<u32, Error> {
        outcome
    }
}

#[test]
fn one_tenant_that_fails_stops_no_other() {
    let (_world, service) = world(10, one_failure());
    let (bad, good) = (service.partition("tenant-998"), service.partition("tenant-999"));

    fail(&bad);

    assert_eq!((bad.state(), good.state()), (CircuitState::Open, CircuitState::Closed));
    assert_eq!(service.state(), CircuitState::Closed);
    assert_eq!(call(&good, Ok(7)), Ok(7));
    let rejected = call(&bad, Ok(7)).unwrap_err();
    assert_eq!(rejected.reason(), Some(Reason::CircuitOpen));
    // The service is named, not the key: an interruption may leave the process.
    assert_eq!(rejected.interruption().unwrap().service(), "plan_service");
    // Whoever asks for the key again finds the same breaker.
    assert_eq!(service.partition("tenant-998").state(), CircuitState::Open);
    assert_eq!(bad.snapshot().statistics.rejected, 1);
}

#[tokio::test(start_paused = true)]
async fn the_attribute_takes_a_lease_and_statistics_are_the_services() {
    let (_world, service) = world(10, BreakerPolicy::builder().enabled(false));
    let tenant = service.partition("tenant-1");
    let host = Host {
        partition: service.partition("example.com"),
    };

    assert_eq!(fetch_plan(&tenant, Ok(7)).await, Ok(7));
    assert_eq!(
        fetch_plan(&service.partition("tenant-2"), Err(Error::Down(1))).await,
        Err(Error::Down(1))
    );
    assert_eq!(host.fetch(Err(Error::Missing)), Err(Error::Missing));

    let statistics = service.statistics();
    assert_eq!((statistics.calls, statistics.attempts, statistics.retries), (3, 5, 2));
    let operations: Vec<_> = service
        .operations()
        .iter()
        .map(|operation| (operation.name, operation.statistics.calls))
        .collect();
    assert_eq!(operations, [("fetch_blocking", 1), ("fetch_plan", 2)]);
}

#[test]
fn each_partition_has_a_budget_of_its_own() {
    let (world, service) = world(10, BreakerPolicy::builder().enabled(false));
    let budget = BudgetPolicy::builder().capacity(2).min_per_second(0.0);
    world
        .registry
        .configure("plan_service", ServiceOptions::new().budget(budget))
        .unwrap();
    let [left, right] = ["left.example", "right.example"].map(|name| Host {
        partition: service.partition(name),
    });

    let _ = left.fetch(Err(Error::Down(1)));

    assert_eq!(
        (left.partition.retry_tokens(), right.partition.retry_tokens()),
        (0.0, 2.0)
    );
    let before = service.statistics().attempts;
    let _ = (left.fetch(Err(Error::Down(1))), right.fetch(Err(Error::Down(1))));
    assert_eq!(service.statistics().attempts - before, 1 + 3);
}

#[test]
fn a_reload_reaches_every_partition_and_every_operation_of_it() {
    let (world, service) = world(10, BreakerPolicy::builder().enabled(false));
    let host = Host {
        partition: service.partition("example.com"),
    };
    let _ = host.fetch(Err(Error::Down(1)));
    let before = service.statistics().attempts;

    let layer = ServiceOptions::new()
        .breaker(one_failure().enabled(true))
        .retry(immediate(1));
    world.registry.configure("plan_service", layer).unwrap();
    let _ = host.fetch(Err(Error::Down(1)));

    assert_eq!((before, service.statistics().attempts), (3, 4));
    assert_eq!(host.partition.state(), CircuitState::Open);
    // A new one begins with what holds now.
    let other = service.partition("example.org");
    fail(&other);
    assert_eq!(other.state(), CircuitState::Open);
}

#[test]
fn events_carry_the_key_without_what_must_not_leave() {
    let events = record();
    let (_world, service) = world(10, one_failure());

    fail(&service.partition("https://admin:hunter2@example.com\u{1b}[2J\nadmin"));

    let lines = events.take();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].starts_with("ERROR circuit opened service=plan_service operation=count partition="),
        "{lines:?}"
    );
    assert!(lines[0].contains("example.com"), "{lines:?}");
    for secret in ["hunter2", "\u{1b}", "\n"] {
        assert!(!lines[0].contains(secret), "{lines:?}");
    }
}

#[test]
fn a_key_beyond_the_bound_shares_nothing() {
    let events = record();
    let (_world, service) = world(1, one_failure());
    let first = service.partition("first.example");
    let longest = "k".repeat(255);
    let beyond = ["second.example", "", &"k".repeat(256)].map(|key| service.partition(key));

    assert_eq!(first.key(), Some("first.example"));
    let told = events.take();
    assert_eq!(
        told,
        ["ERROR partition refused service=plan_service reason=too_many key=second.example limit=1"]
    );
    for partition in &beyond {
        assert_eq!(partition.key(), None);
        // R137
        for _ in 0..10 {
            assert_eq!(call(partition, Err(Error::Down(1))), Err(Error::Down(1)));
        }
        assert_eq!(
            (partition.state(), partition.service().name()),
            (CircuitState::Closed, "plan_service")
        );
    }
    // Nobody pays for a second attempt.
    let before = service.statistics();
    let host = Host {
        partition: beyond[0].clone(),
    };
    let _ = host.fetch(Err(Error::Down(1)));
    let after = service.statistics();
    assert_eq!((after.attempts - before.attempts, after.calls), (1, 31));
    assert_eq!(events.take(), [""; 0]);
    // Nor does a stranger's trouble reach a key that has a partition.
    assert_eq!(first.state(), CircuitState::Closed);
    drop(first);
    assert_eq!(service.partition(&longest).key(), Some(longest.as_str()));
}

#[test]
fn a_definition_may_set_the_bound() {
    static NARROW: ServiceDef = ServiceDef::new("narrow_service").max_partitions(1);
    let registry = Registry::builder().max_partitions(2).build();

    let counted = [registry.define(&NARROW), registry.service("wide_service")].map(|service| {
        let leases: Vec<_> = (0..5)
            .map(|number| service.partition(&format!("tenant-{number}")))
            .collect();
        leases.iter().filter(|lease| lease.key().is_some()).count()
    });

    assert_eq!(counted, [1, 2]);
}

#[test]
fn a_service_beyond_the_limit_has_no_partitions() {
    let registry = Registry::builder().max_services(0).build();
    let host = Host {
        partition: registry.service("any_service").partition("example.com"),
    };

    let _ = host.fetch(Err(Error::Down(1)));

    assert_eq!(host.partition.key(), None);
    assert_eq!(host.partition.service().statistics().attempts, 1);
}

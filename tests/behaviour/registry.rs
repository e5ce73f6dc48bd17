//! Whose service a call finds.

use resilience_core::{CircuitState, Operation, Reason, Registry, RetryPolicy, Service, ServiceOptions, retry_service};
use resilience_tests::{Error, Plans, World, exact, ms};
use std::{ptr, sync::Barrier, thread};

#[retry_service(name = "found_by_name", idempotent, retry(backoff = none))]
async fn by_name(fails: bool) -> Result<u32, Error> {
    if fails { Err(Error::Down(1)) } else { Ok(1) }
}

#[retry_service(name = "found_in_registry", registry = registry)]
fn in_registry(registry: &'static Registry) -> Result<u32, Error> {
    Ok(1)
}

fn calls(registry: &Registry, name: &str) -> u64 {
    registry.find(name).map_or(0, |service| service.statistics().calls)
}

fn attempts(registry: &Registry, name: &str) -> u64 {
    registry.find(name).map_or(0, |service| service.statistics().attempts)
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_was_entered_is_where_a_name_is_looked_up() {
    let (left, right) = (Registry::new(), Registry::new());

    by_name(false).await.unwrap();
    left.enter(by_name(false)).await.unwrap();
    right
        .enter(async { (by_name(false).await, by_name(false).await) })
        .await
        .0
        .unwrap();
    let before = calls(Registry::global(), "found_by_name");
    by_name(false).await.unwrap();

    assert_eq!((calls(left, "found_by_name"), calls(right, "found_by_name")), (1, 2));
    assert_eq!((before, calls(Registry::global(), "found_by_name")), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn registries_are_entered_one_inside_the_other_and_left_whatever_happens() {
    let (outer, inner) = (Registry::new(), Registry::new());
    #[retry_service(name = "entered_service")]
    fn fetch() -> Result<u32, Error> {
        Ok(1)
    }

    outer
        .enter(async {
            fetch().unwrap();
            inner.enter(async { fetch().unwrap() }).await;
            fetch().unwrap();
            let caught = std::panic::catch_unwind(|| inner.enter_blocking(|| panic!("a bug")));
            assert!(caught.is_err());
            fetch().unwrap();
        })
        .await;

    assert_eq!(
        (calls(outer, "entered_service"), calls(inner, "entered_service")),
        (3, 1)
    );
    assert!(Registry::global().find("entered_service").is_none());
    fetch().unwrap();
    assert_eq!(calls(Registry::global(), "entered_service"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_registry_is_entered_per_poll_and_not_seen_by_others_on_the_thread() {
    let (left, right) = (Registry::new(), Registry::new());
    let twice = async || {
        for _ in 0..2 {
            tokio::task::yield_now().await;
            by_name(false).await.unwrap();
        }
    };

    tokio::join!(left.enter(twice()), right.enter(twice()));

    assert_eq!((calls(left, "found_by_name"), calls(right, "found_by_name")), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn registries_share_nothing() {
    // R133, R134
    let (left, right) = (Registry::new(), Registry::new());
    left.configure(
        "found_by_name",
        ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(7)),
    )
    .unwrap();
    left.configure(
        "found_by_name",
        ServiceOptions::new().breaker(exact().failure_threshold(7)),
    )
    .unwrap();

    assert!(left.enter(by_name(true)).await.is_err());
    assert!(right.enter(by_name(true)).await.is_err());

    assert_eq!(
        (attempts(left, "found_by_name"), attempts(right, "found_by_name")),
        (7, 3)
    );
    assert_eq!(left.service("found_by_name").state(), CircuitState::Open);
    assert_eq!(right.service("found_by_name").state(), CircuitState::Closed);
    assert_eq!(RetryPolicy::DEFAULT.max_attempts(), 3);
}

#[test]
fn registry_says_where_whatever_was_entered() {
    let (entered, given) = (Registry::new(), Registry::new());

    entered.enter_blocking(|| in_registry(given)).unwrap();
    in_registry(entered).unwrap();

    assert_eq!(
        (calls(entered, "found_in_registry"), calls(given, "found_in_registry")),
        (1, 1)
    );
}

#[test]
fn a_handle_is_the_service_itself() {
    // R095
    let world = World::new();
    let (left, right) = (
        world.registry.service("plan_service"),
        world.registry.service("tool_service"),
    );
    #[retry_service(service = service)]
    fn fetch(service: &'static Service) -> Result<u32, Error> {
        Ok(1)
    }

    Registry::new()
        .enter_blocking(|| (fetch(left), fetch(right), fetch(right)))
        .0
        .unwrap();

    assert_eq!((left.statistics().calls, right.statistics().calls), (1, 2));
}

#[test]
fn an_operation_used_by_hand_in_several_registries_keeps_them_apart() {
    static FETCH: Operation = Operation::plain("by_hand_service", "fetch");
    let tenant = Registry::new();
    let call = |mut call: resilience_core::Call| {
        call.admit().unwrap();
        let outcome = call.attempt_blocking(|| Ok::<_, Error>(1));
        assert_eq!(call.finish(outcome), Ok(1));
    };

    call(FETCH.begin_in(tenant));
    call(FETCH.begin());
    call(FETCH.begin_on(&tenant.service("by_hand_service")));
    call(FETCH.begin());

    assert_eq!(
        (
            calls(tenant, "by_hand_service"),
            calls(Registry::global(), "by_hand_service")
        ),
        (2, 2)
    );
}

#[test]
fn names_beyond_the_limit_share_nothing_but_their_counts() {
    // R137
    let registry = Registry::builder().max_services(2).build();
    let strict = exact().failure_threshold(1);
    let layer = ServiceOptions::new()
        .breaker(strict)
        .retry(resilience_tests::immediate(3));
    registry.configure_defaults(layer).unwrap();

    let [a, b, c, d] = ["a_service", "b_service", "c_service", "d_service"].map(|name| registry.service(name));

    assert_eq!(
        (a.name(), b.name(), c.name()),
        ("a_service", "b_service", Registry::OVERFLOW)
    );
    assert!(ptr::eq(c, d));
    assert!(ptr::eq(a, registry.service("a_service")));
    assert!(registry.find("c_service").is_none());
    assert_eq!(registry.services().len(), 2);
    // One fails, and another is called all the same: once, as there is no budget to pay for more.
    let tenant = |service| Plans::at(service);
    for _ in 0..10 {
        assert_eq!(
            tenant(c).fetch_blocking(|run| Err(Error::Down(run))),
            Err(Error::Down(1))
        );
    }
    assert_eq!(tenant(d).fetch_blocking(Ok), Ok(1));
    assert_eq!(
        (d.state(), d.statistics().attempts, d.retry_tokens()),
        (CircuitState::Closed, 11, 100.0)
    );
}

#[test]
fn a_name_first_used_by_many_threads_at_once_makes_one_service() {
    // R042, R132, R138, R210
    #[retry_service(name = "raced_service", registry = registry)]
    fn fetch(registry: &'static Registry) -> Result<u32, Error> {
        Ok(1)
    }
    for _ in 0..50 {
        let registry = Registry::new();
        let barrier = Barrier::new(4);
        let made: Vec<_> = thread::scope(|threads| {
            let race = || {
                barrier.wait();
                fetch(registry).unwrap();
                ptr::from_ref(registry.service("raced_service")).addr()
            };
            let threads: Vec<_> = (0..4).map(|_| threads.spawn(race)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });

        assert!(made.iter().all(|address| *address == made[0]));
        assert_eq!(registry.services().len(), 1);
        assert_eq!(calls(registry, "raced_service"), 4);
        assert_eq!(registry.service("raced_service").operations().len(), 1);
    }
}

#[test]
fn the_name_of_the_service_comes_with_an_interruption_wherever_it_was_made() {
    let registry = Registry::new();
    let name = String::from("made_") + "at_run_time";
    let strict = exact().failure_threshold(1).recovery_timeout(ms(1_500));
    let plans = Plans::new(registry, &name, ServiceOptions::new().breaker(strict));
    let _ = plans.count_blocking(|run| Err(Error::Down(run)));
    drop(name);

    let interruption = plans.count_blocking(Ok).unwrap_err().interruption().unwrap();

    assert_eq!(
        (interruption.service(), interruption.reason()),
        ("made_at_run_time", Reason::CircuitOpen)
    );
}

#[test]
fn an_operation_used_by_hand_on_another_service_finds_its_own_again() {
    static FETCH: Operation = Operation::plain("own_service", "fetch");
    let registry = Registry::new();
    let finish = |mut call: resilience_core::Call| {
        call.admit().unwrap();
        assert_eq!(call.finish(Ok::<_, Error>(1)), Ok(1));
    };

    finish(FETCH.begin_on(&registry.service("other_service")));
    finish(FETCH.begin_in(registry));

    assert_eq!(
        (calls(registry, "other_service"), calls(registry, "own_service")),
        (1, 1)
    );
}

//! What a block says of its service: breaker and budget, one for all its methods.

use crate::Work;
use resilience_core::{
    BreakerOptions, BreakerPer, CircuitState, FailureCount, OnAbandon, OnPermanent, Reason, Registry, ServiceDef,
    Window, apply, idempotent, plain, retry_service,
};
use resilience_tests::{Error, World, record};
use std::time::Duration;

struct Plans {
    work: Work,
}

#[retry_service(
    name = "strict_service",
    breaker(
        failure_threshold = 2,
        failure_span = "0s",
        recovery_timeout = "7s",
        recovery_factor = 1.5,
        recovery_jitter = 0,
        half_open_max_calls = 1
    ),
    budget(capacity = 1, deposit = 0, min_per_second = 0.0),
    retry(backoff = none, jitter = none)
)]
impl Plans {
    #[plain]
    fn count(&self) -> Result<u32, Error> {
        self.work.run()
    }

    #[idempotent]
    async fn fetch(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[apply]
    fn write(&self) -> Result<u32, Error> {
        self.work.run()
    }
}

fn down() -> Plans {
    let work = Work {
        failures: u32::MAX,
        ..Work::default()
    };
    Plans { work }
}

#[test]
fn the_breaker_of_a_block_is_that_of_all_its_methods() {
    let world = World::new();
    let plans = down();

    let last = world.registry.enter_blocking(|| {
        assert_eq!(plans.count(), Err(Error::Down(1)));
        assert_eq!(plans.write(), Err(Error::Down(2)));
        plans.count()
    });

    assert!(last.is_err_and(|error| error.reason() == Some(Reason::CircuitOpen)));
    assert_eq!(plans.work.runs(), 2);
    let service = world.registry.service("strict_service");
    assert_eq!(service.state(), CircuitState::Open);
    world.clock.advance(resilience_tests::secs(6));
    assert_eq!(service.state(), CircuitState::Open);
    world.clock.advance(resilience_tests::secs(1));
    assert_eq!(service.state(), CircuitState::HalfOpen);
}

#[tokio::test(start_paused = true)]
async fn the_budget_of_a_block_is_that_of_all_its_methods() {
    let world = World::new();
    let plans = Plans { work: Work::hard() };

    let result = world.registry.enter(async { plans.fetch().await }).await;

    // One token, so one retry; the breaker opens with the second failure.
    assert_eq!(result, Err(Error::Down(2)));
    assert!(world.registry.service("strict_service").retry_tokens() < 1.0);
}

#[test]
fn one_declaration_for_many_methods_conflicts_with_none() {
    let events = record();
    let registry = Registry::new();

    registry.enter_blocking(|| {
        let _ = (down().count(), down().write());
    });

    assert!(!events.take().iter().any(|event| event.contains("conflicting")));
}

struct Tenant {
    registry: &'static Registry,
    work: Work,
    calls: u32,
}

/// Breaker and registry together: every tenant has a service of its own.
#[retry_service(name = "tenant_service", registry = self.registry, breaker(failure_threshold = 1))]
impl Tenant {
    #[plain]
    fn count(&mut self) -> Result<u32, Error> {
        self.calls += 1;
        self.work.run()
    }
}

#[test]
fn the_service_of_a_block_is_declared_in_the_registry_that_the_block_names() {
    let mut one = Tenant {
        registry: Registry::new(),
        work: Work::hard(),
        calls: 0,
    };
    let mut other = Tenant {
        registry: Registry::new(),
        work: Work::default(),
        calls: 0,
    };

    assert_eq!(one.count(), Err(Error::Down(1)));
    assert!(
        one.count()
            .is_err_and(|error| error.reason() == Some(Reason::CircuitOpen))
    );
    assert_eq!(other.count(), Ok(1));
    assert_eq!((one.calls, other.calls), (1, 1));
}

/// Everything that can be said of a breaker.
#[retry_service(
    name = "described_service",
    breaker(
        enabled = true,
        per = call,
        failure_threshold = 0,
        failure_span = "0s",
        failure_count = cumulative,
        failure_rate = 0.5,
        slow_call_rate = 1,
        slow_call_duration = "2s",
        window = 4,
        minimum_calls = 3,
        count_transient = true,
        count_throttled = false,
        count_timeouts = false,
        permanent = failure,
        on_abandon = "10s",
        recovery_timeout = "10s",
        recovery_factor = 2,
        max_recovery_timeout = "5m",
        recovery_jitter = 0.25,
        cooldown = "5s",
        half_open_max_calls = 1,
        success_threshold = 3,
        probe_timeout = "20s",
        ramp = "15s",
    )
)]
trait Described {
    #[plain]
    fn described(&self) -> Result<u32, Error>;
}

impl Described for Work {
    fn described(&self) -> Result<u32, Error> {
        self.run()
    }
}

static DESCRIBED: ServiceDef = ServiceDef::new("described_service").breaker(described());

const fn described() -> BreakerOptions {
    BreakerOptions::new()
        .enabled(true)
        .per(BreakerPer::Call)
        .failure_threshold(0)
        .failure_span(Duration::ZERO)
        .failure_count(FailureCount::Cumulative)
        .failure_rate(0.5)
        .slow_call_rate(1.0)
        .slow_call_duration(Duration::from_secs(2))
        .window(Window::Calls(4))
        .minimum_calls(3)
        .count_transient(true)
        .count_throttled(false)
        .count_timeouts(false)
        .permanent(OnPermanent::Failure)
        .on_abandon(OnAbandon::FailAfter(Duration::from_secs(10)))
        .recovery_timeout(Duration::from_secs(10))
        .recovery_factor(2.0)
        .max_recovery_timeout(Duration::from_secs(300))
        .recovery_jitter(0.25)
        .cooldown(Duration::from_secs(5))
        .half_open_max_calls(1)
        .success_threshold(3)
        .probe_timeout(Duration::from_secs(20))
        .ramp(Duration::from_secs(15))
}

static DESCRIBED_OTHERWISE: ServiceDef =
    ServiceDef::new("described_service").breaker(described().probe_timeout(Duration::from_secs(21)));

#[test]
fn what_an_attribute_says_of_a_breaker_is_what_a_definition_says() {
    for (definition, conflicts) in [(&DESCRIBED, false), (&DESCRIBED_OTHERWISE, true)] {
        let events = record();
        let registry = Registry::new();
        let _ = registry.define(definition);

        let store = DescribedResilient::in_registry(Work::default(), registry);

        assert_eq!(store.described(), Ok(1));
        let told = events.take().iter().any(|event| event.contains("conflicting"));
        assert_eq!(told, conflicts);
    }
}

#[test]
fn a_block_may_open_its_circuit_by_a_rate() {
    let world = World::new();
    let work = Work {
        failures: 2,
        ..Work::default()
    };
    let store = DescribedResilient::in_registry(work, world.registry);

    let outcomes = [(); 3].map(|()| store.described());

    assert_eq!(outcomes, [Err(Error::Down(1)), Err(Error::Down(2)), Ok(3)]);
    assert_eq!(world.registry.service("described_service").state(), CircuitState::Open);
}

static DEFINED: ServiceDef = ServiceDef::new("defined_service").retry(resilience_tests::immediate(2));

#[retry_service(service = DEFINED, retry(jitter = none))]
impl Work {
    #[idempotent]
    fn defined(&self) -> Result<u32, Error> {
        self.run()
    }
}

#[test]
fn a_block_may_name_a_definition() {
    let registry = Registry::new();
    let result = registry.enter_blocking(|| Work::hard().defined());
    assert_eq!(result, Err(Error::Down(2)));
}

/// The same of a trait; its decorator declares the service in any registry.
#[retry_service(name = "strict_store", breaker(failure_threshold = 1), budget(enabled = false))]
trait Store {
    #[plain]
    fn count(&self) -> Result<u32, Error>;
}

impl Store for Work {
    fn count(&self) -> Result<u32, Error> {
        self.run()
    }
}

#[test]
fn a_decorator_declares_its_service_wherever_it_is_put() {
    let registry = Registry::new();
    let store = StoreResilient::in_registry(Work::hard(), registry);
    assert_eq!(store.count(), Err(Error::Down(1)));
    assert_eq!(registry.service("strict_store").state(), CircuitState::Open);

    let entered = Registry::new();
    let result = entered.enter_blocking(|| StoreResilient::new(Work::hard()).count());
    assert_eq!(result, Err(Error::Down(1)));
    assert_eq!(entered.service("strict_store").state(), CircuitState::Open);
}

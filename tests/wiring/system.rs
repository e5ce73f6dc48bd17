//! The services, their policies, and the layer that every call goes through.

use resilience_core::{
    BreakerOptions, Jitter, OnPermanent, Registry, RetryOptions, ServiceDef, ServiceOptions, Settings, policy::presets,
    retry_service, settings::Loader, time::ManualClock,
};
use resilience_tests::{Error, World, ms, secs};
use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

/// For what lies in the database, and for services that nobody knows.
pub(crate) const DATABASE: RetryOptions = presets::exponential(ms(500))
    .max_attempts(3)
    .max_delay(secs(10))
    .jitter(Jitter::Proportional(0.2))
    .min_delay(ms(100));

const NETWORK: RetryOptions = DATABASE.base_delay(secs(1)).max_delay(secs(60));

const PROVIDER: RetryOptions = NETWORK.max_attempts(5).base_delay(secs(2)).max_delay(secs(30));

const FILE: RetryOptions = presets::fixed(ms(100)).max_attempts(3);

/// One for every service, known or not.
pub(crate) const BREAKER: BreakerOptions = BreakerOptions::new()
    .failure_threshold(5)
    .failure_span(secs(0))
    .permanent(OnPermanent::Failure)
    .recovery_timeout(secs(60))
    .recovery_factor(1.0)
    .recovery_jitter(0.0)
    .cooldown(secs(30))
    .half_open_max_calls(2)
    .success_threshold(2);

const fn service(name: &'static str, retry: RetryOptions) -> ServiceDef {
    ServiceDef::new(name).retry(retry).breaker(BREAKER)
}

pub(crate) static SERVICES: [ServiceDef; 11] = [
    service("plan_service", DATABASE),
    service("tool_service", NETWORK),
    service("context_service", DATABASE),
    service("project_service", DATABASE),
    service("session_service", DATABASE),
    service("actor_service", NETWORK),
    service("skill_service", FILE),
    service("validation_service", DATABASE),
    service("resource_service", NETWORK),
    service("config_service", FILE),
    service("provider_service", PROVIDER),
];

pub(crate) const VARIABLE: &str = "RESILIENCE_RETRY_SERVICE_OVERRIDES";

/// The service layer: whoever calls a service by name does so here.
pub(crate) struct Wiring {
    pub(crate) clock: ManualClock,
    pub(crate) registry: &'static Registry,
}

impl Wiring {
    pub(crate) fn new() -> Self {
        Self::drawing(0.5)
    }

    /// Where every draw of chance is `unit`.
    pub(crate) fn drawing(unit: f64) -> Self {
        let World { clock, registry } = World::drawing(unit);
        for service in &SERVICES {
            registry.define(service);
        }
        registry.reconfigure(Self::conservative()).unwrap();
        Self { clock, registry }
    }

    /// What holds for services that nobody knows.
    fn conservative() -> Settings {
        Settings::new().defaults(ServiceOptions::new().retry(DATABASE).breaker(BREAKER))
    }

    /// Under these overrides of services, of which nothing must be wrong.
    pub(crate) fn overridden(overrides: &serde_json::Value) -> Self {
        let wiring = Self::new();
        assert_eq!(wiring.take_up(&[(VARIABLE, &overrides.to_string())]), [""; 0]);
        wiring
    }

    /// Puts variables into force, as far as they are good; what is wrong with the others comes back.
    pub(crate) fn take_up(&self, variables: &[(&str, &str)]) -> Vec<String> {
        let loaded = Loader::new()
            .code(Self::conservative())
            .variables(variables.iter().copied())
            .load_leniently(self.registry);
        self.registry.reconfigure(loaded.settings).unwrap();
        loaded.skipped.iter().map(ToString::to_string).collect()
    }

    /// The value that holds for the service.
    pub(crate) fn value(&self, service: &str, key: &str) -> String {
        let explanation = self.registry.explain(service, "any");
        explanation.get(key).unwrap().value().to_owned()
    }

    /// The attempts of each service, in the order of [`SERVICES`].
    pub(crate) fn attempts(&self) -> [String; 11] {
        SERVICES
            .each_ref()
            .map(|service| self.value(service.name(), "retry.max_attempts"))
    }

    /// Reads or validates.
    #[retry_service(service = self.registry.service(service), idempotent)]
    pub(crate) fn execute<T>(&self, service: &str, work: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
        work()
    }

    /// Reads or validates.
    #[retry_service(service = self.registry.service(service), idempotent)]
    pub(crate) async fn execute_async<T, F>(&self, service: &str, work: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        work().await
    }

    /// Does what must not be done twice without need.
    #[retry_service(service = self.registry.service(service))]
    pub(crate) fn once<T>(&self, service: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        work()
    }

    /// Does what must not be done twice without need.
    #[retry_service(service = self.registry.service(service))]
    pub(crate) async fn once_async<T, F>(&self, service: &str, work: impl FnOnce() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        work().await
    }

    /// Changes the world.
    #[retry_service(service = self.registry.service(service))]
    #[resilience_core::apply]
    pub(crate) fn apply<T>(&self, service: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        work()
    }

    /// Changes the world.
    #[retry_service(service = self.registry.service(service))]
    #[resilience_core::apply]
    pub(crate) async fn apply_async<T, F>(&self, service: &str, work: impl FnOnce() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        work().await
    }
}

/// What a service works with: counts how often it is asked.
#[derive(Debug, Default)]
pub(crate) struct Backend {
    runs: AtomicU32,
}

impl Backend {
    pub(crate) fn runs(&self) -> u32 {
        self.runs.load(Ordering::Relaxed)
    }

    pub(crate) fn answer(&self) -> u32 {
        self.runs.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Fails, in a way that may pass. The error has the number of the run.
    pub(crate) fn fail(&self) -> Result<u32, Error> {
        Err(Error::Down(self.answer()))
    }

    /// The same, and pending in between.
    pub(crate) async fn fail_later(&self) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        self.fail()
    }

    /// Fails so many times, and then succeeds.
    pub(crate) fn recover_after(&self, failures: u32) -> Result<u32, Error> {
        let run = self.answer();
        if run > failures { Ok(run) } else { Err(Error::Down(run)) }
    }
}

use crate::Error;
use resilience_core::{
    Backoff, Jitter, Registry, RetryOptions, RetryPolicy, Service, ServiceOptions, retry_service, time::ManualClock,
};
use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// Milliseconds.
#[must_use]
pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Seconds.
#[must_use]
pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// So many attempts, one right after the other.
pub const fn immediate(attempts: u32) -> RetryOptions {
    RetryPolicy::builder()
        .max_attempts(attempts)
        .backoff(Backoff::None)
        .jitter(Jitter::None)
}

/// A body that fails in a way that may pass.
#[allow(clippy::missing_errors_doc, reason = "it does nothing else")]
pub async fn down(run: u32) -> Result<u32, Error> {
    Err(Error::Down(run))
}

/// A body that succeeds.
#[allow(clippy::missing_errors_doc, reason = "it does not")]
pub async fn fine(run: u32) -> Result<u32, Error> {
    Ok(run)
}

/// A registry of its own, on time and chance of its own.
#[derive(Debug)]
pub struct World {
    /// Time, for clock and sleeps alike.
    pub clock: ManualClock,
    /// On that time.
    pub registry: &'static Registry,
}

impl World {
    /// Where every draw of the random source is 0.5.
    #[must_use]
    pub fn new() -> Self {
        Self::drawing(0.5)
    }

    /// Where every draw of the random source is `unit`.
    #[must_use]
    pub fn drawing(unit: f64) -> Self {
        let clock = ManualClock::new();
        let registry = Registry::builder()
            .clock(clock.clone())
            .sleeper(clock.clone())
            .random(move || unit)
            .build();
        Self { clock, registry }
    }

    /// A service under `layer`.
    #[must_use]
    pub fn plans(&self, name: &str, layer: ServiceOptions) -> Plans {
        Plans::new(self.registry, name, layer)
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// A service with an operation of every kind. Each body gets the number of its run, counted from 1.
#[derive(Debug)]
pub struct Plans {
    /// The live service.
    pub service: &'static Service,
    runs: AtomicU32,
}

#[allow(clippy::missing_errors_doc, reason = "the error of the body, or an interruption")]
impl Plans {
    /// The service of this name, under `layer`.
    ///
    /// # Panics
    /// If `layer` is out of range.
    #[must_use]
    #[allow(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn new(registry: &'static Registry, name: &str, layer: ServiceOptions) -> Self {
        registry.configure(name, layer).expect("a valid layer");
        Self::at(registry.service(name))
    }

    /// A live service.
    #[must_use]
    pub fn at(service: &'static Service) -> Self {
        Self {
            service,
            runs: AtomicU32::new(0),
        }
    }

    /// How many bodies have been started.
    #[must_use]
    pub fn runs(&self) -> u32 {
        self.runs.load(Ordering::Relaxed)
    }

    fn run(&self) -> u32 {
        self.runs.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Idempotent, async.
    #[retry_service(service = self.service, idempotent, operation = "fetch")]
    pub async fn fetch<F>(&self, body: impl Fn(u32) -> F) -> Result<u32, Error>
    where
        F: Future<Output = Result<u32, Error>>,
    {
        body(self.run()).await
    }

    /// Idempotent, sync.
    #[retry_service(service = self.service, idempotent, operation = "fetch_blocking")]
    pub fn fetch_blocking(&self, body: impl Fn(u32) -> Result<u32, Error>) -> Result<u32, Error> {
        body(self.run())
    }

    /// Plain, async.
    #[retry_service(service = self.service, operation = "count")]
    pub async fn count<F>(&self, body: impl FnOnce(u32) -> F) -> Result<u32, Error>
    where
        F: Future<Output = Result<u32, Error>>,
    {
        body(self.run()).await
    }

    /// Plain, sync.
    #[retry_service(service = self.service, operation = "count_blocking")]
    pub fn count_blocking(&self, body: impl FnOnce(u32) -> Result<u32, Error>) -> Result<u32, Error> {
        body(self.run())
    }

    /// Apply, async.
    #[retry_service(service = self.service, operation = "write")]
    #[resilience_core::apply]
    pub async fn write<F>(&self, body: impl FnOnce(u32) -> F) -> Result<u32, Error>
    where
        F: Future<Output = Result<u32, Error>>,
    {
        body(self.run()).await
    }

    /// Apply, sync.
    #[retry_service(service = self.service, operation = "write_blocking")]
    #[resilience_core::apply]
    pub fn write_blocking(&self, body: impl FnOnce(u32) -> Result<u32, Error>) -> Result<u32, Error> {
        body(self.run())
    }
}

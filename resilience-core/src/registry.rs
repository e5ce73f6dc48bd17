//! The services by name.

mod reconfigure;

use crate::{
    breaker::{Surroundings, Tick, Ticks},
    declaration::ServiceDef,
    policy::Levels,
    random::{RandomSource, ThreadRandom, within_unit},
    service::Service,
    settings::Settings,
    telemetry::{Subject, events},
    time::{Clock, Shutdown, Sleeper, SystemClock, SystemSleeper, Timer},
};
use std::{
    collections::HashMap,
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::{
        LazyLock, Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The services by name, with the clock, the sleeper and the random source that they share.
///
/// One is [global](Self::global); others serve tests and tenants. A registry is made once and lives as long as the process, so
/// that calls can hold plain references; make finitely many.
///
/// ```
/// use resilience_core::{Registry, time::ManualClock};
///
/// let clock = ManualClock::new();
/// let registry = Registry::builder().clock(clock.clone()).sleeper(clock.clone()).build();
/// assert!(registry.find("plan_service").is_none());
/// ```
pub struct Registry {
    clock: Box<dyn Clock>,
    /// Asked of the clock once.
    clock_resolution: Ticks,
    /// None stands for the [`SystemSleeper`], whose sleeps a call can keep without a box of their own.
    sleeper: Option<Box<dyn Sleeper>>,
    random: Box<dyn RandomSource>,
    shutdown: Shutdown,
    max_services: usize,
    /// Of each service that says nothing else.
    max_partitions: usize,
    /// Held while settings change: one change after the other.
    changing: Mutex<()>,
    settings: RwLock<Settings>,
    services: RwLock<HashMap<&'static str, &'static Service>>,
    /// What every name beyond the limit gets: nothing that calls share.
    overflow: OnceLock<&'static Service>,
    /// The levels of events about no service.
    levels: AtomicU64,
}

/// All registries: what leak checkers need to see that nothing is lost.
static REGISTRIES: Mutex<Vec<&'static Registry>> = Mutex::new(Vec::new());

static GLOBAL: LazyLock<&'static Registry> = LazyLock::new(Registry::new);

impl Registry {
    /// The name of what stands for all names beyond the limit: see [`service`](Self::service).
    pub const OVERFLOW: &'static str = "overflow";

    /// The registry of all calls that name no other and were not made within an [entered](Self::enter) one.
    #[must_use]
    pub fn global() -> &'static Self {
        *GLOBAL
    }

    /// A registry of its own, with the system's clock, sleeper and chance.
    #[must_use]
    #[allow(
        clippy::new_ret_no_self,
        reason = "a registry is never owned: it lives as long as the process"
    )]
    pub fn new() -> &'static Self {
        Self::builder().build()
    }

    /// Starts a registry with a clock, a sleeper or a random source of your own.
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder {
            clock: Box::new(SystemClock),
            sleeper: None,
            random: Box::new(ThreadRandom),
            max_services: 10_000,
            max_partitions: 1_000,
        }
    }

    /// The service of this name, made with the registry's defaults if it is new.
    ///
    /// A service lives as long as the process. Names made from foreign input, such as hosts and tenants, are better keys of
    /// [partitions](Service::partition), whose memory is used again.
    ///
    /// Beyond the registry's limit of services (10,000 unless the builder says otherwise) new names share nothing: their calls make
    /// one attempt, without breaker and budget. They are counted under the name [`Registry::OVERFLOW`], and the first of them is an
    /// event.
    #[must_use]
    pub fn service(&'static self, name: &str) -> &'static Service {
        let is_full = {
            let services = self.services.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(service) = services.get(name) {
                return service;
            }
            services.len() >= self.max_services
        };
        if is_full {
            return self.overflow();
        }
        // The clock is a user's code: it is read before anything is locked.
        let born = Tick::at(self.now());
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = services.get(name) {
            return service;
        }
        if services.len() >= self.max_services {
            drop(services);
            return self.overflow();
        }
        let name: &'static str = Box::leak(name.into());
        let service: &'static Service = Box::leak(Box::new(Service::new(name, self, born)));
        services.insert(name, service);
        service
    }

    fn overflow(&'static self) -> &'static Service {
        if let Some(overflow) = self.overflow.get() {
            return overflow;
        }
        // The clock is a user's code: it is read before anything is locked.
        let born = Tick::at(self.now());
        // Settings must not change while it is made: they would not find it.
        let changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_first = false;
        let overflow = self.overflow.get_or_init(|| {
            is_first = true;
            Box::leak(Box::new(Service::unshared(Self::OVERFLOW, self, None, born)))
        });
        drop(changing);
        if is_first {
            events::too_many_services(self.subject(), self.max_services);
        }
        overflow
    }

    /// The service of this name, if there is one. Creates nothing.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Service> {
        self.services
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .copied()
    }

    /// All services, by name.
    #[must_use]
    pub fn services(&self) -> Vec<&'static Service> {
        let mut services: Vec<_> = self
            .services
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .copied()
            .collect();
        services.sort_by_key(|service| service.name());
        services
    }

    /// The service that `definition` declares. The first definition of a name holds; a different one is reported by an event.
    pub fn define(&'static self, definition: &ServiceDef) -> &'static Service {
        let service = self.service(definition.name());
        service.define(definition.layer(), definition.partitions_limit());
        service
    }

    pub(crate) fn max_partitions(&self) -> usize {
        self.max_partitions
    }

    /// The subject of an event about no service.
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            service: None,
            operation: None,
            partition: None,
            levels: Levels::from_bits(self.levels.load(Ordering::Relaxed)),
        }
    }

    /// Ends the waits of all calls at once, async and blocking ones, and those to come: for the end of a process or a tenant.
    ///
    /// A call that waits for its next attempt makes none and ends with [`Reason::Shutdown`](crate::Reason::Shutdown). A call whose
    /// attempt fails from now on returns that outcome, as if it had been its last attempt; the event `retry suppressed` gives the
    /// reason `shutdown`. Attempts under way are not cut, and calls made from now on get one attempt. It cannot be taken back.
    ///
    /// A blocking wait on a sleeper of your own ends if that provides
    /// [`Sleeper::sleep_blocking_until`](crate::time::Sleeper::sleep_blocking_until).
    ///
    /// ```
    /// use resilience_core::Registry;
    ///
    /// let registry = Registry::new();
    /// registry.shutdown();
    /// assert!(registry.is_shut_down());
    /// ```
    pub fn shutdown(&self) {
        self.shutdown.request();
    }

    /// Whether [`shutdown`](Self::shutdown) has been called.
    #[must_use]
    pub fn is_shut_down(&self) -> bool {
        self.shutdown.is_requested()
    }

    pub(crate) fn shutdown_signal(&self) -> &Shutdown {
        &self.shutdown
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// By how much [`now`](Self::now) may lag behind.
    pub(crate) fn clock_resolution(&self) -> Ticks {
        self.clock_resolution
    }

    /// A sleep, which begins now.
    pub(crate) fn sleep(&self, duration: Duration) -> Timer {
        match &self.sleeper {
            Some(sleeper) => Timer::Foreign {
                sleeping: sleeper.sleep(duration),
            },
            None => Timer::system(duration),
        }
    }

    pub(crate) fn sleeper(&self) -> &dyn Sleeper {
        in_use(self.sleeper.as_deref())
    }

    /// A draw from 0 to 1.
    pub(crate) fn draw(&self) -> f64 {
        self.random.unit()
    }
}

impl Surroundings for &Registry {
    fn tick(&self) -> Tick {
        Tick::at(self.now())
    }

    fn chance(&self) -> f64 {
        within_unit(self.draw())
    }
}

// A panic leaves nothing half-changed behind: locks are taken over as they are found, and hold no user code. Without these
// every method of a type that keeps a `&'static Service` would lose what its body promises.
impl UnwindSafe for Registry {}
impl RefUnwindSafe for Registry {}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.services().into_iter().map(Service::name).collect();
        f.debug_struct("Registry")
            .field("clock", &self.clock)
            .field("sleeper", &self.sleeper())
            .field("services", &names)
            .finish_non_exhaustive()
    }
}

/// Makes a [`Registry`].
#[must_use]
pub struct RegistryBuilder {
    clock: Box<dyn Clock>,
    sleeper: Option<Box<dyn Sleeper>>,
    random: Box<dyn RandomSource>,
    max_services: usize,
    max_partitions: usize,
}

impl RegistryBuilder {
    /// Where its breakers, budgets and deadlines read the time.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// How its calls wait between attempts.
    pub fn sleeper(mut self, sleeper: impl Sleeper + 'static) -> Self {
        self.sleeper = Some(Box::new(sleeper));
        self
    }

    /// Where the jitter of delays and open times, and the [`ramp`](crate::BreakerOptions::ramp) get their chance from.
    pub fn random(mut self, random: impl RandomSource + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// How many names it tells apart: see [`Registry::service`].
    pub fn max_services(mut self, limit: usize) -> Self {
        self.max_services = limit;
        self
    }

    /// How many [partitions](crate::Partition) each of its services tells apart at a time, unless its
    /// [definition](crate::ServiceDef::max_partitions) says otherwise: 1,000 by default.
    pub fn max_partitions(mut self, limit: usize) -> Self {
        self.max_partitions = limit;
        self
    }

    /// The registry. It lives as long as the process.
    #[must_use]
    pub fn build(self) -> &'static Registry {
        let registry: &'static Registry = Box::leak(Box::new(Registry {
            clock_resolution: Ticks::of(self.clock.resolution()),
            clock: self.clock,
            sleeper: self.sleeper,
            random: self.random,
            shutdown: Shutdown::default(),
            max_services: self.max_services,
            max_partitions: self.max_partitions,
            changing: Mutex::default(),
            settings: RwLock::default(),
            services: RwLock::default(),
            overflow: OnceLock::new(),
            levels: AtomicU64::new(Levels::DEFAULT.to_bits()),
        }));
        REGISTRIES.lock().unwrap_or_else(PoisonError::into_inner).push(registry);
        registry
    }
}

impl fmt::Debug for RegistryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryBuilder")
            .field("clock", &self.clock)
            .field("sleeper", &in_use(self.sleeper.as_deref()))
            .field("max_services", &self.max_services)
            .field("max_partitions", &self.max_partitions)
            .finish_non_exhaustive()
    }
}

fn in_use(given: Option<&dyn Sleeper>) -> &dyn Sleeper {
    given.unwrap_or(&SystemSleeper)
}

//! User code that calls back into everything: none of it runs under a lock.

use resilience_core::{
    BreakerPolicy, Operation, Registry, RetryPolicy, ServiceDef, ServiceOptions, Window, deadline,
    settings::{Format, Loader},
    time::{Clock, ManualClock, Sleeper, Sleeping},
};
use resilience_tests::{Error, immediate, ms, record, secs};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

static FETCH: Operation = Operation::idempotent("plan_service", "fetch");
static COUNT: Operation = Operation::plain("plan_service", "count");
static DEFINED: ServiceDef = ServiceDef::new("defined_service").max_partitions(2);

/// The registries whose parts call back: one with room, and one that is full.
static REGISTRIES: OnceLock<[&'static Registry; 2]> = OnceLock::new();

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
    static CALLERS: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// Asks every registry for everything, unless it is asked from in there.
fn call_back(caller: &'static str) {
    let Some(registries) = REGISTRIES.get() else { return };
    if IS_INSIDE.replace(true) {
        return;
    }
    CALLERS.with_borrow_mut(|callers| callers.insert(caller));
    for registry in registries {
        ask_for_everything(registry);
    }
    IS_INSIDE.set(false);
}

fn ask_for_everything(registry: &'static Registry) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let new = registry.service(&format!("new_service_{number}"));
    let _ = registry.define(&DEFINED).partition(&format!("key-{number}"));
    let _ = (
        registry.find("plan_service"),
        registry.settings(),
        format!("{registry:?}"),
    );
    for service in registry.services().into_iter().take(4).chain([new]) {
        let _ = (
            service.describe(),
            service.state(),
            service.snapshot(),
            service.statistics(),
        );
        let _ = (service.operations(), service.retry_tokens(), service.partitions());
        service.set_mode(service.breaker_mode());
        let partition = service.partition(&format!("key-{}", number % 3));
        let _ = (partition.state(), partition.snapshot());
    }
    let layer = ServiceOptions::new().attempt_timeout(secs(u64::from(1 + number % 9)));
    registry.configure("configured_service", layer).unwrap();
    registry.configure_defaults(layer).unwrap();
    registry.reconfigure(registry.settings()).unwrap();
    let _ = (registry.explain("plan_service", "fetch"), registry.verify());
    drop(COUNT.begin_in(registry));
}

struct Calling(ManualClock);

impl fmt::Debug for Calling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        call_back("debug");
        f.write_str("Calling")
    }
}

impl Clock for Calling {
    fn now(&self) -> Duration {
        call_back("clock");
        self.0.now()
    }
}

impl Sleeper for Calling {
    fn sleep(&self, duration: Duration) -> Sleeping {
        call_back("sleeper");
        self.0.sleep(duration)
    }

    fn sleep_blocking(&self, duration: Duration) {
        call_back("blocking sleeper");
        self.0.sleep_blocking(duration);
    }
}

#[derive(Clone, Debug)]
struct Foreign;

impl config::Source for Foreign {
    fn clone_into_box(&self) -> Box<dyn config::Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<config::Map<String, config::Value>, config::ConfigError> {
        call_back("source");
        Ok(config::Map::new())
    }
}

fn registry(clock: &ManualClock, max_services: usize) -> &'static Registry {
    Registry::builder()
        .clock(Calling(clock.clone()))
        .sleeper(Calling(clock.clone()))
        .random(|| {
            call_back("chance");
            0.5
        })
        .max_services(max_services)
        .max_partitions(2)
        .build()
}

/// Takes a service through everything that asks a clock, a sleeper or chance, or that is told.
fn use_everything(registry: &'static Registry, clock: &ManualClock, breaker: resilience_core::BreakerOptions) {
    let retry = RetryPolicy::builder().max_attempts(3).base_delay(ms(10));
    let layer = ServiceOptions::new().breaker(breaker).retry(retry);
    registry.configure("plan_service", layer).unwrap();
    let service = registry.service("plan_service");
    let partition = service.partition("example.com");
    let begin = |operation: &'static Operation, number: u32| match number % 2 {
        0 => operation.begin_in(registry),
        _ => operation.begin_on(&partition),
    };
    for number in 0..24 {
        let mut call = begin(&COUNT, number);
        if call.admit().is_ok() {
            let outcome = call.attempt_blocking(|| if number < 12 { Err(Error::Down(1)) } else { Ok(1) });
            let _ = call.finish(outcome);
        }
        let mut call = begin(&FETCH, number);
        while call.admit().is_ok() {
            let outcome = call.attempt_blocking(|| Err::<u32, _>(Error::Down(1)));
            match call.settle(outcome) {
                resilience_core::Next::Return(_) => break,
                resilience_core::Next::RetryAfter(delay) => call.sleep_blocking(delay),
            }
        }
        if number == 12 {
            clock.advance(secs(1_000));
        }
    }
    let mode = service.breaker_mode();
    service.set_mode(resilience_core::BreakerMode::ForcedOpen);
    let _ = COUNT.begin_in(registry).admit();
    service.set_mode(mode);
    service.reset_breaker();
    partition.reset_breaker();
    let _ = (
        format!("{registry:?}"),
        format!("{service:?}"),
        format!("{partition:?}"),
    );
}

async fn wait_for_everything(registry: &'static Registry) {
    let layer = ServiceOptions::new().retry(immediate(2)).attempt_timeout(ms(10));
    registry.configure("slow_service", layer).unwrap();
    let service = registry.service("slow_service");
    #[resilience_core::retry_service(service = service, idempotent)]
    async fn fetch(service: &'static resilience_core::Service) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Err(Error::Down(1))
    }
    let _ = registry.enter(deadline::within(secs(5), fetch(service))).await;
}

fn everything() -> BTreeSet<&'static str> {
    let events = record();
    events.call_back(|_| call_back("subscriber"));
    let clock = ManualClock::new();
    let registries = [registry(&clock, 100_000), registry(&clock, 0)];
    assert!(REGISTRIES.set(registries).is_ok());
    let consecutive = BreakerPolicy::builder().failure_threshold(1).success_threshold(1);
    let rated = BreakerPolicy::builder()
        .failure_threshold(0)
        .failure_rate(0.5)
        .slow_call_rate(0.5)
        .slow_call_duration(secs(1))
        .window(Window::Time(secs(60)))
        .minimum_calls(2);
    for registry in registries {
        use_everything(registry, &clock, consecutive);
        use_everything(registry, &clock, rated);
        futures::executor::block_on(wait_for_everything(registry));
        let loader = Loader::new()
            .source(Foreign)
            .text("ops.toml", Format::Toml, "global.retry.max_attempts = 0");
        assert!(loader.load(registry).is_err());
        let _ = loader.load_leniently(registry);
    }
    drop(events);
    CALLERS.take()
}

#[test]
fn user_code_may_call_back_from_everywhere() {
    // R081
    let (done, is_done) = mpsc::channel();
    // A lock that is held while user code runs would stop this thread for ever.
    let worker = thread::spawn(move || done.send(everything()));

    let callers = match is_done.recv_timeout(secs(120)) {
        Ok(callers) => callers,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("user code was called under a lock"),
        Err(mpsc::RecvTimeoutError::Disconnected) => std::panic::resume_unwind(worker.join().unwrap_err()),
    };

    let expected = [
        "blocking sleeper",
        "chance",
        "clock",
        "debug",
        "sleeper",
        "source",
        "subscriber",
    ];
    assert_eq!(callers, BTreeSet::from(expected));
}

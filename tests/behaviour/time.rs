//! Whose time a call runs on.

use futures::{FutureExt, executor::block_on};
use resilience_core::{
    Backoff, BreakerMode, BreakerPolicy, CircuitBreaker, CircuitState, Jitter, Next, Operation, Registry, RetryOptions,
    RetryPolicy, ServiceOptions, Window,
    time::{Clock, ManualClock, Sleeper, Sleeping, SystemClock, SystemSleeper},
};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, ms, secs};
use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

fn fixed(delay: Duration) -> RetryOptions {
    RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(delay)
        .jitter(Jitter::None)
        .max_attempts(3)
}

#[test]
fn without_tokio_a_call_sleeps_on_the_sleeper_of_its_registry() {
    // R029
    let world = World::new();
    let plans = world.plans(
        "plan_service",
        ServiceOptions::new().retry(fixed(secs(3_600)).max_delay(secs(3_600)).total_timeout(secs(86_400))),
    );

    assert_eq!(block_on(plans.fetch(down)), Err(Error::Down(3)));

    assert_eq!(world.clock.slept(), [secs(3_600); 2]);
}

#[test]
fn without_tokio_the_default_sleeper_works() {
    let plans = Plans::new(
        Registry::new(),
        "plan_service",
        ServiceOptions::new().retry(fixed(ms(2))),
    );

    assert_eq!(block_on(plans.fetch(down)), Err(Error::Down(3)));
}

#[test]
fn a_runtime_without_a_timer_waits_all_the_same() {
    let plans = Plans::new(
        Registry::new(),
        "plan_service",
        ServiceOptions::new()
            .retry(fixed(ms(2)))
            .attempt_timeout(secs(3_600))
            .breaker(BreakerPolicy::builder().enabled(false)),
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();

    for round in 1..=2 {
        let result = runtime.block_on(plans.fetch(async |run| {
            tokio::task::yield_now().await;
            Err(Error::Down(run))
        }));
        assert_eq!(result, Err(Error::Down(3 * round)));
    }
}

#[tokio::test(start_paused = true)]
async fn inside_a_paused_runtime_breakers_and_budgets_follow_its_time() {
    let registry = Registry::new();
    let breaker = exact().failure_threshold(1).recovery_timeout(secs(30));
    let plans = Plans::new(registry, "plan_service", ServiceOptions::new().breaker(breaker));
    assert!(plans.count(down).await.is_err());

    tokio::time::advance(ms(29_999)).await;
    assert_eq!(plans.service.state(), CircuitState::Open);
    assert!(plans.count(fine).await.is_err());
    tokio::time::advance(ms(1)).await;
    assert_eq!(plans.service.state(), CircuitState::HalfOpen);
    assert!(plans.count(fine).await.is_ok());
}

/// A clock of another make, and a sleeper that keeps its own book.
#[derive(Debug, Clone, Default)]
struct Own(Arc<AtomicU64>);

impl Clock for Own {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl Sleeper for Own {
    fn sleep(&self, duration: Duration) -> Sleeping {
        let own = self.clone();
        Box::pin(async move { own.sleep_blocking(duration) })
    }

    fn sleep_blocking(&self, duration: Duration) {
        self.0.fetch_add(duration.as_secs(), Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn clock_sleeper_and_chance_can_be_anybodys() {
    // R025, R029
    let own = Own::default();
    let draws = Arc::new(AtomicU64::new(0));
    let drawn = Arc::clone(&draws);
    let registry = Registry::builder()
        .clock(own.clone())
        .sleeper(own.clone())
        .random(move || {
            drawn.fetch_add(1, Ordering::Relaxed);
            0.5
        })
        .build();
    let retry = fixed(secs(8)).jitter(Jitter::Full).total_timeout(secs(9));
    let plans = Plans::new(registry, "plan_service", ServiceOptions::new().retry(retry));
    let start = tokio::time::Instant::now();

    // The first retry after 4 s, the second after 8 s: half of each delay.
    assert_eq!(plans.fetch(down).await, Err(Error::Down(3)));

    assert_eq!((own.now(), draws.load(Ordering::Relaxed)), (secs(8), 2));
    assert_eq!(start.elapsed(), secs(0));
}

#[tokio::test(start_paused = true)]
async fn a_random_source_out_of_its_range_is_brought_into_it() {
    for (draw, expected) in [(-1.0, 0), (2.0, 1_000), (f64::INFINITY, 1_000), (f64::NAN, 0)] {
        let world = World::drawing(draw);
        let plans = world.plans(
            "plan_service",
            ServiceOptions::new().retry(fixed(secs(1)).jitter(Jitter::Full)),
        );
        assert_eq!(plans.fetch(down).await, Err(Error::Down(3)));
        let total: Duration = world.clock.slept().iter().sum();
        assert_eq!(total, ms(2 * expected), "{draw}");
    }
}

#[test]
fn a_manual_clock_moves_as_told_and_remembers_its_sleeps() {
    let clock = ManualClock::new();
    let same = clock.clone();

    clock.advance(secs(1));
    same.sleep_blocking(secs(2));
    block_on(clock.sleep(secs(3)));
    clock.advance(Duration::MAX);
    assert_eq!(same.now(), Duration::MAX);
    same.set(secs(5));

    assert_eq!(clock.now(), secs(5));
    assert_eq!(clock.slept(), [secs(2), secs(3)]);
}

/// Counts how often it is read.
#[derive(Debug, Clone, Default)]
struct Counting(Arc<AtomicU64>);

impl Clock for Counting {
    fn now(&self) -> Duration {
        self.0.fetch_add(1, Ordering::Relaxed);
        secs(1)
    }
}

fn registry_on(clock: &Counting) -> &'static Registry {
    Registry::builder()
        .clock(clock.clone())
        .sleeper(ManualClock::new())
        .build()
}

#[test]
fn a_rejection_reads_the_clock_once() {
    // Design, "Breaker" 9
    static FETCH: Operation = Operation::idempotent("plan_service", "fetch");
    let clock = Counting::default();
    let reads = || clock.0.load(Ordering::Relaxed);
    let registry = registry_on(&clock);
    let breaker = exact().failure_threshold(2);
    let plans = Plans::new(
        registry,
        "plan_service",
        ServiceOptions::new().retry(fixed(secs(1))).breaker(breaker),
    );
    let mut retried = FETCH.begin_in(registry);
    retried.admit().unwrap();
    assert!(matches!(
        retried.settle(Err::<u32, _>(Error::Down(1))),
        Next::RetryAfter(_)
    ));
    assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());

    // Before its first attempt, and between two.
    let before = reads();
    assert!(plans.count_blocking(Ok).is_err());
    assert_eq!(reads() - before, 1);
    let before = reads();
    assert!(retried.admit().is_err());
    assert_eq!(reads() - before, 1);
    // Held open.
    plans.service.set_mode(BreakerMode::ForcedOpen);
    let before = reads();
    assert!(plans.count_blocking(Ok).is_err());
    assert_eq!(reads() - before, 1);
}

type Outcome = Result<u32, Error>;

#[test]
fn a_success_in_a_window_of_time_reads_the_clock_once_whatever_is_remembered() {
    let clock = Counting::default();
    let reads = || clock.0.load(Ordering::Relaxed);
    let registry = registry_on(&clock);
    let layer = exact()
        .failure_rate(0.5)
        .window(Window::Time(secs(60)))
        .minimum_calls(4);
    let policy = Box::leak(Box::new(layer.build().unwrap()));
    let breaker = CircuitBreaker::with_clock(policy, clock.clone());
    let plans = Plans::new(registry, "plan_service", ServiceOptions::new().breaker(layer));
    let alone = |outcome| breaker.call(|| outcome).unwrap();
    let annotated = |outcome| plans.count_blocking(|_| outcome);
    let ways: [&dyn Fn(Outcome) -> Outcome; 2] = [&alone, &annotated];

    for call in ways {
        let succeed = || {
            let before = reads();
            call(Ok(1)).unwrap();
            reads() - before
        };
        // The first makes the memory; with a failure in the window, below the minimum, at it and beyond.
        let healthy = [succeed(), succeed()];
        call(Err(Error::Down(0))).unwrap_err();
        let in_trouble = [succeed(), succeed(), succeed()];

        assert_eq!((healthy, in_trouble), ([1; 2], [1; 3]));
    }
}

#[tokio::test(start_paused = true)]
async fn the_default_sleeper_takes_any_duration() {
    assert!(SystemSleeper.sleep(Duration::MAX).now_or_never().is_none());
    let outside = thread::spawn(|| SystemSleeper.sleep(Duration::MAX).now_or_never().is_none());
    assert!(outside.join().unwrap());
}

/// The default clock has one origin for the whole process: it must not lie in what another runtime takes for the future.
#[test]
fn the_default_clock_runs_in_a_runtime_that_is_behind_the_one_that_read_it_first() {
    // In a process of its own, so that nobody has read the clock before.
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this)
        .args(["time::in_a_process_of_its_own", "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[test]
#[ignore = "run by the test above"]
fn in_a_process_of_its_own() {
    let paused = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    paused().block_on(async {
        tokio::time::advance(secs(3_600)).await;
        let _ = SystemClock.now();
    });
    paused().block_on(async {
        let start = SystemClock.now();
        tokio::time::advance(secs(30)).await;
        assert_eq!(SystemClock.now().saturating_sub(start), secs(30));
    });
}

/// A clock that counts how often it is read.
#[derive(Debug, Clone, Default)]
struct Counted(Arc<AtomicU64>);

impl Clock for Counted {
    fn now(&self) -> Duration {
        self.0.fetch_add(1, Ordering::Relaxed);
        Duration::from_secs(1)
    }
}

#[test]
fn a_retry_looks_at_the_clock_when_it_is_decided_and_again_only_after_a_sleep() {
    let table = [
        ("at once", immediate(3), 2),
        ("after a sleep", fixed(secs(1)), 4),
        ("one attempt", immediate(1), 0),
    ];
    for (what, retry, reads) in table {
        let clock = Counted::default();
        let registry = Registry::builder()
            .clock(clock.clone())
            .sleeper(ManualClock::new())
            .build();
        let breaker = BreakerPolicy::builder().enabled(false);
        let plans = Plans::new(
            registry,
            "plan_service",
            ServiceOptions::new().retry(retry).breaker(breaker),
        );
        clock.0.store(0, Ordering::Relaxed);

        assert!(block_on(plans.fetch(down)).is_err());

        assert_eq!(clock.0.load(Ordering::Relaxed), reads, "{what}");
    }
}

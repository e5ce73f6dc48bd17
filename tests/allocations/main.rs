//! What calls cost in memory: allocations, counted per thread, and the sizes of futures.

#![allow(unsafe_code, reason = "a global allocator cannot be written without it")]
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]

use resilience_core::{
    BreakerOptions, BreakerPolicy, CircuitBreaker, Interruption, Registry, ServiceOptions, Window, retry_service, scope,
};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, secs};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    future::Future,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // In the destructors of a dying thread there is nobody left to ask.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: hands everything on to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise, handed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocations of this thread in `rounds` rounds of `call`, after one to warm up.
fn allocations(rounds: u32, mut call: impl FnMut()) -> u64 {
    call();
    let before = ALLOCATIONS.get();
    (0..rounds).for_each(|_| call());
    ALLOCATIONS.get() - before
}

/// Polls until it is ready, without an executor that would allocate.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Pending once.
async fn pause() {
    let mut polled = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut polled, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

async fn slow(run: u32) -> Result<u32, Error> {
    pause().await;
    Ok(run)
}

fn plans() -> Plans {
    let layer = ServiceOptions::new()
        .retry(immediate(3))
        .breaker(BreakerPolicy::builder().enabled(false));
    World::new().plans("plan_service", layer)
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(10, || drop(black_box(Box::new(1)))), 10);
}

#[test]
fn a_call_that_goes_well_allocates_nothing() {
    // R212
    let plans = Plans::new(Registry::new(), "plan_service", ServiceOptions::new());
    let table: [(&str, &dyn Fn()); 9] = [
        ("async, ready", &|| assert!(run(plans.fetch(fine)).is_ok())),
        ("async, one Pending", &|| assert!(run(plans.fetch(slow)).is_ok())),
        ("async, plain", &|| assert!(run(plans.count(fine)).is_ok())),
        ("async, plain, one Pending", &|| assert!(run(plans.count(slow)).is_ok())),
        ("async, apply", &|| assert!(run(plans.write(fine)).is_ok())),
        ("sync", &|| assert!(plans.fetch_blocking(Ok).is_ok())),
        ("sync, plain", &|| assert!(plans.count_blocking(Ok).is_ok())),
        ("nested three deep, async", &|| {
            assert!(run(plans.fetch(|_| plans.fetch(|_| plans.fetch(fine)))).is_ok());
        }),
        ("nested three deep, mixed", &|| {
            assert!(run(plans.fetch(async |_| plans.count_blocking(|_| plans.fetch_blocking(Ok)))).is_ok());
        }),
    ];
    for (what, call) in table {
        assert_eq!(allocations(100, call), 0, "{what}");
    }
}

#[test]
fn a_call_inside_another_allocates_a_timer_when_it_first_suspends() {
    let plans = Plans::new(Registry::new(), "plan_service", ServiceOptions::new());

    // The two calls inside are cut when the time of the outermost is over.
    let call = || assert!(run(plans.fetch(|_| plans.fetch(|_| plans.fetch(slow)))).is_ok());

    // The timer thread starts with the first.
    call();
    assert_eq!(allocations(100, call), 200);
}

#[test]
fn a_call_found_by_its_name_allocates_nothing() {
    #[retry_service(name = "named_service", idempotent)]
    fn fetch() -> Result<u32, Error> {
        Ok(1)
    }
    let registry = Registry::new();

    assert_eq!(allocations(100, || assert!(fetch().is_ok())), 0, "global");
    assert_eq!(
        allocations(100, || assert!(registry.enter_blocking(fetch).is_ok())),
        0,
        "entered"
    );
}

#[test]
fn a_plain_failure_allocates_nothing() {
    let plans = plans();

    assert_eq!(allocations(100, || assert!(run(plans.count(down)).is_err())), 0);
    assert_eq!(
        allocations(100, || assert!(plans.count_blocking(|_| Err(Error::Missing)).is_err())),
        0
    );
}

#[test]
fn a_call_that_sleeps_on_a_runtime_allocates_once() {
    let retry = resilience_core::RetryPolicy::builder()
        .backoff(resilience_core::Backoff::Fixed)
        .base_delay(secs(1));
    let layer = ServiceOptions::new()
        .retry(retry)
        .breaker(BreakerPolicy::builder().enabled(false));
    let plans = Plans::new(Registry::new(), "plan_service", layer);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let _entered = runtime.enter();
    let sleep_once = || {
        let mut call = pin!(plans.fetch(down));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    };

    assert_eq!(allocations(100, sleep_once), 100);
}

#[test]
fn a_retry_allocates_twice_at_the_most() {
    let retry = resilience_core::RetryPolicy::builder()
        .base_delay(secs(1))
        .max_attempts(2);
    let world = World::new();
    let sleepless = plans();
    let layer = ServiceOptions::new()
        .retry(retry)
        .breaker(BreakerPolicy::builder().enabled(false))
        .budget(resilience_core::BudgetPolicy::builder().enabled(false));
    let sleeping = world.plans("plan_service", layer);
    let again = |plans: &Plans| {
        let first = plans.runs() + 1;
        assert!(run(plans.fetch(async |run| if run == first { Err(Error::Down(run)) } else { Ok(run) })).is_ok());
    };

    assert!(allocations(50, || again(&sleepless)) <= 50);
    // What the manual clock remembers of its sleeps is its own: a few reallocations in all.
    assert!(allocations(50, || again(&sleeping)) <= 2 * 50 + 8);
}

#[test]
fn a_rejected_call_allocates_nothing() {
    let layer = ServiceOptions::new().breaker(exact().failure_threshold(1));
    let plans = World::new().plans("plan_service", layer);
    assert!(plans.count_blocking(|run| Err(Error::Down(run))).is_err());
    let table: [(&str, &dyn Fn()); 4] = [
        ("async", &|| assert!(run(plans.fetch(fine)).is_err())),
        ("async, plain", &|| assert!(run(plans.count(fine)).is_err())),
        ("async, apply", &|| assert!(run(plans.write(fine)).is_err())),
        ("sync", &|| assert!(plans.fetch_blocking(Ok).is_err())),
    ];
    for (what, call) in table {
        assert_eq!(allocations(100, call), 0, "{what}");
    }
    assert_eq!(plans.runs(), 1);
}

/// A breaker by itself, after so many failures.
fn breaker(layer: BreakerOptions, failures: u32) -> CircuitBreaker {
    let breaker = CircuitBreaker::new(Box::leak(Box::new(layer.build().unwrap())));
    for _ in 0..failures {
        let _ = breaker.call(|| Err::<(), _>(Error::Down(0)));
    }
    breaker
}

#[test]
fn a_breaker_by_itself_allocates_nothing_for_a_success_whatever_its_rules() {
    let rate = exact().failure_rate(0.5).failure_threshold(0);
    let calls = |size| rate.window(Window::Calls(size)).minimum_calls(1_000_000);
    let time = rate.window(Window::Time(secs(60))).minimum_calls(1_000_000);
    let table = [
        ("consecutive", exact(), 0),
        ("consecutive, after a failure", exact(), 1),
        ("window of calls, filling", calls(10_000), 0),
        ("window of calls, full", calls(1), 0),
        ("window of calls, with failures", calls(10_000), 5),
        ("window of time", time, 0),
        ("window of time, with failures", time, 5),
        ("slow calls", exact().slow_call_rate(0.5), 0),
    ];
    for (what, layer, failures) in table {
        let breaker = breaker(layer, failures);
        let sync = || assert!(breaker.call(|| Ok::<_, Error>(1)).is_ok());
        let future = || assert!(run(breaker.call_async(slow(1))).is_ok());
        let permit = || breaker.acquire().unwrap().success();
        // What it remembers is made by the first two calls that need it.
        sync();
        assert_eq!(allocations(100, sync), 0, "{what}");
        assert_eq!(allocations(100, future), 0, "{what}, async");
        assert_eq!(allocations(100, permit), 0, "{what}, by permit");
    }
}

#[test]
fn a_breaker_by_itself_allocates_nothing_for_a_rejection_and_for_a_failure() {
    let breaker_open = breaker(exact().failure_threshold(1), 1);
    assert_eq!(
        allocations(100, || assert!(breaker_open.call(|| Ok::<_, Error>(1)).is_err())),
        0
    );
    assert_eq!(
        allocations(100, || assert!(run(breaker_open.call_async(slow(1))).is_err())),
        0
    );
    assert_eq!(allocations(100, || assert!(breaker_open.acquire().is_err())), 0);

    let failing = exact().failure_threshold(0).failure_rate(1.0).minimum_calls(1_000_000);
    for window in [Window::Calls(10_000), Window::Time(secs(60))] {
        let breaker = breaker(failing.window(window), 1);
        let fail = || assert!(breaker.call(|| Err::<(), _>(Error::Down(0))).is_ok());
        assert_eq!(allocations(100, fail), 0, "{window:?}");
    }
}

#[test]
fn entering_a_registry_and_asking_for_the_depth_allocate_nothing() {
    let registry = Registry::new();

    assert_eq!(
        allocations(100, || assert_eq!(run(registry.enter(async { scope::depth() })), 0)),
        0
    );
}

struct Service {
    client: u64,
}

impl Service {
    async fn leaf(&self, id: &str) -> Result<u64, Error> {
        pause().await;
        Ok(self.client + id.len() as u64)
    }

    async fn bare(&self, id: &str) -> Result<u64, Error> {
        let first = self.leaf(id).await?;
        Ok(first + id.len() as u64)
    }

    async fn bare_consuming(&self, id: &str) -> Result<u64, Error> {
        self.leaf(id).await
    }

    #[retry_service(name = "sized_service", idempotent)]
    async fn retried_consuming(&self, id: &str) -> Result<u64, Error> {
        self.leaf(id).await
    }

    #[retry_service(name = "sized_service", idempotent)]
    async fn retried(&self, id: &str) -> Result<u64, Error> {
        let first = self.leaf(id).await?;
        Ok(first + id.len() as u64)
    }

    #[retry_service(name = "sized_service", idempotent, attempt_timeout = "2s")]
    async fn timed(&self, id: &str) -> Result<u64, Error> {
        let first = self.leaf(id).await?;
        Ok(first + id.len() as u64)
    }

    #[retry_service(name = "sized_service")]
    async fn plain(&self, id: &str) -> Result<u64, Error> {
        let first = self.leaf(id).await?;
        Ok(first + id.len() as u64)
    }

    async fn bare_twice(&self, id: &str) -> Result<u64, Error> {
        self.bare(id).await
    }

    #[retry_service(name = "sized_service", idempotent)]
    async fn retried_twice(&self, id: &str) -> Result<u64, Error> {
        self.retried(id).await
    }
}

#[test]
fn a_future_grows_by_no_more_than_its_budget() {
    let service = Service { client: 1 };
    let bare = size_of_val(&service.bare("id"));
    let table = [
        ("idempotent", size_of_val(&service.retried("id")) - bare),
        ("idempotent, timed", size_of_val(&service.timed("id")) - bare),
        ("plain", size_of_val(&service.plain("id")) - bare),
    ];
    for (what, growth) in table {
        assert!(growth <= 88, "{what}: {growth} bytes");
    }
    // An argument that the body has no use for after its first wait is kept all the same: the next attempt needs it.
    let consuming = size_of_val(&service.retried_consuming("id")) - size_of_val(&service.bare_consuming("id"));
    assert!(
        consuming <= 88 + size_of::<(&Service, &str)>(),
        "consuming: {consuming} bytes"
    );

    let two_levels = size_of_val(&service.retried_twice("id")) - size_of_val(&service.bare_twice("id"));
    assert!(
        two_levels <= 2 * 88 + size_of::<(&Service, &str)>(),
        "two levels: {two_levels} bytes"
    );

    assert!(run(service.retried("id")).is_ok());
    assert!(run(service.timed("id")).is_ok());
    assert!(run(service.plain("id")).is_ok());
    assert!(run(service.retried_twice("id")).is_ok());
    assert!(run(service.retried_consuming("id")).is_ok());
}

#[test]
fn an_interruption_is_two_words() {
    assert_eq!(size_of::<Interruption>(), 16);
    assert_eq!(size_of::<Result<(), Interruption>>(), 16);
}

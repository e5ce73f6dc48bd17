//! A healthy call writes to nothing that threads share: it runs with breaker and service in pages that cannot be written to.
//!
//! While a thread is at it, everything that it allocates comes from pages of its own, which are then made read-only. What a
//! call does write to lies elsewhere: its thread's locals, and the counters of its operation, of which every thread has its
//! own.

#![cfg(target_os = "linux")]
#![allow(
    unsafe_code,
    reason = "an allocator and the protection of pages cannot be had without it; nothing else here is unsafe"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what fails here fails the test"
)]

use resilience_core::{BreakerPolicy, CircuitBreaker, Registry, Service, Window, retry_service, time::Clock};
use resilience_tests::{Error, exact};
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    env,
    hint::black_box,
    os::unix::process::ExitStatusExt,
    pin::pin,
    process::Command,
    ptr,
    task::{Context, Poll, Waker},
    time::Duration,
};

struct Paged;

/// Far more than is needed; pages that nobody touches cost nothing.
const SIZE: usize = 1 << 20;

thread_local! {
    /// Where this thread allocates now, if not from the system.
    static FREE: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
    /// The pages of this thread, which are never given back.
    static PAGES: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

// SAFETY: memory comes from the system's allocator, or is cut from pages that are mapped for good and used by one thread:
// aligned, in bounds, and never handed out twice. What was cut from pages is not given to the system's allocator.
unsafe impl GlobalAlloc for Paged {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Ok(Some((next, end))) = FREE.try_with(Cell::get) else {
            // SAFETY: the caller's promise, handed on.
            return unsafe { System.alloc(layout) };
        };
        let start = next.next_multiple_of(layout.align());
        if start + layout.size() > end {
            return ptr::null_mut();
        }
        FREE.set(Some((start + layout.size(), end)));
        ptr::with_exposed_provenance_mut(start)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let (start, end) = PAGES.try_with(Cell::get).unwrap_or_default();
        if !(start..end).contains(&pointer.addr()) {
            // SAFETY: the caller's promise, handed on; it is not from the pages.
            unsafe { System.dealloc(pointer, layout) }
        }
    }
}

#[global_allocator]
static ALLOCATOR: Paged = Paged;

/// Makes something in pages of its own.
fn in_pages<T>(make: impl FnOnce() -> T) -> T {
    // SAFETY: new memory, at an address that the system chooses.
    let pages = unsafe {
        mmap_anonymous(
            ptr::null_mut(),
            SIZE,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::PRIVATE,
        )
    };
    let start = pages.expect("the system has memory").expose_provenance();
    PAGES.set((start, start + SIZE));
    FREE.set(Some((start, start + SIZE)));
    let made = make();
    FREE.set(None);
    made
}

/// From here on the pages of this thread can only be read.
fn protect() {
    let (start, _) = PAGES.get();
    // SAFETY: the pages are mapped for good. Who writes to them gets a signal, which is what is tested.
    unsafe { mprotect(ptr::with_exposed_provenance_mut(start), SIZE, MprotectFlags::READ) }.expect("pages are mapped");
}

fn is_protected<T>(value: &T) -> bool {
    let (start, end) = PAGES.get();
    (start..end).contains(&ptr::from_ref(value).addr())
}

const CALLS: u32 = 1_000;

fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it has nothing to wait for"),
    }
}

/// A breaker in pages, after so many successes.
fn breaker(policy: &'static BreakerPolicy, successes: u32) -> &'static CircuitBreaker {
    let breaker = in_pages(|| {
        let breaker: &'static CircuitBreaker = Box::leak(Box::new(CircuitBreaker::new(policy)));
        for _ in 0..successes {
            assert_eq!(breaker.call(|| Ok::<_, Error>(1)), Ok(Ok(1)));
        }
        breaker
    });
    protect();
    assert!(is_protected(breaker));
    breaker
}

static CONSECUTIVE: BreakerPolicy = BreakerPolicy::DEFAULT;

static WINDOW: BreakerPolicy = exact()
    .failure_rate(0.5)
    .window(Window::Calls(100))
    .build_const()
    .unwrap();

fn healthy_calls(breaker: &CircuitBreaker) {
    for call in 0..CALLS {
        assert_eq!(breaker.call(|| Ok::<_, Error>(black_box(call))), Ok(Ok(call)));
        assert_eq!(run(breaker.call_async(async { Ok::<_, Error>(call) })), Ok(Ok(call)));
        breaker.acquire().unwrap().success();
    }
}

/// Without a lock, unlike the clock for other tests.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Duration {
        Duration::from_secs(1)
    }
}

/// A service in pages, with its registry.
fn service() -> &'static Service {
    in_pages(|| Registry::builder().clock(Still).build().service("plan_service"))
}

#[retry_service(service = service, idempotent)]
fn fetch(service: &'static Service, answer: u32) -> Result<u32, Error> {
    answer.checked_sub(1).ok_or(Error::Down(answer))
}

#[retry_service(service = service)]
async fn count(service: &'static Service, answer: u32) -> Result<u32, Error> {
    answer.checked_sub(1).ok_or(Error::Down(answer))
}

fn linked_and_protected() -> &'static Service {
    let service = service();
    // Operations are linked by their first call.
    assert_eq!(fetch(service, 1), Ok(0));
    assert_eq!(run(count(service, 1)), Ok(0));
    protect();
    assert!(is_protected(service));
    service
}

#[test]
fn a_healthy_breaker_is_only_read() {
    healthy_calls(breaker(&CONSECUTIVE, 0));
}

#[test]
fn a_breaker_with_a_window_full_of_successes_is_only_read() {
    let breaker = breaker(&WINDOW, 100);
    for call in 0..CALLS {
        assert_eq!(breaker.call(|| Ok::<_, Error>(black_box(call))), Ok(Ok(call)));
        assert_eq!(run(breaker.call_async(async { Ok::<_, Error>(call) })), Ok(Ok(call)));
    }
}

#[test]
fn a_healthy_service_is_only_read() {
    let service = linked_and_protected();
    for _ in 0..CALLS {
        assert_eq!(fetch(service, black_box(1)), Ok(0));
        assert_eq!(run(count(service, black_box(1))), Ok(0));
    }
}

/// What must die, each in a process of its own.
const DEADLY: [(&str, fn()); 4] = [
    ("a failure of a breaker", || {
        let _ = breaker(&CONSECUTIVE, 0).call(|| Err::<(), _>(Error::Down(1)));
    }),
    ("a failure in a full window", || {
        let _ = breaker(&WINDOW, 100).call(|| Err::<(), _>(Error::Down(1)));
    }),
    ("a success in a window that is not full", || {
        let _ = breaker(&WINDOW, 99).call(|| Ok::<_, Error>(1));
    }),
    ("a failure of a service", || {
        let _ = run(count(linked_and_protected(), 0));
    }),
];

const DEADLY_CASE: &str = "RESILIENCE_DEADLY_CASE";

#[test]
fn what_writes_dies_of_it() {
    if let Ok(case) = env::var(DEADLY_CASE) {
        let (_, die) = DEADLY.iter().find(|(name, _)| *name == case).expect("a case");
        die();
        return;
    }
    for (case, _) in DEADLY {
        let status = Command::new(env::current_exe().unwrap())
            .args(["--exact", "what_writes_dies_of_it", "--test-threads=1"])
            .env(DEADLY_CASE, case)
            .output()
            .unwrap()
            .status;
        let segmentation_fault = 11;
        assert_eq!(status.signal(), Some(segmentation_fault), "{case}: {status}");
    }
}

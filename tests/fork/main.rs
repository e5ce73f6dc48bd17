//! A child that is forked without another program being run in it: only the thread that forked is there.

#![cfg(unix)]
#![allow(unsafe_code, reason = "there is no other way to fork; nothing else here is unsafe")]

use futures::executor::block_on;
use resilience_core::{Backoff, BreakerPolicy, Jitter, Registry, RetryPolicy, ServiceOptions};
use resilience_tests::{Error, Plans, down, ms};

/// Whether `body` said so in a forked child. A child that hangs is ended after 30 seconds.
fn in_child(body: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child runs on, with this thread alone, on an allocator that the C library keeps usable across a fork, and ends
    // without a return from here.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: these take numbers and return, or end the process.
            unsafe { libc::alarm(30) };
            let code = i32::from(!body());
            // SAFETY: as above.
            unsafe { libc::_exit(code) }
        }
        child => {
            assert!(child > 0, "no child");
            let mut status = 0;
            // SAFETY: `status` is a place for the status.
            let ended = unsafe { libc::waitpid(child, &raw mut status, 0) };
            assert_eq!(ended, child);
            libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
        }
    }
}

fn plans() -> Plans {
    let retry = RetryPolicy::builder()
        .backoff(Backoff::Fixed)
        .base_delay(ms(1))
        .jitter(Jitter::None)
        .max_attempts(3);
    let off = BreakerPolicy::builder().enabled(false);
    let layer = ServiceOptions::new().retry(retry).breaker(off);
    Plans::new(Registry::new(), "plan_service", layer)
}

#[test]
fn a_call_in_a_child_waits_though_its_parent_had_started_the_timer_thread() {
    let plans = plans();
    assert_eq!(block_on(plans.fetch(down)), Err(Error::Down(3)));

    assert!(in_child(|| block_on(plans.fetch(down)) == Err(Error::Down(6))));
    assert!(
        in_child(|| in_child(|| block_on(plans.fetch(down)) == Err(Error::Down(6)))),
        "a grandchild"
    );
    assert_eq!(block_on(plans.fetch(down)), Err(Error::Down(6)), "the parent");
}

#[test]
fn a_wait_that_began_in_the_parent_ends_in_the_child_and_in_the_parent() {
    let plans = plans();
    let mut call = Box::pin(plans.fetch(down));
    assert!(block_on(async { futures::poll!(call.as_mut()).is_pending() }));

    assert!(in_child(|| block_on(call.as_mut()) == Err(Error::Down(3))));
    assert_eq!(block_on(call), Err(Error::Down(3)));
}

#[test]
fn a_blocking_call_in_a_child_waits() {
    let plans = plans();

    assert!(in_child(
        || plans.fetch_blocking(|run| Err(Error::Down(run))) == Err(Error::Down(3))
    ));
}

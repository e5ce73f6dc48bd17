use super::{Clock, Shutdown, Sleeper, Sleeping, Timer};
use std::time::Duration;

/// The default clock: monotonic and coarse.
///
/// Its resolution is that of the operating system's cheapest monotonic clock (1 to 16 ms). Under the feature `test-util` it
/// is tokio's clock, which is precise and can be paused.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[cfg(feature = "test-util")]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        use std::{sync::OnceLock, time::Instant};
        static FIRST: OnceLock<Instant> = OnceLock::new();
        // Paused runtimes of one process do not agree on the time: one may have been moved hours ahead when it is the first
        // to ask, and the clock must run in the others, too.
        const AHEAD: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        // `tokio::time::Instant` is the real time outside a runtime, and the paused one inside where it is paused.
        let now = match tokio::runtime::Handle::try_current() {
            // In the destructors of a thread that ends tokio's clock would panic.
            Err(error) if error.is_thread_local_destroyed() => Instant::now(),
            _ => tokio::time::Instant::now().into_std(),
        };
        let first = *FIRST.get_or_init(|| now);
        let since = now.saturating_duration_since(first);
        AHEAD
            .saturating_add(since)
            .saturating_sub(first.saturating_duration_since(now))
    }
}

#[cfg(all(
    not(feature = "test-util"),
    any(
        target_os = "android",
        target_os = "freebsd",
        target_os = "linux",
        target_os = "macos",
        windows
    )
))]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        // Ticks are seconds times 2^32.
        let ticks = coarsetime::Instant::now_without_cache_update().as_ticks();
        let nanos = ((ticks & 0xFFFF_FFFF) * 1_000_000_000) >> 32;
        #[allow(clippy::cast_possible_truncation, reason = "below 10^9")]
        Duration::new(ticks >> 32, nanos as u32)
    }

    fn resolution(&self) -> Duration {
        // A tick of the system: 1 to 10 ms on Unix, 10 to 16 ms on Windows.
        Duration::from_millis(if cfg!(windows) { 16 } else { 10 })
    }
}

// Elsewhere the coarse clock falls back to the wall clock, which can go backwards.
#[cfg(not(any(
    feature = "test-util",
    target_os = "android",
    target_os = "freebsd",
    target_os = "linux",
    target_os = "macos",
    windows
)))]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        use std::{sync::OnceLock, time::Instant};
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        ORIGIN.get_or_init(Instant::now).elapsed()
    }
}

/// The default sleeper.
///
/// With the feature `tokio`, a sleep inside a tokio runtime uses that runtime's timer. A runtime built without one
/// (`enable_time` not called) is recognised by trying: tokio panics, the panic is caught, and the runtime's sleeps go to the
/// timer thread from then on (the panic hook runs once per such runtime; programs compiled with `panic = "abort"`, where
/// nothing can be caught, always use the timer thread). A sleep whose runtime is shut down meanwhile goes on there, too: a task
/// per runtime, spawned with the first sleep, waits for that. Outside tokio, one timer thread per process is started on the first
/// sleep; a forked child starts its own. Blocking sleeps are [`std::thread::sleep`].
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemSleeper;

impl Sleeper for SystemSleeper {
    fn sleep(&self, duration: Duration) -> Sleeping {
        Box::pin(Timer::system(duration))
    }

    fn sleep_blocking(&self, duration: Duration) {
        std::thread::sleep(duration);
    }

    fn sleep_blocking_until(&self, duration: Duration, shutdown: &Shutdown) {
        shutdown.wait(duration);
    }
}

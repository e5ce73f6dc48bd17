//! Time as the framework sees it: clocks to read, and ways to sleep.
//!
//! Both belong to a [`Registry`](crate::Registry) and can be replaced there, so that tests and simulations run on time of
//! their own. The default clock is coarse (a few milliseconds, a few nanoseconds to read). The default sleeper uses tokio's
//! timer where the feature `tokio` is on and the current runtime has one, and a timer thread everywhere else: see
//! [`SystemSleeper`].
//!
//! Under the feature `test-util` the default clock follows tokio's, so that `tokio::time::pause` drives calls and breakers
//! alike. [`ManualClock`] drives synchronous code.

mod manual;
mod shutdown;
mod started;
mod system;
mod thread_timer;
mod timer;
#[cfg_attr(not(feature = "tokio"), path = "no_tokio.rs")]
mod tokio_timer;

pub use manual::ManualClock;
pub use shutdown::Shutdown;
pub(crate) use started::Started;
pub use system::{SystemClock, SystemSleeper};
pub(crate) use timer::Timer;

use std::{
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::Waker,
    time::Duration,
};

/// Where the framework reads the time.
///
/// ```
/// use resilience_core::{Registry, time::Clock};
/// use std::{sync::LazyLock, time::{Duration, Instant}};
///
/// /// Precise where the default clock is coarse.
/// #[derive(Debug)]
/// struct Precise;
///
/// static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
///
/// impl Clock for Precise {
///     fn now(&self) -> Duration {
///         ORIGIN.elapsed()
///     }
/// }
///
/// let registry = Registry::builder().clock(Precise).build();
/// # let _ = registry;
/// ```
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time since some fixed origin of this clock; it should not go backwards.
    fn now(&self) -> Duration;

    /// By how much the clock may lag behind. Who is told to come back later is told this much more, so that the clock agrees
    /// by then that it is later. Zero unless a clock says otherwise; a registry asks once, when it is built.
    fn resolution(&self) -> Duration {
        Duration::ZERO
    }
}

/// Wakes every task. A waker that panics is its executor's affair; the others are woken all the same.
fn wake_all(wakers: impl Iterator<Item = Waker>) {
    for waker in wakers {
        let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
    }
}

/// A sleep under way; dropping it cancels it.
pub type Sleeping = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// How the framework waits.
///
/// ```
/// use resilience_core::{Registry, time::{Sleeper, Sleeping}};
/// use std::time::Duration;
///
/// /// For tests that care about nothing but counts.
/// #[derive(Debug)]
/// struct Impatient;
///
/// impl Sleeper for Impatient {
///     fn sleep(&self, _: Duration) -> Sleeping {
///         Box::pin(std::future::ready(()))
///     }
///
///     fn sleep_blocking(&self, _: Duration) {}
/// }
///
/// let registry = Registry::builder().sleeper(Impatient).build();
/// # let _ = registry;
/// ```
pub trait Sleeper: fmt::Debug + Send + Sync {
    /// Completes once `duration` has passed, counted from this call.
    fn sleep(&self, duration: Duration) -> Sleeping;

    /// Returns once `duration` has passed; the thread waits.
    fn sleep_blocking(&self, duration: Duration);

    /// Returns once `duration` has passed, or `shutdown` is requested; the thread waits.
    ///
    /// Calls use this. Unless a sleeper provides it, its blocking sleeps last until their end, whatever is requested. Its async
    /// sleeps are dropped by the calls that wait and need nothing of the kind.
    fn sleep_blocking_until(&self, duration: Duration, shutdown: &Shutdown) {
        if !shutdown.is_requested() {
            self.sleep_blocking(duration);
        }
    }
}

/// Whether a thread that sleeps here keeps an async runtime from its work; known for tokio only.
pub(crate) fn inside_async_runtime() -> bool {
    #[cfg(feature = "tokio")]
    {
        tokio::runtime::Handle::try_current().is_ok()
    }
    #[cfg(not(feature = "tokio"))]
    {
        false
    }
}

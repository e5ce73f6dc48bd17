use super::wake_all;
use std::{
    collections::BTreeMap,
    fmt, mem,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Waker},
    time::Duration,
};

/// Whether the waits of a [`Registry`](crate::Registry) are to end: see [`Registry::shutdown`](crate::Registry::shutdown).
///
/// A [`Sleeper`](super::Sleeper) of your own gets it with each blocking sleep, which it should end early.
///
/// ```
/// use resilience_core::time::{Shutdown, Sleeper, Sleeping, SystemSleeper};
/// use std::time::Duration;
///
/// /// Sleeps at half speed.
/// #[derive(Debug)]
/// struct Slow;
///
/// impl Sleeper for Slow {
///     fn sleep(&self, duration: Duration) -> Sleeping {
///         SystemSleeper.sleep(duration * 2)
///     }
///
///     fn sleep_blocking(&self, duration: Duration) {
///         SystemSleeper.sleep_blocking(duration * 2);
///     }
///
///     fn sleep_blocking_until(&self, duration: Duration, shutdown: &Shutdown) {
///         shutdown.wait(duration * 2);
///     }
/// }
/// ```
#[derive(Default)]
pub struct Shutdown {
    requested: AtomicBool,
    tasks: Mutex<Tasks>,
    changed: Condvar,
}

/// The tasks that wait.
#[derive(Default)]
struct Tasks {
    wakers: BTreeMap<u64, Waker>,
    last: u64,
}

impl Shutdown {
    /// Whether it has been asked for.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Acquire)
    }

    /// Blocks the thread for `duration`, or until the shutdown is asked for.
    pub fn wait(&self, duration: Duration) {
        let waiting = self
            .changed
            .wait_timeout_while(self.tasks(), duration, |_| !self.is_requested());
        drop(waiting.unwrap_or_else(PoisonError::into_inner));
    }

    /// Ends all waits, those to come as well.
    pub(crate) fn request(&self) {
        let mut tasks = self.tasks();
        // Under the lock: whoever has it and finds nothing requested is heard of below.
        self.requested.store(true, Ordering::Release);
        let wakers = mem::take(&mut tasks.wakers);
        drop(tasks);
        self.changed.notify_all();
        wake_all(wakers.into_values());
    }

    /// Whether it has been asked for; if not, the task will be woken then. `place` is the task's among those that wait.
    pub(crate) fn poll(&self, place: &mut Option<u64>, cx: &Context<'_>) -> bool {
        if self.is_requested() {
            return true;
        }
        // Outside of the lock, as the drop below: it is somebody else's code.
        let waker = cx.waker().clone();
        let mut tasks = self.tasks();
        if self.is_requested() {
            return true;
        }
        let number = place.unwrap_or_else(|| {
            tasks.last += 1;
            tasks.last
        });
        let replaced = tasks.wakers.insert(number, waker);
        drop(tasks);
        drop(replaced);
        *place = Some(number);
        false
    }

    /// The task waits no longer.
    pub(crate) fn leave(&self, place: u64) {
        let left = self.tasks().wakers.remove(&place);
        drop(left);
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shutdown")
            .field("is_requested", &self.is_requested())
            .finish_non_exhaustive()
    }
}

use super::{Clock, Sleeper, Sleeping};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// A clock that moves only when told to, for tests and simulations of synchronous code.
///
/// It is a sleeper, too: a sleep moves the clock by its duration, returns at once and is remembered. Clones share the time.
///
/// ```
/// use resilience_core::time::{Clock, ManualClock, Sleeper};
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// clock.advance(Duration::from_secs(1));
/// clock.sleep_blocking(Duration::from_secs(2));
///
/// assert_eq!(clock.now(), Duration::from_secs(3));
/// assert_eq!(clock.slept(), [Duration::from_secs(2)]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    now: Duration,
    slept: Vec<Duration>,
}

impl ManualClock {
    /// A clock that stands at zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        self.with(|state| state.now = state.now.saturating_add(duration));
    }

    /// Puts the clock to any time since its origin, backwards too: for tests of what must not depend on it.
    pub fn set(&self, now: Duration) {
        self.with(|state| state.now = now);
    }

    /// Every sleep so far, in order.
    #[must_use]
    pub fn slept(&self) -> Vec<Duration> {
        self.with(|state| state.slept.clone())
    }

    fn with<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.with(|state| state.now)
    }
}

impl Sleeper for ManualClock {
    fn sleep(&self, duration: Duration) -> Sleeping {
        let clock = self.clone();
        Box::pin(async move { clock.sleep_blocking(duration) })
    }

    fn sleep_blocking(&self, duration: Duration) {
        self.with(|state| {
            state.now = state.now.saturating_add(duration);
            state.slept.push(duration);
        });
    }
}

//! What is reported once in a while.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// Finds the first of what happens within a minute.
#[derive(Debug, Default)]
pub(crate) struct EachMinute {
    /// The second of the last one that was first, plus one; zero: there was none.
    last: AtomicU32,
}

impl EachMinute {
    const PAUSE: u32 = 60;

    /// Whether there was no other first within the last minute.
    pub(crate) fn is_first(&self, now: Duration) -> bool {
        let second = u32::try_from(now.as_secs() + 1).unwrap_or(u32::MAX);
        let last = self.last.load(Ordering::Relaxed);
        // A clock that was put back by more than a minute starts anew.
        let is_over = last == 0 || second.abs_diff(last) >= Self::PAUSE;
        is_over
            && self
                .last
                .compare_exchange(last, second, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_a_minute_is_the_first() {
        let times = [0, 1, 59, 60, 61, 119, 120, 30].map(Duration::from_secs);
        let each = EachMinute::default();

        let first = times.map(|now| each.is_first(now));

        assert_eq!(first, [true, false, false, true, false, false, true, true]);
    }
}

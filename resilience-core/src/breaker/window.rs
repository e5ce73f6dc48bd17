//! The outcomes that rates and cumulative failures are taken over: a window of calls, or of time. Both are exact, of fixed size, and
//! take the same time however many calls they hold.

mod calls;
mod time;

pub(super) use time::{TENTHS, index, is_put_back, is_within};

use super::{change::CircuitCause, word::Tick};
use crate::policy::{BreakerPolicy, Window};
use calls::CallWindow;
use time::TimeWindow;

/// What an attempt says about the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

/// The calls in a window. Failures can be slow as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) calls: u64,
    pub(super) failed: u64,
    pub(super) slow: u64,
}

impl Tally {
    fn add(&mut self, evidence: Evidence) {
        self.calls += 1;
        self.failed += u64::from(evidence.failed);
        self.slow += u64::from(evidence.slow);
    }

    /// These, and so many calls that were neither failed nor slow.
    pub(super) fn and_good(self, calls: u64) -> Self {
        Self {
            calls: self.calls + calls,
            ..self
        }
    }

    fn put_in(&mut self, other: Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.slow += other.slow;
    }

    fn take_away(&mut self, other: Self) {
        self.calls -= other.calls;
        self.failed -= other.failed;
        self.slow -= other.slow;
    }
}

/// From how many failures in the window on, and from which shares of it, the circuit opens.
#[derive(Debug, Default)]
pub(super) struct Rates {
    /// How many failures in the window open the circuit, whatever share they are; zero where there is no such rule.
    failures: u32,
    /// Zero where there is no such rule.
    failed: f64,
    slow: f64,
    /// How many calls the window must hold.
    minimum: u32,
}

impl Rates {
    pub(super) fn of(policy: &BreakerPolicy) -> Self {
        Self {
            failures: if policy.counts_in_window() {
                policy.failure_threshold()
            } else {
                0
            },
            failed: policy.failure_rate(),
            slow: policy.slow_call_rate(),
            minimum: match policy.window() {
                // No success can be the call that makes the minimum.
                _ if !policy.has_rate() => 0,
                Window::Calls(size) => size.min(policy.minimum_calls()),
                Window::Time(_) => policy.minimum_calls(),
            },
        }
    }

    /// The rule that these calls meet.
    pub(super) fn met(&self, tally: Tally) -> Option<CircuitCause> {
        if self.failures != 0 && tally.failed >= self.failures.into() {
            Some(CircuitCause::Failures)
        } else if !self.are_enough(tally) {
            None
        } else if reaches(tally.failed, tally.calls, self.failed) {
            Some(CircuitCause::FailureRate)
        } else if reaches(tally.slow, tally.calls, self.slow) {
            Some(CircuitCause::SlowCallRate)
        } else {
            None
        }
    }

    /// Whether these calls are as many as are judged.
    pub(super) fn are_enough(&self, tally: Tally) -> bool {
        tally.calls >= self.minimum.into()
    }

    /// Whether a rule could be met by these calls, and by no smaller share of them.
    pub(super) fn are_near(&self, tally: Tally) -> bool {
        reaches(tally.failed, tally.calls, self.failed) || reaches(tally.slow, tally.calls, self.slow)
    }
}

/// Whether `part` of `whole` is at or above the share.
///
/// Division rounds correctly and never changes the order: a share that is written as a quotient, or as a decimal with the same
/// value, equals the quotient of the counts that make it up, and one call less is below it.
#[allow(clippy::cast_precision_loss, reason = "exact up to 2^53 calls")]
fn reaches(part: u64, whole: u64, share: f64) -> bool {
    share > 0.0 && part != 0 && part as f64 / whole as f64 >= share
}

/// The window that a policy asks for.
#[derive(Debug, Default)]
pub(super) enum Outcomes {
    #[default]
    NotKept,
    Calls(CallWindow),
    Time(Box<TimeWindow>),
}

impl Outcomes {
    /// Keeps the window that `policy` asks for: the same, or one of another number of calls with as many as fit, or else an
    /// empty one. Whether it is another window of time than before, or none any more.
    pub(super) fn adopt(&mut self, policy: &BreakerPolicy) -> bool {
        let wanted = policy.has_window().then(|| policy.window());
        match (&*self, wanted) {
            (Self::NotKept, None) => false,
            (Self::Calls(window), Some(Window::Calls(size))) => {
                if window.size() != size {
                    *self = Self::Calls(window.resized(size));
                }
                false
            }
            (Self::Time(window), Some(Window::Time(length))) if window.step() == time::step(length) => false,
            (_, wanted) => {
                *self = match wanted {
                    None => Self::NotKept,
                    Some(Window::Calls(size)) => Self::Calls(CallWindow::new(size)),
                    Some(Window::Time(length)) => Self::Time(Box::new(TimeWindow::new(length))),
                };
                true
            }
        }
    }

    /// The length of a tenth of a window of time; zero for others.
    pub(super) fn step(&self) -> u64 {
        match self {
            Self::Time(window) => window.step(),
            _ => 0,
        }
    }

    /// The last tenth of the window of time at `now`; none for others.
    pub(super) fn tenth_at(&self, now: Tick) -> Option<u64> {
        match self {
            Self::Time(window) => Some(window.latest_at(now)),
            _ => None,
        }
    }

    /// The last tenth of the window of time that has been seen, and the tick at which it ends; none for others.
    pub(super) fn latest_tenth(&self) -> Option<(u64, u64)> {
        match self {
            Self::Time(window) => Some(window.latest()),
            _ => None,
        }
    }

    pub(super) fn is_of_calls(&self) -> bool {
        matches!(self, Self::Calls(_))
    }

    /// Forgets everything, in constant time.
    pub(super) fn clear(&mut self) {
        match self {
            Self::NotKept => {}
            Self::Calls(window) => window.clear(),
            Self::Time(window) => window.clear(),
        }
    }

    /// Whether the time at which an outcome comes matters.
    pub(super) fn is_of_time(&self) -> bool {
        matches!(self, Self::Time(_))
    }

    /// What is in the window with this outcome.
    pub(super) fn record(&mut self, evidence: Evidence, now: Tick) -> Tally {
        match self {
            Self::NotKept => Tally::default(),
            Self::Calls(window) => window.record(evidence),
            Self::Time(window) => window.record(evidence, now),
        }
    }

    /// What is in the window, as [`tally`](Self::tally) has it; forgets what is out of it by now.
    pub(super) fn advance_to(&mut self, now: Tick) -> Tally {
        match self {
            Self::NotKept => Tally::default(),
            Self::Calls(window) => window.tally(),
            Self::Time(window) => window.advance_to(now),
        }
    }

    /// Whether another success would change nothing that can lead to an opening; false also where what is bad may have left
    /// the window of time since.
    pub(super) fn is_settled(&self) -> bool {
        match self {
            Self::NotKept => true,
            Self::Calls(window) => window.until_good() == 0,
            Self::Time(window) => {
                let Tally { failed, slow, .. } = window.remembered();
                failed == 0 && slow == 0
            }
        }
    }

    /// Records successes in a window of calls.
    pub(super) fn record_good(&mut self, successes: u64) {
        if let Self::Calls(window) = self {
            window.record_good(successes);
        }
    }

    /// How many successes in a row it takes until a window of calls is settled.
    pub(super) fn until_good(&self) -> Option<u32> {
        match self {
            Self::Calls(window) => Some(window.until_good()),
            _ => None,
        }
    }

    /// What is in the window, without the successes that threads have counted by themselves.
    pub(super) fn tally(&self, now: Tick) -> Tally {
        match self {
            Self::NotKept => Tally::default(),
            Self::Calls(window) => window.tally(),
            Self::Time(window) => window.tally(now),
        }
    }
}

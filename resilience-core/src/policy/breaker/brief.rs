//! What a breaker asks its policy at every outcome, in one word: it can be read without a lock, and is never half of one policy
//! and half of another.

use super::{BreakerPer, BreakerPolicy, FailureCount, OnAbandon, OnPermanent};

/// A breaker's policy in brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Brief(u32);

/// A breaker's policy where it is kept: in brief for every outcome, as a whole for what is rare.
pub(crate) trait Briefed {
    fn brief(&self) -> Brief;

    /// Not to be asked for while the breaker's memory is locked.
    fn whole(&self) -> BreakerPolicy;
}

impl Briefed for BreakerPolicy {
    #[inline]
    fn brief(&self) -> Brief {
        self.brief
    }

    #[inline]
    fn whole(&self) -> BreakerPolicy {
        *self
    }
}

/// Of `failure_threshold`, which is a million at the most.
const THRESHOLD_BITS: u32 = 20;

const fn flag(number: u32) -> u32 {
    1 << (THRESHOLD_BITS + number)
}

const ENABLED: u32 = flag(0);
const PER_CALL: u32 = flag(1);
const CUMULATIVE: u32 = flag(2);
const WINDOW: u32 = flag(3);
const WINDOW_OF_TIME: u32 = flag(4);
const ABANDONED_FAIL: u32 = flag(5);
const TRANSIENT: u32 = flag(6);
const THROTTLED: u32 = flag(7);
const TIMEOUTS: u32 = flag(8);
const PERMANENT_FAILS: u32 = flag(9);
const PERMANENT_ANSWERS: u32 = flag(10);
const SPAN: u32 = flag(11);

impl Brief {
    /// Of a policy that is still being made.
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn of(policy: &BreakerPolicy) -> Self {
        const fn when(is_so: bool, flag: u32) -> u32 {
            if is_so { flag } else { 0 }
        }
        Self(
            policy.failure_threshold
                | when(policy.enabled, ENABLED)
                | when(matches!(policy.per, BreakerPer::Call), PER_CALL)
                | when(matches!(policy.failure_count, FailureCount::Cumulative), CUMULATIVE)
                | when(policy.has_window(), WINDOW)
                | when(policy.has_window_of_time(), WINDOW_OF_TIME)
                | when(!matches!(policy.on_abandon, OnAbandon::Ignore), ABANDONED_FAIL)
                | when(policy.count_transient, TRANSIENT)
                | when(policy.count_throttled, THROTTLED)
                | when(policy.count_timeouts, TIMEOUTS)
                | when(matches!(policy.permanent, OnPermanent::Failure), PERMANENT_FAILS)
                | when(matches!(policy.permanent, OnPermanent::ProbeSuccess), PERMANENT_ANSWERS)
                | when(policy.has_span(), SPAN),
        )
    }

    pub(crate) const fn to_bits(self) -> u32 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    const fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    pub(crate) const fn failure_threshold(self) -> u32 {
        self.0 & ((1 << THRESHOLD_BITS) - 1)
    }

    pub(crate) const fn enabled(self) -> bool {
        self.has(ENABLED)
    }

    /// Whether the call is judged as one, and not each attempt.
    pub(crate) const fn is_per_call(self) -> bool {
        self.has(PER_CALL)
    }

    /// Whether failures are counted in the window, and not in a row.
    pub(crate) const fn is_cumulative(self) -> bool {
        self.has(CUMULATIVE)
    }

    /// Whether a run of failures must last for some time.
    pub(crate) const fn has_span(self) -> bool {
        self.has(SPAN)
    }

    /// Whether the calls in the window are judged.
    pub(crate) const fn has_window(self) -> bool {
        self.has(WINDOW)
    }

    /// Whether the calls in a window of time are judged.
    pub(crate) const fn has_window_of_time(self) -> bool {
        self.has(WINDOW_OF_TIME)
    }

    /// Whether a call without an outcome may be a failure.
    pub(crate) const fn judges_abandoned(self) -> bool {
        self.has(ABANDONED_FAIL)
    }

    pub(crate) const fn count_transient(self) -> bool {
        self.has(TRANSIENT)
    }

    pub(crate) const fn count_throttled(self) -> bool {
        self.has(THROTTLED)
    }

    pub(crate) const fn count_timeouts(self) -> bool {
        self.has(TIMEOUTS)
    }

    pub(crate) const fn permanent(self) -> OnPermanent {
        if self.has(PERMANENT_FAILS) {
            OnPermanent::Failure
        } else if self.has(PERMANENT_ANSWERS) {
            OnPermanent::ProbeSuccess
        } else {
            OnPermanent::Neutral
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Window;
    use std::time::Duration;

    #[test]
    fn says_the_same_as_the_policy() {
        let table = [
            BreakerPolicy::builder(),
            BreakerPolicy::builder().failure_threshold(1_000_000),
            BreakerPolicy::builder().failure_threshold(1),
            BreakerPolicy::builder().failure_span(Duration::ZERO),
            BreakerPolicy::builder().enabled(false).failure_rate(0.5),
            BreakerPolicy::builder().per(BreakerPer::Call),
            BreakerPolicy::builder().failure_count(FailureCount::Cumulative),
            BreakerPolicy::builder().failure_threshold(0).failure_rate(1e-9),
            BreakerPolicy::builder().window(Window::Time(Duration::from_secs(1))),
            BreakerPolicy::builder()
                .slow_call_rate(0.5)
                .window(Window::Time(Duration::from_secs(1))),
            BreakerPolicy::builder().on_abandon(OnAbandon::FailAfter(Duration::from_secs(1))),
            BreakerPolicy::builder().count_transient(false),
            BreakerPolicy::builder().count_throttled(false),
            BreakerPolicy::builder().count_timeouts(false),
            BreakerPolicy::builder().permanent(OnPermanent::Failure),
            BreakerPolicy::builder().permanent(OnPermanent::Neutral),
        ];
        for policy in table.map(|layer| layer.build().unwrap()) {
            let brief = Brief::from_bits(policy.brief().to_bits());
            assert_eq!(brief.failure_threshold(), policy.failure_threshold());
            assert_eq!(brief.enabled(), policy.enabled());
            assert_eq!(brief.is_per_call(), policy.per() == BreakerPer::Call);
            assert_eq!(
                brief.is_cumulative(),
                policy.failure_count() == FailureCount::Cumulative
            );
            assert_eq!(brief.has_span(), policy.has_span());
            assert_eq!(brief.has_window(), policy.has_window());
            assert_eq!(brief.has_window_of_time(), policy.has_window_of_time());
            assert_eq!(brief.judges_abandoned(), policy.on_abandon() != OnAbandon::Ignore);
            assert_eq!(brief.count_transient(), policy.count_transient());
            assert_eq!(brief.count_throttled(), policy.count_throttled());
            assert_eq!(brief.count_timeouts(), policy.count_timeouts());
            assert_eq!(brief.permanent(), policy.permanent());
        }
    }
}

//! Settings that are valid and cannot do what they say: without effect, or never reached.

use super::{Backoff, BreakerPer, BreakerPolicy, FailureCount, RetryPolicy, Window};
use crate::delay;
use std::time::Duration;

/// A setting of which less comes than it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// As in settings: `retry.max_attempts`.
    pub(crate) key: &'static str,
    /// A sentence about the setting.
    pub(crate) problem: String,
}

/// What is doubtful in the policies of an operation that may be retried.
pub(crate) fn doubts(retry: &RetryPolicy, breaker: &BreakerPolicy) -> Vec<Doubt> {
    let found = [
        first_wait(retry),
        attempts_in_time(retry),
        factor(retry),
        window(breaker),
        one_call_opens(retry, breaker),
    ];
    found
        .into_iter()
        .flatten()
        .map(|(key, problem)| Doubt { key, problem })
        .collect()
}

type Found = Option<(&'static str, String)>;

/// The first wait is random, and may be too long for any retry. One that always is, is refused.
fn first_wait(retry: &RetryPolicy) -> Found {
    let longest = delay::before_retry(retry, 1, None, || 1.0);
    let total = retry.total_timeout();
    (retry.max_attempts() > 1 && longest >= total).then(|| {
        let problem = format!("a wait before the first retry of up to {longest:?} leaves many calls no time for one");
        ("retry.total_timeout", problem)
    })
}

/// Attempts that the waits between them leave no time for.
fn attempts_in_time(retry: &RetryPolicy) -> Found {
    let mut waited = Duration::ZERO;
    let mut previous = None;
    for number in 1..retry.max_attempts() {
        let wait = delay::before_retry(retry, number, previous, || 0.5);
        if wait.is_zero() && previous == Some(wait) {
            return None;
        }
        previous = Some(wait);
        waited = waited.saturating_add(wait);
        if waited >= retry.total_timeout() {
            let problem = format!(
                "`total_timeout` of {:?} ends most calls after {number} attempts or fewer: raise it, or lower `max_attempts`",
                retry.total_timeout()
            );
            // The first retry is judged by the longest wait.
            return (number > 1).then_some(("retry.max_attempts", problem));
        }
    }
    None
}

fn factor(retry: &RetryPolicy) -> Found {
    let is_default = (retry.factor() - RetryPolicy::DEFAULT.factor()).abs() < f64::EPSILON;
    let unused = retry.backoff() != Backoff::Exponential && !is_default;
    unused.then(|| {
        let problem = "has no effect: only exponential backoff grows by a factor".to_owned();
        ("retry.factor", problem)
    })
}

fn window(breaker: &BreakerPolicy) -> Found {
    let default = BreakerPolicy::DEFAULT;
    let no_rate = breaker.failure_rate() <= 0.0 && breaker.slow_call_rate() <= 0.0;
    let is_cumulative = breaker.failure_count() == FailureCount::Cumulative;
    let unused = breaker.enabled() && no_rate && !is_cumulative && breaker.window() != default.window();
    unused.then(|| {
        let window = match breaker.window() {
            Window::Calls(calls) => format!("{calls} calls"),
            Window::Time(time) => format!("{time:?}"),
        };
        let problem = format!("a window of {window} has no effect: no `failure_rate` or `slow_call_rate` is set");
        ("breaker.window", problem)
    })
}

/// Retries of a single call reach the threshold.
fn one_call_opens(retry: &RetryPolicy, breaker: &BreakerPolicy) -> Found {
    let (attempts, threshold) = (retry.max_attempts(), breaker.failure_threshold());
    let reaches = threshold != 0 && attempts > threshold;
    let counts_attempts = breaker.enabled() && breaker.per() == BreakerPer::Attempt;
    (counts_attempts && reaches).then(|| {
        let problem = format!(
            "one call makes up to {attempts} attempts, and {threshold} failures open the circuit: raise \
             `breaker.failure_threshold`, or set `breaker.per` to call"
        );
        ("retry.max_attempts", problem)
    })
}

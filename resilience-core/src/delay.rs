//! The delay before a retry: strategy, jitter, floor, cap. The server's hint is the engine's business.

use crate::{
    policy::{Backoff, Jitter, RetryPolicy},
    random::within_unit,
};
use std::time::Duration;

/// The delay before retry `retry` (counted from 1), given the delay before the last one and a draw from 0 to 1.
///
/// Saturates everywhere; never above `max_delay`.
pub(crate) fn before_retry(
    policy: &RetryPolicy,
    retry: u32,
    previous: Option<Duration>,
    draw: impl FnOnce() -> f64,
) -> Duration {
    if policy.backoff() == Backoff::None {
        return Duration::ZERO;
    }
    let delay = jittered(policy, strategy(policy, retry), previous, draw);
    delay.max(policy.min_delay()).min(policy.max_delay())
}

/// The delay where the own one is skipped: nothing less has been allowed.
pub(crate) fn least(policy: &RetryPolicy) -> Duration {
    if policy.backoff() == Backoff::None {
        return Duration::ZERO;
    }
    policy.min_delay().min(policy.max_delay())
}

fn strategy(policy: &RetryPolicy, retry: u32) -> Duration {
    let base = policy.base_delay();
    match policy.backoff() {
        Backoff::None => Duration::ZERO,
        Backoff::Fixed => base,
        Backoff::Linear => base.saturating_mul(retry),
        Backoff::Exponential => {
            let exponent = i32::try_from(retry.saturating_sub(1)).unwrap_or(i32::MAX);
            scaled(base, policy.factor().powi(exponent))
        }
        Backoff::Fibonacci => base.saturating_mul(fibonacci(retry)),
    }
}

fn jittered(policy: &RetryPolicy, delay: Duration, previous: Option<Duration>, draw: impl FnOnce() -> f64) -> Duration {
    let capped = delay.min(policy.max_delay());
    let unit = || within_unit(draw());
    match policy.jitter() {
        Jitter::None => delay,
        Jitter::Full => scaled(capped, unit()),
        Jitter::Equal => {
            let half = capped / 2;
            half.saturating_add(scaled(half, unit()))
        }
        Jitter::Decorrelated => {
            let low = policy.base_delay();
            let high = previous.unwrap_or(low).saturating_mul(3).max(low);
            low.saturating_add(scaled(high.saturating_sub(low), unit()))
        }
        // Cut first: a fleet that waits at the cap is to be spread as well.
        Jitter::Proportional(spread) => scaled(capped, 1.0 - spread + 2.0 * spread * unit()),
    }
}

/// `duration * factor`, for a factor that is not negative; saturates.
fn scaled(duration: Duration, factor: f64) -> Duration {
    if duration.is_zero() {
        // Zero times infinity is zero here.
        return duration;
    }
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

fn fibonacci(n: u32) -> u32 {
    let (mut current, mut next) = (0_u32, 1_u32);
    for _ in 0..n {
        (current, next) = (next, current.saturating_add(next));
        if next == u32::MAX {
            return next;
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::RetryOptions;
    use proptest::prelude::*;

    fn delays<const N: usize>(layer: RetryOptions, unit: f64) -> [Duration; N] {
        let policy = layer.build().unwrap();
        let mut previous = None;
        std::array::from_fn(|index| {
            let retry = u32::try_from(index + 1).unwrap();
            let delay = before_retry(&policy, retry, previous, || unit);
            previous = Some(delay);
            delay
        })
    }

    fn seconds<const N: usize>(expected: [f64; N]) -> [Duration; N] {
        expected.map(Duration::from_secs_f64)
    }

    fn plain(backoff: Backoff, base: f64) -> RetryOptions {
        RetryPolicy::builder()
            .backoff(backoff)
            .base_delay(Duration::from_secs_f64(base))
            .jitter(Jitter::None)
            .max_delay(Duration::from_secs(60))
    }

    #[test]
    fn each_strategy_grows_by_its_formula() {
        // R006, R014: every strategy by its numbers; the "jitter" of R006 is exponential with full jitter, below.
        let table = [
            (plain(Backoff::None, 5.0), [0.0, 0.0, 0.0, 0.0]),        // R007
            (plain(Backoff::Fixed, 0.5), [0.5, 0.5, 0.5, 0.5]),       // R008
            (plain(Backoff::Linear, 2.0), [2.0, 4.0, 6.0, 8.0]),      // R010
            (plain(Backoff::Exponential, 0.1), [0.1, 0.2, 0.4, 0.8]), // R011, R012
            (plain(Backoff::Exponential, 1.0).factor(3.0), [1.0, 3.0, 9.0, 27.0]), // R026
            (plain(Backoff::Fibonacci, 1.0), [1.0, 1.0, 2.0, 3.0]),
            (plain(Backoff::Exponential, 0.0), [0.0, 0.0, 0.0, 0.0]),
            // R008, R013: a floor under a base of zero.
            (
                plain(Backoff::Fixed, 0.0).min_delay(Duration::from_millis(100)),
                [0.1, 0.1, 0.1, 0.1],
            ),
            // R017: both clamps of the preset "alexai".
            (
                plain(Backoff::Exponential, 1.0)
                    .min_delay(Duration::from_secs(5))
                    .max_delay(Duration::from_secs(10)),
                [5.0, 5.0, 5.0, 8.0],
            ),
        ];
        for (layer, expected) in table {
            assert_eq!(delays(layer, 0.9), seconds(expected), "{layer:?}");
        }
    }

    #[test]
    fn each_jitter_spreads_by_its_formula() {
        let exponential = plain(Backoff::Exponential, 1.0);
        let table = [
            (Jitter::None, 0.75, [1.0, 2.0, 4.0]),
            (Jitter::Full, 0.0, [0.0, 0.0, 0.0]),
            (Jitter::Full, 0.75, [0.75, 1.5, 3.0]),
            (Jitter::Equal, 0.0, [0.5, 1.0, 2.0]),
            (Jitter::Equal, 0.5, [0.75, 1.5, 3.0]),
            (Jitter::Decorrelated, 0.0, [1.0, 1.0, 1.0]),
            (Jitter::Decorrelated, 0.5, [2.0, 3.5, 5.75]),
            // R018, R019: the preset "khive", its source pinned to 1.1.
            (Jitter::Proportional(0.2), 0.75, [1.1, 2.2, 4.4]),
            // R021: the preset "batch", at both ends.
            (Jitter::Proportional(0.5), 0.0, [0.5, 1.0, 2.0]),
        ];
        for (jitter, unit, expected) in table {
            assert_eq!(
                delays(exponential.jitter(jitter), unit),
                seconds(expected),
                "{jitter:?} at {unit}"
            );
        }
    }

    #[test]
    fn the_cap_holds_after_jitter_too() {
        // R015, R021: 32 s * 1.5 is cut at 60 s only where it exceeds it.
        let batch = plain(Backoff::Exponential, 1.0).jitter(Jitter::Proportional(0.5));
        let expected = seconds([1.5, 3.0, 6.0, 12.0, 24.0, 48.0, 60.0]);
        assert_eq!(delays(batch, 1.0), expected);
    }

    #[test]
    fn a_misbehaving_random_source_stays_within_its_range() {
        for unit in [-1.0, 2.0, f64::INFINITY, f64::NAN] {
            let [delay] = delays(plain(Backoff::Exponential, 1.0).jitter(Jitter::Full), unit);
            assert!(delay <= Duration::from_secs(60), "{unit} gave {delay:?}");
        }
    }

    proptest! {
        // R015, R022
        #[test]
        fn no_delay_leaves_floor_and_cap(
            backoff in prop_oneof![
                Just(Backoff::Fixed), Just(Backoff::Linear),
                Just(Backoff::Exponential), Just(Backoff::Fibonacci)
            ],
            jitter in prop_oneof![
                Just(Jitter::None), Just(Jitter::Full), Just(Jitter::Equal), Just(Jitter::Decorrelated),
                (0.0..=1.0).prop_map(Jitter::Proportional)
            ],
            retry in prop_oneof![1..70_u32, Just(1_000), Just(u32::MAX)],
            max in 2_000..86_400_000_u64,
            base in 0.0..=1.0,
            floor in 0.0..=1.0,
            factor in 1.0..=1_000.0,
            previous in proptest::option::of(0..86_400_000_u64),
            unit in 0.0..1.0,
        ) {
            let max = Duration::from_millis(max);
            // Without retries no delay is too long for the call.
            let policy = RetryPolicy::builder()
                .max_attempts(1)
                .backoff(backoff)
                .jitter(jitter)
                .max_delay(max)
                .base_delay(max.mul_f64(base))
                .min_delay(max.mul_f64(floor))
                .factor(factor)
                .build()
                .unwrap();

            let delay = before_retry(&policy, retry, previous.map(Duration::from_millis), || unit);

            prop_assert!(delay >= policy.min_delay());
            prop_assert!(delay <= max);
        }
    }
}

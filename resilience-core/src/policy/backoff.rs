/// How the delay before a retry grows with the number of the retry.
///
/// `n` is the number of the retry, counted from 1; the result is then jittered, raised to `min_delay` and cut at
/// `max_delay` (see [`RetryPolicy`](super::RetryPolicy)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Backoff {
    /// No delay at all: the retry follows at once, and `min_delay` does not apply.
    None,
    /// `base_delay` each time.
    Fixed,
    /// `base_delay * n`: 1, 2, 3 times the base.
    Linear,
    /// `base_delay * factor^(n-1)`.
    #[default]
    Exponential,
    /// `base_delay * fibonacci(n)`: 1, 1, 2, 3, 5, 8 times the base.
    Fibonacci,
}

/// How chance spreads the delay, so that callers that failed together do not return together.
///
/// The formulas are those of Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015); `d` is what the
/// [`Backoff`] says, `U(a, b)` a uniform draw.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Jitter {
    /// `d`: no chance.
    None,
    /// `U(0, min(d, max_delay))`.
    #[default]
    Full,
    /// `d/2 + U(0, d/2)`, with `d` cut at `max_delay` first.
    Equal,
    /// `U(base_delay, 3 * previous delay)`: grows by itself, the [`Backoff`] only gives the first step.
    Decorrelated,
    /// `d * U(1 - spread, 1 + spread)`, with `d` cut at `max_delay` first; the spread is within 0 to 1.
    Proportional(f64),
}

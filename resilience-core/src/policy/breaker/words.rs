//! The choices of a breaker's policy that are not numbers.

use std::time::Duration;

/// Which failures the failure threshold counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FailureCount {
    /// A success starts the count anew: only failures without a success between them add up.
    #[default]
    Consecutive,
    /// All failures in the [`Window`] add up, whatever comes between them. How far back the count goes is the window's to say:
    /// a few failures in a day are no outage.
    Cumulative,
}

/// What the breaker judges as one: each attempt, or the call with all its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum BreakerPer {
    /// Each attempt asks the breaker, and each outcome counts.
    #[default]
    Attempt,
    /// The last outcome of a call counts, and only that. An attempt after the first is still refused while the circuit is open.
    Call,
}

/// Which of the latest calls the rates and [cumulative failures](FailureCount::Cumulative) are taken over. In settings a number
/// of calls (`100`) or a duration (`"30s"`).
///
/// Both are exact. A window of calls holds the last so many outcomes that count. A window of time moves in tenths: it holds
/// the outcomes of the present tenth and of the nine before it.
///
/// ```
/// use resilience_core::{BreakerPolicy, Window};
/// use std::time::Duration;
///
/// let policy = BreakerPolicy::builder()
///     .failure_rate(0.5)
///     .window(Window::Time(Duration::from_secs(30)))
///     .build()?;
/// assert_eq!(policy.window(), Window::Time(Duration::from_secs(30)));
/// # Ok::<(), resilience_core::InvalidPolicy>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Window {
    /// The last so many calls: 1 to 1,000,000. Takes a quarter of a byte for each.
    Calls(u32),
    /// The calls that ended within this time: 100 ms to 1 day, counted in tenths of whole milliseconds.
    Time(Duration),
}

/// What a permanent failure says about the service: "not found", "forbidden", an answer that no retry would change.
///
/// ```
/// use resilience_core::{BreakerPolicy, OnPermanent};
///
/// assert_eq!(BreakerPolicy::DEFAULT.permanent(), OnPermanent::ProbeSuccess);
/// let strict = BreakerPolicy::builder().permanent(OnPermanent::Failure).build()?;
/// assert_eq!(strict.permanent(), OnPermanent::Failure);
/// # Ok::<(), resilience_core::InvalidPolicy>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OnPermanent {
    /// That it is down: it counts as a failure.
    Failure,
    /// That it answers: a probe that ends so is a success. While the circuit is closed it says nothing.
    #[default]
    ProbeSuccess,
    /// Nothing, not even of a probe. A service that gives no other answers stays half-open.
    Neutral,
}

/// What a call without an outcome says about the service: one whose caller gave up, whose future was dropped.
///
/// A caller's own timeout is what a hung service looks like from here. In settings `"ignore"`, or the duration from which on
/// it is a failure (`"10s"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OnAbandon {
    /// Nothing.
    #[default]
    Ignore,
    /// That it is down, if the attempt had been running for so long: 1 ms to 1 day. Each attempt reads the clock.
    FailAfter(Duration),
}

#[cfg(feature = "serde")]
mod text {
    use super::{OnAbandon, Window};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
    use std::{fmt, time::Duration};

    const WINDOW: &str = "a number of calls such as 100, or a duration such as \"30s\"";
    const ON_ABANDON: &str = "\"ignore\", or a duration such as \"10s\"";

    impl Serialize for Window {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Calls(calls) => serializer.serialize_u32(*calls),
                Self::Time(time) => serializer.collect_str(&humantime::format_duration(*time)),
            }
        }
    }

    impl<'de> Deserialize<'de> for Window {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;

            impl de::Visitor<'_> for Visitor {
                type Value = Window;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(WINDOW)
                }

                fn visit_u64<E: de::Error>(self, calls: u64) -> Result<Window, E> {
                    u32::try_from(calls)
                        .map(Window::Calls)
                        .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(calls), &self))
                }

                fn visit_i64<E: de::Error>(self, calls: i64) -> Result<Window, E> {
                    u32::try_from(calls)
                        .map(Window::Calls)
                        .map_err(|_| E::invalid_value(de::Unexpected::Signed(calls), &self))
                }

                fn visit_str<E: de::Error>(self, text: &str) -> Result<Window, E> {
                    // Environment variables know text only.
                    let calls = text.parse().map(Window::Calls);
                    calls.or_else(|_| duration(text, &self).map(Window::Time))
                }
            }

            deserializer.deserialize_any(Visitor)
        }
    }

    impl Serialize for OnAbandon {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Ignore => serializer.serialize_str("ignore"),
                Self::FailAfter(time) => serializer.collect_str(&humantime::format_duration(*time)),
            }
        }
    }

    impl<'de> Deserialize<'de> for OnAbandon {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;

            impl de::Visitor<'_> for Visitor {
                type Value = OnAbandon;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(ON_ABANDON)
                }

                fn visit_str<E: de::Error>(self, text: &str) -> Result<OnAbandon, E> {
                    match text {
                        "ignore" => Ok(OnAbandon::Ignore),
                        text => duration(text, &self).map(OnAbandon::FailAfter),
                    }
                }
            }

            deserializer.deserialize_str(Visitor)
        }
    }

    fn duration<E: de::Error>(text: &str, expected: &dyn de::Expected) -> Result<Duration, E> {
        humantime::parse_duration(text).map_err(|_| E::invalid_value(de::Unexpected::Str(text), expected))
    }
}

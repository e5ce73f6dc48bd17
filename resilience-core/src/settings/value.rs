//! The types that a setting can have.

#[cfg(feature = "settings")]
use super::slot::Refused;
use std::time::Duration;

/// A type that a setting can have.
pub(crate) trait Setting: Copy + 'static {
    /// The type in words.
    #[cfg(feature = "settings")]
    const EXPECTED: &'static str;

    fn text(self) -> String;

    #[cfg(feature = "settings")]
    fn read(value: &config::ValueKind) -> Result<Self, Refused>;

    #[cfg(feature = "settings")]
    fn schema(low: Self, high: Self) -> serde_json::Value;
}

macro_rules! whole {
    ($($number:ty),*) => {$(
        impl Setting for $number {
            #[cfg(feature = "settings")]
    const EXPECTED: &'static str = "a whole number";

            fn text(self) -> String {
                self.to_string()
            }

            #[cfg(feature = "settings")]
            fn read(value: &config::ValueKind) -> Result<Self, Refused> {
                Self::try_from(whole_number(value).ok_or(Refused::Type)?).map_err(|_| Refused::Range)
            }

            #[cfg(feature = "settings")]
            fn schema(low: Self, high: Self) -> serde_json::Value {
                serde_json::json!({ "type": "integer", "minimum": low, "maximum": high })
            }
        }
    )*};
}

whole!(u8, u16, u32);

#[cfg(feature = "settings")]
fn whole_number(value: &config::ValueKind) -> Option<i128> {
    match value {
        config::ValueKind::I64(number) => Some(i128::from(*number)),
        config::ValueKind::I128(number) => Some(*number),
        config::ValueKind::U64(number) => Some(i128::from(*number)),
        config::ValueKind::U128(number) => Some(i128::try_from(*number).unwrap_or(i128::MAX)),
        _ => None,
    }
}

impl Setting for f64 {
    #[cfg(feature = "settings")]
    const EXPECTED: &'static str = "a number";

    fn text(self) -> String {
        self.to_string()
    }

    #[cfg(feature = "settings")]
    #[allow(clippy::cast_precision_loss, reason = "ranges end long before")]
    fn read(value: &config::ValueKind) -> Result<Self, Refused> {
        match value {
            config::ValueKind::Float(number) => Ok(*number),
            value => whole_number(value).map(|number| number as Self).ok_or(Refused::Type),
        }
    }

    #[cfg(feature = "settings")]
    fn schema(low: Self, high: Self) -> serde_json::Value {
        serde_json::json!({ "type": "number", "minimum": low, "maximum": high })
    }
}

impl Setting for Duration {
    #[cfg(feature = "settings")]
    const EXPECTED: &'static str = "a duration with its unit, such as \"750ms\" or \"1m 30s\"";

    #[cfg(feature = "serde")]
    fn text(self) -> String {
        humantime::format_duration(self).to_string()
    }

    #[cfg(not(feature = "serde"))]
    fn text(self) -> String {
        format!("{self:?}")
    }

    #[cfg(feature = "settings")]
    fn read(value: &config::ValueKind) -> Result<Self, Refused> {
        match value {
            config::ValueKind::String(text) => humantime::parse_duration(text).map_err(|_| Refused::Type),
            _ => Err(Refused::Type),
        }
    }

    #[cfg(feature = "settings")]
    fn schema(low: Self, high: Self) -> serde_json::Value {
        serde_json::json!({
            "type": "string",
            "pattern": r"^\s*(0|(\d+\s*[a-zA-Zµ]+\s*)+)$",
            "description": format!("A duration, {} to {}.", low.text(), high.text()),
            "examples": ["750ms", "1m 30s"],
        })
    }
}

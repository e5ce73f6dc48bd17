use std::fmt;

/// A policy value outside its range: says which field, what was given and what is allowed.
///
/// ```
/// use resilience_core::RetryPolicy;
///
/// let mistake = RetryPolicy::builder().max_attempts(0).build().unwrap_err();
/// assert_eq!(mistake.field(), "max_attempts");
/// assert_eq!(mistake.to_string(), "`max_attempts` is 0, but must be 1 to 1000000");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidPolicy {
    field: &'static str,
    value: String,
    allowed: String,
}

impl InvalidPolicy {
    pub(crate) fn new(field: &'static str, value: impl fmt::Display, allowed: impl fmt::Display) -> Self {
        Self {
            field,
            value: value.to_string(),
            allowed: allowed.to_string(),
        }
    }

    /// The key of the field, as it is written in settings and in the attribute.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The value that was refused, as text.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What the field may be, as text.
    #[must_use]
    pub fn allowed(&self) -> &str {
        &self.allowed
    }
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}, but must be {}", self.field, self.value, self.allowed)
    }
}

impl std::error::Error for InvalidPolicy {}

/// Refuses a value outside `low..=high`.
pub(super) fn within<T: PartialOrd + fmt::Debug + Copy>(
    field: &'static str,
    value: T,
    low: T,
    high: T,
) -> Result<(), InvalidPolicy> {
    if value >= low && value <= high {
        Ok(())
    } else {
        Err(InvalidPolicy::new(
            field,
            format_args!("{value:?}"),
            format_args!("{low:?} to {high:?}"),
        ))
    }
}

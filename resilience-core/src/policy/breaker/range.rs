use crate::policy::InvalidPolicy;
use std::time::Duration;

/// A value outside its range, in a form that a `const` can find: [`InvalidPolicy`] holds text.
#[derive(Clone, Copy)]
pub(super) struct OutOfRange {
    field: &'static str,
    values: Values,
}

/// The value, and the lowest and highest allowed.
#[derive(Clone, Copy)]
enum Values {
    Count([u64; 3]),
    Time([Duration; 3]),
    Factor([f64; 3]),
    /// The value that another field forbids, and what is allowed beside that field.
    Conflict(Duration, &'static str),
    CountConflict(u64, &'static str),
}

impl OutOfRange {
    pub(super) const fn count(field: &'static str, value: u64, low: u64, high: u64) -> Option<Self> {
        let is_within = value >= low && value <= high;
        Self::unless(is_within, field, Values::Count([value, low, high]))
    }

    pub(super) const fn time(field: &'static str, value: Duration, low: Duration, high: Duration) -> Option<Self> {
        let nanos = value.as_nanos();
        let is_within = nanos >= low.as_nanos() && nanos <= high.as_nanos();
        Self::unless(is_within, field, Values::Time([value, low, high]))
    }

    pub(super) const fn factor(field: &'static str, value: f64, low: f64, high: f64) -> Option<Self> {
        // False for what is no number.
        let is_within = value >= low && value <= high;
        Self::unless(is_within, field, Values::Factor([value, low, high]))
    }

    /// A value that another field forbids.
    pub(super) const fn conflict(field: &'static str, value: Duration, allowed: &'static str) -> Option<Self> {
        Self::unless(false, field, Values::Conflict(value, allowed))
    }

    /// A number that another field forbids.
    pub(super) const fn count_conflict(field: &'static str, value: u64, allowed: &'static str) -> Option<Self> {
        Self::unless(false, field, Values::CountConflict(value, allowed))
    }

    const fn unless(is_within: bool, field: &'static str, values: Values) -> Option<Self> {
        if is_within { None } else { Some(Self { field, values }) }
    }
}

impl From<OutOfRange> for InvalidPolicy {
    fn from(mistake: OutOfRange) -> Self {
        fn refused<T: std::fmt::Debug>(field: &'static str, [value, low, high]: [T; 3]) -> InvalidPolicy {
            InvalidPolicy::new(field, format_args!("{value:?}"), format_args!("{low:?} to {high:?}"))
        }
        match mistake.values {
            Values::Count(values) => refused(mistake.field, values),
            Values::Time(values) => refused(mistake.field, values),
            Values::Factor(values) => refused(mistake.field, values),
            Values::Conflict(value, allowed) => InvalidPolicy::new(mistake.field, format_args!("{value:?}"), allowed),
            Values::CountConflict(value, allowed) => InvalidPolicy::new(mistake.field, value, allowed),
        }
    }
}

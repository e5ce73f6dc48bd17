//! What the framework tells: events as they happen, and counts to read at any time.

mod counters;
pub(crate) mod events;
mod label;
mod once;
pub(crate) mod slots;
mod statistics;
pub(crate) mod stripes;
mod subject;

pub(crate) use counters::{Count, Counters};
pub(crate) use label::Label;
pub(crate) use once::EachMinute;
pub use statistics::{Failures, Rejections, Statistics, Suppressions};
pub(crate) use subject::{Failed, FailedOutcome, Subject};

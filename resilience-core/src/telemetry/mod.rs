//! What the framework tells: events as they happen, and counts to read at any time.

pub(crate) mod events;
mod label;
pub(crate) mod slots;
mod statistics;
pub(crate) mod stripes;

pub(crate) use label::Label;
pub use statistics::Statistics;
pub(crate) use statistics::{Count, Counters};

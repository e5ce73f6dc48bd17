//! What a call costs, by time, instructions and memory: ours beside the crates that one would otherwise use.
//!
//! `body` is what every call does, `subject` something that calls go through; `ours`, `annotated`, `nested` and `peers` are subjects;
//! `cases` is the list of what is compared with what, `measure` how, `asleep`, `lookups`
//! and `sizes` are figures of their own kind, `table`, `page` and `budgets` what is made of them.

pub mod annotated;
pub mod asleep;
pub mod body;
pub mod budgets;
pub mod cases;
pub mod lookups;
pub mod measure;
pub mod nested;
pub mod ours;
pub mod page;
pub mod peers;
pub mod sizes;
pub mod subject;
pub mod table;

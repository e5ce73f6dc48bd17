//! What a call costs, by time, instructions and memory: ours beside the crates that one would otherwise use.
//!
//! `body` is what every call does, `subject` something that calls go through; `ours`, `annotated` and `peers` are subjects;
//! `cases` is the list of what is compared with what, `measure` how, `table` and `budgets` what is made of it.

pub mod annotated;
pub mod body;
pub mod budgets;
pub mod cases;
pub mod measure;
pub mod ours;
pub mod peers;
pub mod sizes;
pub mod subject;
pub mod table;

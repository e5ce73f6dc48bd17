//! What a call costs, by time, instructions and memory: ours beside the crates that one would otherwise use.
//!
//! `body` is what every call does, `subject` something that calls go through; `ours`, `annotated`, `nested` and `peers` are subjects,
//! and `cases` is the list of what is compared with what. `measure` says how; `exact`, `times` and `compiling` measure, with
//! `sizes`, `asleep`, `services`, `clocks` and `dependencies`, and note `figures`. Of these, `targets` and `budgets` judge, and
//! `report` makes a page of tables.

pub mod annotated;
pub mod asleep;
pub mod body;
pub mod budgets;
pub mod cases;
pub mod clocks;
pub mod compiling;
pub mod dependencies;
pub mod exact;
pub mod figures;
pub mod measure;
pub mod nested;
pub mod ours;
pub mod page;
pub mod peers;
pub mod report;
pub mod services;
pub mod sizes;
pub mod subject;
pub mod table;
pub mod targets;
pub mod times;

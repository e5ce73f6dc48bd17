//! Where policies come from: layers by name, checked as a whole, and put into force while calls run.
//!
//! [`Settings`] are plain data. [`Registry::reconfigure`](crate::Registry::reconfigure) puts them into force in place, all or
//! nothing; [`Registry::explain`](crate::Registry::explain) says what holds for an operation and which layer said so.

mod explain;
mod judge;
mod keys;
mod level;
mod mistake;
mod model;
mod path;
mod slot;
mod sources;
mod value;

pub use explain::{Explained, Explanation};
pub(crate) use judge::{Fault, judge, judge_alone, mistakes};
pub use keys::{Key, keys};
pub use level::Level;
pub(crate) use level::Stack;
pub use mistake::{InvalidSettings, Mistake, MistakeKind};
pub use model::Settings;

//! Where policies come from: layers by name, checked as a whole, and put into force while calls run.
//!
//! [`Settings`] are plain data. [`Registry::reconfigure`](crate::Registry::reconfigure) puts them into force in place, all or
//! nothing; [`Registry::explain`](crate::Registry::explain) says what holds for an operation and which layer said so.

mod explain;
mod judge;
mod keys;
mod level;
#[cfg(feature = "settings")]
mod load;
mod mistake;
mod model;
mod path;
mod slot;
mod sources;
mod value;
mod verify;

pub use explain::{Explained, Explanation};
pub(crate) use judge::{Fault, judge, judge_alone, mistakes};
pub use keys::{Key, keys};
pub use level::Level;
pub(crate) use level::Stack;
#[cfg(feature = "settings")]
pub use load::{Format, Loaded, Loader};
pub use mistake::{InvalidSettings, Mistake, MistakeKind};
pub use model::Settings;
pub use verify::{Finding, Verification};

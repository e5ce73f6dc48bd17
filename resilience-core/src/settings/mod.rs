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
#[cfg(feature = "settings")]
mod schema;
mod slot;
mod sources;
mod value;
mod verify;
#[cfg(feature = "watch")]
mod watch;

pub use explain::{Explained, Explanation};
pub(crate) use judge::{Fault, Judgement, judge, judge_alone, mistakes, too_many_policies};
pub use keys::{Key, keys};
pub use level::Level;
pub(crate) use level::Stack;
#[cfg(feature = "settings")]
pub use load::{Format, Loaded, Loader};
#[cfg(feature = "settings")]
pub(crate) use mistake::Mistakes;
pub use mistake::{InvalidSettings, Mistake, MistakeKind};
pub use model::Settings;
#[cfg(feature = "settings")]
pub use schema::json_schema;
pub use verify::{Finding, Verification};
#[cfg(feature = "watch")]
pub use watch::{Look, Watcher, Watching};

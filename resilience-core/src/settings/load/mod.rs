//! Settings from files, the environment and foreign sources: read, checked as a whole, and laid one over the other.

mod check;
mod depth;
mod environment;
mod json;
mod lay;
mod loader;
mod overrides;
mod section;
mod source;
mod toml;
mod yaml;

pub use loader::{Loaded, Loader};
pub use source::Format;

#[cfg(feature = "watch")]
pub(super) use source::{is_blank, origin, peek};

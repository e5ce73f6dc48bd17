//! How it is measured.

pub mod heap;
pub mod instructions;
pub mod time;

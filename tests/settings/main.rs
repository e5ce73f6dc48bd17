//! Settings: their layers, sources, mistakes, and how they change while calls run.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]
#![allow(
    clippy::items_after_statements,
    reason = "an annotated function stands next to what is asserted of it"
)]

mod formats;
mod layers;
mod lenient;
mod mistakes;
mod overrides;

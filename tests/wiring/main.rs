//! A port: the service layer of a system of agents, which had wired its retries and breakers by hand.
//!
//! Eleven services with policies of their own, two layers of overrides, guards against nested retries and against writes in plans
//! that only read, and tools that are reached along five paths.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]

mod apply;
mod breakers;
mod entries;
mod guards;
mod overrides;
mod paths;
mod runtimes;
mod services;
mod story;
mod system;
mod tools;

//! Behaviour of calls, through the public API, on virtual time.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]
#![allow(
    clippy::items_after_statements,
    reason = "an annotated function stands next to what is asserted of it"
)]

mod attempt_timeout;
mod breaker;
mod breaker_policy;
mod budget;
mod by_hand;
mod callbacks;
mod cancellation;
mod carried_code;
mod carried_into;
mod carry;
mod circuit_breaker;
mod classify;
mod deadline;
mod deadline_scope;
mod declarations;
mod delays;
mod describe;
mod destructors;
mod events;
mod fallback;
mod fence;
mod half_open;
mod hostile;
mod mark;
mod nesting;
mod newer_editions;
mod overrun;
mod partitions;
mod peers;
mod plan;
mod policy;
mod presets;
mod registry;
mod retry;
mod retry_scope;
mod runtimes;
mod settings;
mod shutdown;
mod siblings;
mod statistics;
mod stress;
mod switched_off;
mod time;
mod time_inside;
mod traits;

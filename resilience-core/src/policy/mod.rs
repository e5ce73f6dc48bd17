//! What a user may ask for: plain data with validation, and no behaviour.
//!
//! A *policy* ([`RetryPolicy`], [`BreakerPolicy`], [`BudgetPolicy`]) is complete and valid: every field has a value within
//! its range. A *layer* ([`RetryOptions`], [`BreakerOptions`], [`BudgetOptions`], [`ServiceOptions`]) states some of the fields and
//! leaves the others open, so that they fall through to the layer below. The builder of a policy is the layer itself:
//!
//! ```
//! use resilience_core::{Backoff, RetryPolicy};
//! use std::time::Duration;
//!
//! let policy = RetryPolicy::builder()
//!     .max_attempts(4)
//!     .backoff(Backoff::Fixed)
//!     .base_delay(Duration::from_millis(250))
//!     .build()?;
//! assert_eq!(policy.max_attempts(), 4);
//! # Ok::<(), resilience_core::InvalidPolicy>(())
//! ```

mod backoff;
mod breaker;
mod budget;
mod describe;
mod doubts;
#[cfg(feature = "serde")]
pub(crate) mod duration_text;
mod events;
mod invalid;
mod operation;
pub mod presets;
mod retry;
mod service;

pub use backoff::{Backoff, Jitter};
pub use breaker::{BreakerOptions, BreakerPer, BreakerPolicy, FailureCount, OnAbandon, OnPermanent, Window};
pub(crate) use breaker::{Brief, Briefed};
pub use budget::{BudgetOptions, BudgetPolicy};
pub(crate) use describe::{about, protections};
pub(crate) use doubts::{Doubt, doubts};
pub(crate) use events::{Class, Levels};
pub use events::{EventLevel, EventOptions};
pub use invalid::InvalidPolicy;
pub use operation::OperationOptions;
pub use retry::{RetryOptions, RetryPolicy};
pub use service::{ApplyInRetry, ServiceOptions};

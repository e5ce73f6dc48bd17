//! Retries, circuit breakers and retry budgets for service calls, by one attribute.
//!
//! ```
//! use resilience_core::{Classify, FailureKind, Interruption, retry_service};
//!
//! #[derive(Debug)]
//! enum PlanError {
//!     Unavailable,
//!     NotFound,
//!     Interrupted(Interruption),
//! }
//!
//! impl Classify for PlanError {
//!     fn classify(&self) -> FailureKind {
//!         match self {
//!             Self::Unavailable => FailureKind::Transient,
//!             Self::NotFound => FailureKind::Permanent,
//!             Self::Interrupted(interruption) => interruption.classify(),
//!         }
//!     }
//! }
//!
//! impl From<Interruption> for PlanError {
//!     fn from(interruption: Interruption) -> Self {
//!         Self::Interrupted(interruption)
//!     }
//! }
//!
//! struct PlanService;
//!
//! impl PlanService {
//!     #[retry_service(name = "plan_service", idempotent)]
//!     async fn fetch_plan(&self, id: u64) -> Result<String, PlanError> {
//!         if id == 0 { Err(PlanError::NotFound) } else { Ok(format!("plan {id}")) }
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! assert_eq!(PlanService.fetch_plan(7).await.unwrap(), "plan 7");
//! # }
//! ```
//!
//! - `idempotent` opts in to retries; without it a method gets one attempt through the breaker.
//! - The attribute also stands on a whole `impl` block or trait, whose methods are marked `#[idempotent]`, `#[plain]` or `#[apply]`;
//!   a trait gets a decorator that protects any implementation.
//! - `#[apply]` marks a method that changes the world: it is never retried, no enclosing call repeats it, and `idempotent` on
//!   it does not compile.
//! - A [`Service`] owns one circuit breaker and one retry budget; a [`Registry`] holds services by name. A [`CircuitBreaker`]
//!   serves alone, too.
//! - [`policy::presets`] has policies with names that say when to use them; [`Service::describe`] says in words what holds.
//! - [`deadline`] gives a request handler's calls no longer than the handler has.
//! - [`plan`] tells the code inside that it belongs to a plan, and that the plan only reads.
//! - [`scope`] is what running code can see of the calls around it; [`scope::carry`] takes it into spawned tasks.
//! - [`time`] and [`random`] can be replaced, so that tests run on time and chance of their own.
//!
//! # Features
//!
//! | feature | default | what for |
//! | --- | --- | --- |
//! | `macros` | yes | `#[retry_service]`, `#[idempotent]`, `#[plain]`, `#[apply]` and `#[derive(Classify)]` |
//! | `tracing` | yes | events for retries, suppressions, exhaustion and breaker transitions |
//! | `register` | yes | annotated operations make themselves known, for [`Registry::verify`] |
//! | `tokio` | no | sleeping on tokio's timer where the runtime has one |
//! | `anyhow` | no | `anyhow::Error` is classified by its chain |
//! | `serde` | no | policies as data |
//! | `settings` | no | [settings] from files, the environment and other sources |
//! | `watch` | no | reloading when a file of the settings changes |
//! | `test-util` | no | time that tests control |

mod breaker;
mod budget;
mod call;
mod circuit_breaker;
pub mod classify;
pub mod deadline;
mod declaration;
mod delay;
mod description;
mod interruption;
mod link;
mod operation;
pub mod plan;
pub mod policy;
pub mod random;
mod redact;
mod registered;
mod registry;
pub mod scope;
mod service;
pub mod settings;
mod sync;
mod telemetry;
pub mod time;
mod witness;

pub use breaker::{BreakerMode, BreakerSnapshot, BreakerStatistics, CircuitCause, CircuitChange, CircuitState};
pub use call::{Attempt, Call, LastFailure, Next, Sleep, TryAttempt};
pub use circuit_breaker::{CallAsync, CallPermit, CircuitBreaker, Rejected};
pub use classify::{Classify, FailureKind, Outcome, Verdict};
pub use declaration::{ServiceDef, ServiceSource};
pub use interruption::{FromInterruption, Interruption, Reason};
pub use operation::{Kind, Operation};
pub use policy::{
    ApplyInRetry, Backoff, BreakerOptions, BreakerPer, BreakerPolicy, BudgetOptions, BudgetPolicy, EventLevel,
    EventOptions, FailureCount, InvalidPolicy, Jitter, OnAbandon, OnPermanent, OperationOptions, RetryOptions,
    RetryPolicy, ServiceOptions, Window,
};
pub use registry::{Registry, RegistryBuilder};
#[cfg(feature = "macros")]
pub use resilience_macros::{Classify, apply, idempotent, plain, retry_service};
pub use service::{OperationReport, Partition, Service};
pub use settings::Settings;
pub use telemetry::{Failures, Rejections, Statistics, Suppressions};

/// What expansions of the macros use beside the public names. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::__register as register;
    pub use crate::call::begin_apply;
    pub use crate::classify::{Described, Hint, KindOfSource, KindWithoutSource, Source};
    pub use crate::registered::Registered;
    pub use crate::witness::{
        Applied, EveryAttemptHasOne, MayBeCalledAgain, MayBeRepeated, ask, can_judge, every_attempt_has_one,
        may_be_called_again,
    };
    #[cfg(feature = "register")]
    pub use inventory;
    /// What the attribute of a block leaves behind for its methods.
    #[cfg(feature = "macros")]
    pub use resilience_macros::__resilience_member_8c1d5be07a2f4396;
    /// What the two macros leave for each other where another macro runs between them.
    #[cfg(feature = "macros")]
    pub use resilience_macros::__resilience_seal_8c1d5be07a2f4396;

    /// In place of the service's name where the call brings the service.
    pub const GIVEN_BY_CALL: &str = "";

    /// The type of an attempt's block, said by a `return` that is never taken.
    #[allow(clippy::panic, reason = "stands behind `if false`")]
    #[cold]
    #[must_use]
    pub fn never<T>() -> T {
        unreachable!("stands behind `if false`")
    }
}

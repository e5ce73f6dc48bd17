//! The attributes of `resilience-core`: [`macro@retry_service`] and [`macro@apply`].
//!
//! `resilience_core` exports them; this crate is not meant to be named in a `Cargo.toml` of its own. The attributes hold no
//! policy: what they write into a function is a few lines around its untouched body, all decisions are made by
//! `resilience_core::Call`. `cargo expand` shows these lines.

mod args;
mod block;
mod decorator;
mod diagnostics;
mod expand;
mod forward;
mod item;
mod marked;
mod method;
mod seal;
mod service_impl;
mod service_trait;
mod signature;
mod site;
mod tokens;
mod witness;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes an operation of a service out of a function: breaker, retry budget and statistics, and retries if it says so.
///
/// It goes on a method or a free function with a body, `async` or not.
///
/// ```
/// use resilience_core::{Classify, FailureKind, Interruption, retry_service};
///
/// #[derive(Debug)]
/// enum PlanError {
///     Unavailable,
///     NotFound,
///     Interrupted(Interruption),
/// }
///
/// impl Classify for PlanError {
///     fn classify(&self) -> FailureKind {
///         match self {
///             Self::Unavailable => FailureKind::Transient,
///             Self::NotFound => FailureKind::Permanent,
///             Self::Interrupted(interruption) => interruption.classify(),
///         }
///     }
/// }
///
/// impl From<Interruption> for PlanError {
///     fn from(interruption: Interruption) -> Self {
///         Self::Interrupted(interruption)
///     }
/// }
///
/// struct Client;
///
/// impl Client {
///     // Reading twice does no harm: it may be retried.
///     #[retry_service(
///         name = "plan_service",
///         idempotent,
///         retry(max_attempts = 4, base_delay = "100ms", total_timeout = "30s"),
///         attempt_timeout = "2s"
///     )]
///     async fn fetch_plan(&self, id: u64) -> Result<String, PlanError> {
///         if id == 0 { Err(PlanError::NotFound) } else { Ok(format!("plan {id}")) }
///     }
///
///     // Nothing is known: one attempt, through the breaker that `fetch_plan` has, too.
///     #[retry_service(name = "plan_service")]
///     fn count_plans(&self) -> Result<usize, PlanError> {
///         Ok(7)
///     }
/// }
///
/// assert_eq!(Client.count_plans().unwrap(), 7);
/// ```
///
/// # Options
///
/// | option | what it says |
/// | --- | --- |
/// | `name = "plan_service"` | the service, looked up by name; small letters, digits and single `_` |
/// | `service = PLANS` | in place of `name`: a `static PLANS: ServiceDef`, or a `&'static Service` such as `self.plans` |
/// | `idempotent` | running the body twice does no harm: failed attempts are repeated |
/// | `operation = "fetch_plan"` | the name of the operation; the name of the function by default |
/// | `retry(..)` | how it is repeated, see below |
/// | `attempt_timeout = "2s"` | an attempt that takes longer is cancelled; `async` only |
/// | `clone(id, body)` | parameters of which every attempt gets a copy of its own |
/// | `classify = path_or_closure` | from `&ReturnType` to `Verdict`, in place of `Classify` on the error type |
/// | `registry = expr` | the `&'static Registry` in which `name` is looked up, in place of the entered or the global one |
/// | `crate = ::path::to::resilience_core` | where the runtime is found, for crates that reach it through another one |
///
/// Breaker and budget belong to the service, which all its operations share: `ServiceDef` takes them.
///
/// # `retry(..)`
///
/// | option | default | range |
/// | --- | --- | --- |
/// | `max_attempts = 4` | 3 | 1 to 1,000,000; counts the first run |
/// | `max_retries = 3` | | in place of `max_attempts`; counts the runs after the first |
/// | `backoff = exponential` | exponential | `none`, `fixed`, `linear`, `incremental`, `exponential`, `fibonacci` |
/// | `base_delay = "100ms"` | 100 ms | up to `max_delay` |
/// | `min_delay = "50ms"` | 0 | up to `max_delay` |
/// | `max_delay = "10s"` | 10 s | up to one day |
/// | `factor = 2.0` | 2 | 1 to 1,000 |
/// | `jitter = full` | full | `none`, `full`, `equal`, `decorrelated`, `proportional(0.2)` |
/// | `total_timeout = "30s"` | 300 s | up to one day |
/// | `max_retry_after = "60s"` | 60 s | up to one day |
/// | `max_depth = 1` | 1 | 1 to 255 |
///
/// Durations are text such as `"100ms"` or `"1m 30s"`. All of it is checked while compiling; settings may say otherwise later.
///
/// # What the return type must be able to do
///
/// An operation must be told success from failure: a `Result` whose error implements `Classify` can, and so can anything with
/// `classify = ..`. And it must have room for an `Interruption`, which is what a caller gets when the circuit is open: a
/// `Result` whose error implements `From<Interruption>` has.
///
/// ```
/// use resilience_core::{classify, retry_service};
///
/// // Somebody else's error type, and every error is worth a retry.
/// #[retry_service(name = "words", idempotent, classify = classify::always_transient)]
/// fn longest(words: &[&str]) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
///     words.iter().map(|word| word.len()).max().ok_or_else(|| "no words".into())
/// }
///
/// assert_eq!(longest(&["one", "three"]).unwrap(), 5);
/// ```
///
/// # Parameters of an idempotent operation
///
/// A body that runs again must find its arguments again. Taking them by reference is free; what is taken by value may be
/// looked at, and not given away, unless `clone(..)` says that each attempt gets a copy. A `mut` parameter needs that too: a
/// failed attempt would leave its changes to the next one. So does, for a future that is to be `Send`, a parameter whose type
/// is not `Sync`: all attempts look at the same one.
///
/// ```
/// # use resilience_core::{classify, retry_service};
/// # use std::io;
/// # async fn send(tags: Vec<String>) -> io::Result<usize> { Ok(tags.len()) }
/// #[retry_service(name = "plan_service", idempotent, clone(tags))]
/// async fn tag(id: u64, mut tags: Vec<String>) -> io::Result<usize> {
///     tags.push(format!("plan {id}"));
///     send(tags).await
/// }
/// ```
///
/// Changes that a body makes through `&mut self`, another `&mut`, or a lock stay when the attempt fails.
///
/// # The function stays what it was
///
/// Signature, documentation and other attributes are kept; generics, lifetimes, patterns, any kind of `self`, `impl Trait`,
/// native `async fn` in traits, recursion, `unsafe` and `extern` functions work. The future is `Send`, `Sync` and `UnwindSafe`
/// if the body's is. An operation that is not `idempotent` may move and change its arguments as before. What is new are the
/// bounds of the return type: [`Outcome`] (waived by `classify`) and [`FromInterruption`].
///
/// [`Outcome`]: https://docs.rs/resilience-core/latest/resilience_core/trait.Outcome.html
/// [`FromInterruption`]: https://docs.rs/resilience-core/latest/resilience_core/trait.FromInterruption.html
///
/// - A function that returns a future ends in `async move { .. }` or `Box::pin(async move { .. })`: what stands before that is
///   done once, when the function is called, and what an attempt changes there stays changed.
/// - Under `#[async_trait]` the attribute stands on the method.
/// - Other attributes that rewrite the body belong *below* this one, `#[tracing::instrument]` for example: above it they move the
///   arguments into a block before this attribute sees the body, and an `idempotent` operation can live with that only where it
///   takes them by reference.
/// - An idempotent operation cannot return a `&mut` into `&mut self`, nor a `&` after `&mut self` was used as a whole: two attempts
///   would need it at the same time.
/// - `#[track_caller]` on a synchronous operation names the operation itself: the body is a closure of its own.
/// - What an attempt consumed is dropped when the attempt ends; in an `async fn` without `idempotent` that is all the body uses.
/// - A `const fn` can neither wait nor count, and is refused.
/// - Chains of more than a dozen annotated async functions under `tokio::spawn` may need `#![recursion_limit = "256"]` (the
///   compiler says "overflow evaluating the requirement" or "queries overflow the depth limit"), or a `Box::pin(..)` in between.
///
/// # What is written
///
/// ```text
/// async fn fetch_plan(&self, id: u64) -> Result<String, PlanError> {
///     let mut call = {
///         static OPERATION: ::resilience_core::Operation =
///             ::resilience_core::Operation::idempotent("plan_service", "fetch_plan");
///         OPERATION.begin()
///     };
///     loop {
///         if let ::core::result::Result::Err(interruption) = call.admit() {
///             break ::resilience_core::FromInterruption::from_interruption(interruption);
///         }
///         let outcome: Result<String, PlanError> = call.attempt(async {
///             // Never taken: tells the block its type.
///             if false { return ::resilience_core::__private::never::<Result<String, PlanError>>(); }
///             // The body.
///         }).await;
///         let delay = match call.settle(outcome) {
///             ::resilience_core::Next::Return(outcome) => break outcome,
///             ::resilience_core::Next::RetryAfter(delay) => delay,
///         };
///         call.sleep(delay).await;
///     }
/// }
/// ```
///
/// Without `idempotent` there is no loop: `admit`, `attempt`, `finish`. Without `async` it is `attempt_blocking` and
/// `sleep_blocking`.
#[proc_macro_attribute]
pub fn retry_service(args: TokenStream, item: TokenStream) -> TokenStream {
    method::retry_service(args.into(), item.into()).into()
}

/// Marks a function that changes the world: no enclosing call repeats an attempt in which it has started.
///
/// It stands above or below [`macro@retry_service`], with the same meaning: the operation gets one attempt through its breaker,
/// and raises the fence when that attempt is admitted.
///
/// ```
/// use resilience_core::{apply, retry_service};
/// use std::io;
///
/// #[retry_service(name = "plan_service")]
/// #[apply]
/// fn write_plan(plan: String) -> io::Result<usize> {
///     Ok(plan.len())
/// }
///
/// // Without a service: only the fence.
/// #[apply]
/// async fn commit(plan: String) -> io::Result<usize> {
///     Ok(plan.len())
/// }
///
/// assert_eq!(write_plan("plan".into()).unwrap(), 4);
/// ```
///
/// Together with `idempotent` it does not compile, in whatever order, under whatever names, and whatever stands between:
///
/// ```compile_fail
/// use resilience_core::{apply as commit_point, retry_service};
///
/// #[retry_service(name = "plan_service", idempotent)]
/// #[commit_point]
/// fn write_plan(plan: &str) -> std::io::Result<usize> {
///     Ok(plan.len())
/// }
/// ```
///
/// Alone it needs a return type with room for an `Interruption`: the apply may be refused. Its only option is
/// `crate = ::path::to::resilience_core`.
#[proc_macro_attribute]
pub fn apply(args: TokenStream, item: TokenStream) -> TokenStream {
    method::apply(args.into(), item.into()).into()
}

/// Marks a method of a block that may be retried.
#[proc_macro_attribute]
pub fn idempotent(args: TokenStream, item: TokenStream) -> TokenStream {
    marked::word(seal::Mark::Idempotent, args.into(), item.into()).into()
}

/// Marks a method of a block that gets one attempt, through the breaker of its service.
#[proc_macro_attribute]
pub fn plain(args: TokenStream, item: TokenStream) -> TokenStream {
    marked::word(seal::Mark::Plain, args.into(), item.into()).into()
}

/// What the attribute of a block leaves behind for its methods. Not for use by hand.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn __resilience_member_8c1d5be07a2f4396(args: TokenStream, item: TokenStream) -> TokenStream {
    marked::member(args.into(), item.into()).into()
}

/// What one of the attributes leaves behind for the other. Not for use by hand.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn __resilience_seal_8c1d5be07a2f4396(args: TokenStream, item: TokenStream) -> TokenStream {
    seal::seal(args.into(), item.into()).into()
}

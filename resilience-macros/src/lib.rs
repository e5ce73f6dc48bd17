//! The attributes of `resilience-core`: [`macro@retry_service`], the words on the methods of a block, [`macro@idempotent`]
//! and [`macro@plain`], and [`macro@apply`].
//!
//! `resilience_core` exports them; this crate is not meant to be named in a `Cargo.toml` of its own. The attributes hold no
//! policy: what they write into a function is a few lines around its untouched body, all decisions are made by
//! `resilience_core::Call`. `cargo expand` shows these lines.

mod args;
mod block;
mod classify;
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
/// It goes on a method or a free function with a body, `async` or not; on an [`impl` block](#on-an-impl-block), where it speaks
/// for all marked methods; and on a [trait](#on-a-trait), where it also writes a decorator for any implementation.
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
/// | `operation = "fetch_plan"` | the [name of the operation](#names); the name of the function by default |
/// | `retry(..)` | how it is repeated, see below |
/// | `attempt_timeout = "2s"` | an attempt that takes longer is cancelled; `async` only |
/// | `clone(id, body)` | parameters of which every attempt gets a copy of its own |
/// | `classify = path_or_closure` | from `&ReturnType` to `Verdict`, in place of `Classify` on the error type |
/// | `fallback = path_or_closure` | the answer in place of the last failure, see below |
/// | `interrupted = path` | a `fn(Interruption) -> Error`, for error types that cannot hold an interruption, see below |
/// | `registry = expr` | the `&'static Registry` in which `name` is looked up, in place of the entered or the global one |
/// | `crate = ::path::to::resilience_core` | where the runtime is found, for crates that reach it through another one |
///
/// Breaker and budget belong to the service, which all its operations share: the attribute of a block takes them, and so does
/// `ServiceDef`.
///
/// # Names
///
/// The names of services and operations stand in settings, environment variables, events and metrics. They have small letters,
/// digits and single `_`, and begin with a letter. An operation without a name of its own is called as its function is, in snake
/// case and without `_` at its ends: `_private` is `private`, `fetchPlan` is `fetch_plan`, `get__v2_` is `get_v2`. Where that gives
/// no such name (`größe`, `_0`), `operation = ".."` must. Two operations of one block with the same name are refused.
///
/// # `retry(..)`
///
/// | option | default | range |
/// | --- | --- | --- |
/// | `max_attempts = 4` | 3 | 1 to 1,000,000; counts the first run |
/// | `max_retries = 3` | | in place of `max_attempts`; counts the runs after the first |
/// | `backoff = exponential` | exponential | `none`, `fixed`, `linear`, `exponential`, `fibonacci` |
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
/// # On an `impl` block
///
/// The attribute says what all methods share, and each method says what it is: [`macro@idempotent`], [`macro@plain`] or
/// [`macro@apply`]. Methods without such a word are left alone, and so is everything else in the block.
///
/// ```
/// use resilience_core::{apply, idempotent, plain, retry_service};
/// use std::io;
///
/// struct PlanService;
///
/// #[retry_service(
///     name = "plan_service",
///     retry(max_attempts = 4, base_delay = "100ms"),
///     attempt_timeout = "2s",
///     breaker(failure_threshold = 3, recovery_timeout = "10s"),
///     budget(capacity = 50)
/// )]
/// impl PlanService {
///     #[idempotent(attempt_timeout = "500ms", retry(max_attempts = 2))]
///     async fn fetch_plan(&self, id: u64) -> io::Result<String> {
///         Ok(format!("plan {id}"))
///     }
///
///     #[plain]
///     fn count_plans(&self) -> io::Result<usize> {
///         Ok(self.limit())
///     }
///
///     #[apply]
///     async fn write_plan(&self, plan: String) -> io::Result<usize> {
///         Ok(plan.len())
///     }
///
///     fn limit(&self) -> usize {
///         7
///     }
/// }
///
/// assert_eq!(PlanService.count_plans().unwrap(), 7);
/// ```
///
/// It takes `name` or `service`, `retry(..)`, `attempt_timeout` (for the `async` methods), `classify`, `fallback`, `interrupted`, `clone(..)` (for
/// the idempotent methods that have such parameters), `registry` and `crate`, and beside a `name` what belongs to the service:
///
/// | option | default | range |
/// | --- | --- | --- |
/// | `breaker(enabled = true)` | true | |
/// | `breaker(per = attempt)` | attempt | `attempt` or `call`: what is judged as one |
/// | `breaker(failure_threshold = 8)` | 8 | 1 to 1,000,000 failures, or 0 where a rate is given |
/// | `breaker(failure_span = "500ms")` | 500 ms | up to 1 day from the second failure in a row to the one that opens the circuit; 0: any time |
/// | `breaker(failure_count = consecutive)` | consecutive | `consecutive`, or `cumulative`: all in `window` |
/// | `breaker(failure_rate = 0.5)` | 0, no such rule | 0 to 1 |
/// | `breaker(slow_call_rate = 0.5)` | 0, no such rule | 0 to 1 |
/// | `breaker(slow_call_duration = "60s")` | 60 s | 1 ms to 1 day |
/// | `breaker(window = 100)` or `"30s"` | 100 calls | 1 to 1,000,000 calls, or 100 ms to 1 day |
/// | `breaker(minimum_calls = 20)` | 20 | 1 to 1,000,000 |
/// | `breaker(count_transient = true)` | true | |
/// | `breaker(count_throttled = true)` | true | |
/// | `breaker(count_timeouts = true)` | true | |
/// | `breaker(permanent = probe_success)` | `probe_success` | `failure`, `probe_success` or `neutral` |
/// | `breaker(on_abandon = ignore)` or `"10s"` | ignore | `ignore`, or 1 ms to 1 day |
/// | `breaker(recovery_timeout = "5s")` | 5 s | 1 ms to 1 day |
/// | `breaker(recovery_factor = 2.0)` | 2 | 1 to 100 |
/// | `breaker(max_recovery_timeout = "60s")` | 60 s, or `recovery_timeout` if that is longer | `recovery_timeout` to 1 day |
/// | `breaker(recovery_jitter = 0.1)` | 0.1 | 0 to 1 |
/// | `breaker(cooldown = "0s")` | 0 | up to 1 day |
/// | `breaker(half_open_max_calls = 2)` | 2 | 1 to 64 |
/// | `breaker(success_threshold = 2)` | 2 | 1 to 255 |
/// | `breaker(probe_timeout = "60s")` | 60 s | 1 ms to 1 day |
/// | `breaker(ramp = "10s")` | 0, all at once | up to 1 day in which the share of admitted calls grows after closing |
/// | `budget(enabled = true)` | true | |
/// | `budget(deposit = 0.1)` | 0.1 | 0 to 10 |
/// | `budget(throttled_cost = 1.0)` | 1 | 0 to 1 |
/// | `budget(min_per_second = 1.0)` | 1 | 0 to 1,000 |
/// | `budget(capacity = 100)` | 100 | 1 to 10,000 |
///
/// What each of them means is said at `BreakerPolicy` and `BudgetPolicy`.
///
/// A mark takes `operation`, `attempt_timeout`, `classify`, `fallback` and `interrupted`, and `#[idempotent]` also `retry(..)` and `clone(..)`. What a method says
/// goes over what the block says, within `retry(..)` field by field; `clone(..)` of both is taken together. A method with a `#[retry_service]` of its own is another service's.
///
/// An idempotent method that uses an `#[apply]` method of the same block, as `self.write_plan(..)`,
/// `PlanService::write_plan(self, ..)` or `Self::write_plan`, does not compile:
///
/// ```compile_fail
/// # use resilience_core::{apply, idempotent, retry_service};
/// # struct PlanService;
/// #[retry_service(name = "plan_service")]
/// impl PlanService {
///     #[idempotent]
///     fn rewrite_plan(&self) -> std::io::Result<()> {
///         self.write_plan()
///     }
///
///     #[apply]
///     fn write_plan(&self) -> std::io::Result<()> {
///         Ok(())
///     }
/// }
/// ```
///
/// # On a trait
///
/// The trait stays what it is. Beside it stands a decorator, named after the trait: `PlanStoreResilient<S>` implements `PlanStore`
/// round any `S` that does. So an implementation from another crate, or a mock, is protected without being touched.
///
/// ```
/// use resilience_core::{Registry, apply, idempotent, retry_service};
/// use std::cell::Cell;
/// use std::io;
///
/// /// Where plans are kept.
/// #[retry_service(name = "plan_store", retry(backoff = none))]
/// pub trait PlanStore {
///     /// Reads a plan.
///     #[idempotent(clone(name))]
///     fn get(&self, name: String) -> io::Result<u32>;
///
///     /// Writes a plan.
///     #[apply]
///     fn put(&self, plan: u32) -> io::Result<()>;
///
///     /// What the store is called.
///     fn label(&self) -> &str {
///         "a store"
///     }
/// }
///
/// /// Fails twice.
/// #[derive(Default)]
/// struct Mock(Cell<u32>);
///
/// impl PlanStore for Mock {
///     fn get(&self, _name: String) -> io::Result<u32> {
///         self.0.set(self.0.get() + 1);
///         if self.0.get() < 3 { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(7) }
///     }
///
///     fn put(&self, _plan: u32) -> io::Result<()> {
///         Ok(())
///     }
/// }
///
/// let store = PlanStoreResilient::in_registry(Mock::default(), Registry::new());
///
/// assert_eq!(store.get("plan".into()).unwrap(), 7);
/// assert_eq!(PlanStoreResilient::inner(&store).0.get(), 3);
/// ```
///
/// - `new(inner)` finds the service by its name, in the registry that was entered or else in the global one;
///   `in_registry(inner, registry)` in this registry (if the attribute gives a `name`); `with_service(inner, service)` is handed one.
///   `inner(&decorator)` and `into_inner(decorator)` lead back. It is `Debug` and `Clone` where `S` is.
/// - `async fn`, `impl Future + Send`, `Pin<Box<dyn Future>>` and `#[async_trait]`, above or below, work; so do generics, associated
///   types and constants, and methods without `self`. Unmarked methods are forwarded as they are.
/// - Default bodies belong to the implementation: the decorator forwards to them, and protects the call once.
/// - `pointers(Arc)` in the attribute implements the trait for `Arc<S>`, so that `new` also takes an `Arc<dyn PlanStore>`. It takes
///   `Arc`, `Box` and `Rc`, for traits that are not implemented for these pointers already.
/// - An idempotent method gives its arguments away in every attempt: what it takes by value stands in `clone(..)`, unless it is a
///   number, `bool` or `char`, or is `Copy` by a bound (`K: Copy`, `type Id: Copy`).
/// - A returned future that may outlive `self`, such as `BoxFuture<'static, R>`, gets a clone of `S`, which must be `Clone + 'static`.
/// - The decorator has the supertraits `Send`, `Sync`, `Sized`, `Unpin`, `UnwindSafe`, `RefUnwindSafe`, `Any`, `Debug`, `Clone` and
///   lifetimes where `S` has them. Implement any other one, such as `Display`, for the decorator: it implements the trait then.
/// - What returns `Self`, `Result<Self, E>` or `Option<Self>` returns a decorator. `Arc<Self>`, `Pin<&mut Self>`, and a bare `Self`
///   in other places cannot be forwarded.
/// - Where the trait is private and nothing constructs the decorator, the compiler warns at the name of the trait.
/// - An implementation that calls a method `idempotent` which the trait declares `#[apply]` does not compile.
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
/// An error type that cannot hold an `Interruption`, because it is somebody else's or because its variants are public, needs no
/// new variant: `interrupted = path` names a function from the `Interruption` to an error. One line on a block serves all of its
/// methods.
///
/// ```
/// use resilience_core::{Interruption, classify, idempotent, plain, retry_service};
///
/// /// The error type of another crate.
/// #[derive(Debug, PartialEq)]
/// pub enum ClientError {
///     Transport(String),
///     Status(u16),
/// }
///
/// fn interrupted(interruption: Interruption) -> ClientError {
///     ClientError::Transport(interruption.to_string())
/// }
///
/// struct Client;
///
/// #[retry_service(name = "words", interrupted = interrupted, classify = classify::always_transient)]
/// impl Client {
///     #[idempotent]
///     async fn count(&self) -> Result<usize, ClientError> {
///         Ok(7)
///     }
///
///     #[plain]
///     fn add(&self, word: &str) -> Result<(), ClientError> {
///         if word.is_empty() { Err(ClientError::Status(400)) } else { Ok(()) }
///     }
/// }
///
/// assert_eq!(Client.add(""), Err(ClientError::Status(400)));
/// ```
///
/// - The expansion writes `Err(path(interruption))`: the return type is a `Result`, under whatever name. Where it is an `Option` or
///   anything else, `fallback` makes the answer.
/// - What a method says goes over what its block says. On a trait, the path may be generic in the error type.
/// - Beside `fallback`, which answers an interruption by itself, it is refused.
///
/// # Answering in place of a failure
///
/// `fallback = ..` is a function or a closure from `LastFailure<ReturnType>` to the return type. It is asked once, when the call
/// has ended: after the last attempt failed, in whatever way, or when none was allowed. It sees the last outcome or the
/// interruption, and may give it back with `into_outcome()`. The return type needs no room for an `Interruption`: where it has
/// none, `outcome_or_else(|interruption| ..)` stands in place of `into_outcome()`.
///
/// ```
/// use resilience_core::{classify, retry_service};
/// use std::io;
///
/// struct Words { last: Vec<String> }
///
/// impl Words {
///     #[retry_service(name = "words", idempotent, retry(max_attempts = 1), fallback = |failure| match failure.interruption() {
///         Some(_) => failure.into_outcome(),
///         None => Ok(self.last.clone()),
///     })]
///     fn fetch(&self) -> io::Result<Vec<String>> {
///         Err(io::ErrorKind::ConnectionReset.into())
///     }
/// }
///
/// let words = Words { last: vec!["one".into()] };
/// assert_eq!(words.fetch().unwrap(), ["one"]);
/// ```
///
/// - It may name `self` and the parameters that the body does not consume. (An `async` operation that is not `idempotent` owns the
///   parameters it uses; where the fallback names one, it only borrows what it does not consume.)
/// - `fallback = async |failure| ..` is awaited. A path is not: for an `async fn`, write `async |failure| from_cache(failure).await`.
/// - It never hides that it ran: there is an event, `fallback used`, the statistics count it, and for breaker, budget and
///   statistics the call has failed as it would have without it.
/// - In the mark of a method of a trait it is a part of the decorator: `self` is the decorator, whose methods are protected, too.
/// - It is outside of the call: no attempt timeout and no total timeout ends it, and a panic in it goes on.
///
/// # Parameters of an idempotent operation
///
/// A body that runs again must find its arguments again. Taking them by reference is free; what is taken by value may be
/// looked at, and not given away, unless `clone(..)` says that each attempt gets a copy. A `mut` parameter needs that too: a
/// failed attempt would leave its changes to the next one. So does, for a future that is to be `Send`, a parameter whose type
/// is not `Sync`: all attempts look at the same one. A `mut` parameter of a type `&T` needs nothing, it is copied anyway.
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
///             return ::resilience_core::FromInterruption::from_interruption(interruption);
///         }
///         let outcome = call.attempt(async {
///             // Never taken: tells the block its type.
///             if false { return ::resilience_core::__private::never::<Result<String, PlanError>>(); }
///             // The body.
///         }).await;
///         let delay = match call.settle(outcome) {
///             ::resilience_core::Next::Return(outcome) => return outcome,
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
/// Alone it needs a return type with room for an `Interruption`, since the apply may be refused, or `interrupted = path`, which makes
/// the error. It also takes `crate = ::path::to::resilience_core`, and `classify`, which is checked and has nothing to judge: there
/// is no breaker. On a method of an `impl` block or a trait that carries [`macro@retry_service`] it takes
/// `operation`, `attempt_timeout` and `fallback` as well, and speaks of the service of the block.
#[proc_macro_attribute]
pub fn apply(args: TokenStream, item: TokenStream) -> TokenStream {
    method::apply(args.into(), item.into()).into()
}

/// Marks a method of a block that may be retried: running its body twice does no harm.
///
/// It means something inside an `impl` block or a trait that carries [`macro@retry_service`], and is refused elsewhere. It takes
/// `operation`, `retry(..)`, `attempt_timeout`, `clone(..)`, `classify`, `fallback` and `interrupted`, with the meaning that they have there.
///
/// ```
/// use resilience_core::{idempotent, retry_service};
///
/// struct Words(Vec<String>);
///
/// #[retry_service(name = "words")]
/// impl Words {
///     #[idempotent(retry(max_attempts = 5, backoff = none), clone(more))]
///     fn count(&self, mut more: Vec<String>) -> std::io::Result<usize> {
///         more.extend_from_slice(&self.0);
///         Ok(more.len())
///     }
/// }
///
/// assert_eq!(Words(Vec::new()).count(vec!["one".into()]).unwrap(), 1);
/// ```
///
/// Together with [`macro@apply`] it does not compile.
#[proc_macro_attribute]
pub fn idempotent(args: TokenStream, item: TokenStream) -> TokenStream {
    marked::word(seal::Mark::Idempotent, args.into(), item.into()).into()
}

/// Marks a method of a block that gets one attempt, through the breaker of its service.
///
/// It means something inside an `impl` block or a trait that carries [`macro@retry_service`], and is refused elsewhere. It takes
/// `operation`, `attempt_timeout`, `classify`, `fallback` and `interrupted`, with the meaning that they have there.
///
/// ```
/// use resilience_core::{plain, retry_service};
///
/// struct Words(Vec<String>);
///
/// #[retry_service(name = "words")]
/// impl Words {
///     #[plain(operation = "add_word")]
///     fn add(&mut self, word: String) -> std::io::Result<()> {
///         self.0.push(word);
///         Ok(())
///     }
/// }
///
/// assert!(Words(Vec::new()).add("one".into()).is_ok());
/// ```
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

/// Says of an error type what kind of failure each of its values is: a word at each variant.
///
/// ```
/// use resilience_core::{Classify, FailureKind, Interruption};
/// use std::{io, time::Duration};
///
/// #[derive(Debug, Classify)]
/// enum PlanError {
///     /// It may work in a moment.
///     #[transient]
///     Unavailable,
///     /// The service asks for patience; the field says for how much.
///     #[throttled(after = wait)]
///     Busy { wait: Option<Duration> },
///     /// It will fail the same way again.
///     #[permanent]
///     NotFound(u64),
///     /// It says nothing about the service.
///     #[ignored]
///     Cancelled,
///     /// What is in it decides.
///     #[classify(transparent)]
///     Io(io::Error),
///     /// Ours, when the circuit is open for example.
///     #[interruption]
///     Interrupted(Interruption),
/// }
///
/// let busy = PlanError::Busy { wait: Some(Duration::from_secs(2)) };
/// assert_eq!(busy.classify(), FailureKind::Throttled { retry_after: Some(Duration::from_secs(2)) });
/// let reset = PlanError::Io(io::ErrorKind::ConnectionReset.into());
/// assert_eq!(reset.classify(), FailureKind::Transient);
/// ```
///
/// # Words
///
/// | word | kind of failure |
/// | --- | --- |
/// | `#[transient]` | [`Transient`](https://docs.rs/resilience-core/latest/resilience_core/enum.FailureKind.html): retried, counted by the breaker |
/// | `#[throttled]`, `#[throttled(after = field)]` | `Throttled`: retried no sooner than the field says, a `Duration` or an `Option<Duration>`; a tuple's field is `after = 0` |
/// | `#[permanent]` | `Permanent`: not retried, says nothing against the service |
/// | `#[pending]` | `Pending`, "not yet": retried at no cost to the retry budget, not counted by the breaker |
/// | `#[ignored]` | `Ignored`: not retried, not counted |
/// | `#[interruption]` | as the `Interruption` says that the variant holds: a rejection is ignored, an attempt timeout is transient. It also writes `From<Interruption>`, unless the field is marked `#[from]`, by which `thiserror` writes it |
/// | `#[classify(transparent)]` | as its only field says, or the one that is marked `#[source]`; its type is `Classify` |
/// | `#[classify(with = path)]` | as a function says that takes a reference to each field and returns a `FailureKind`; a closure will do |
///
/// The first five take a condition, `if = path_or_closure`: a function that takes a reference to each field and returns a `bool`. A
/// variant may have several such words. The first one whose condition is met decides, and the one without a condition otherwise.
///
/// ```
/// use resilience_core::{Classify, FailureKind};
///
/// /// Of another crate.
/// #[derive(Debug)]
/// pub struct StatusCode(u16);
///
/// impl StatusCode {
///     fn is_server_error(&self) -> bool {
///         self.0 >= 500
///     }
/// }
///
/// #[derive(Debug, Classify)]
/// enum ApiError {
///     #[transient(if = StatusCode::is_server_error)]
///     #[throttled(if = |status| status.0 == 429)]
///     #[permanent]
///     Status(StatusCode),
///     #[classify(with = of_code)]
///     Code { code: u16, text: String },
/// }
///
/// fn of_code(code: &u16, _: &String) -> FailureKind {
///     if *code == 7 { FailureKind::Transient } else { FailureKind::Permanent }
/// }
///
/// assert_eq!(ApiError::Status(StatusCode(503)).classify(), FailureKind::Transient);
/// assert_eq!(ApiError::Status(StatusCode(404)).classify(), FailureKind::Permanent);
/// ```
///
/// - A variant without a word whose field is marked `#[source]` or `#[from]`, or which is marked `#[error(transparent)]`, is as that
///   field says: these marks of `thiserror` mean here what they mean there.
/// - A word on the enum stands for all variants that say nothing. Without it, such a variant is an error. It reaches variants whose
///   field would decide, where the type of the field is not `Classify`: `#[permanent]` on the enum is enough for `#[from]` fields of
///   types that are not yours.
/// - On a struct, the word stands before the struct.
/// - Where `From<Interruption>` is to be written by hand, the variant takes `#[classify(transparent)]`.
/// - `#[classify(crate = ::path::to::resilience_core)]` on the type says where the runtime is found.
///
/// Boxes of errors, `io::Error` and others are classified already: see the module `classify`.
#[proc_macro_derive(
    Classify,
    attributes(classify, transient, throttled, permanent, pending, ignored, interruption, source)
)]
pub fn classify(item: TokenStream) -> TokenStream {
    classify::derive(item.into()).into()
}

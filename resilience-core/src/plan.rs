//! What running code knows of the plan that it belongs to: above all whether the plan only reads.
//!
//! Systems that plan before they act run the same code in both phases. Inside [`within`] a read-only plan
//!
//! - refuses every `#[apply]` before its body runs ([`Reason::ReadOnlyPlan`](crate::Reason::ReadOnlyPlan));
//! - lets operations that are known to be `idempotent` retry as usual;
//! - lets nothing else be repeated: a [`RetryScope`](crate::scope::RetryScope), of whose rounds nothing is known, makes one.
//!
//! The context is a part of the [`scope`]: it follows the future, not the thread; a spawned task starts without
//! one, [`carry`](crate::scope::carry) takes it along. What is read-only stays so further in, whatever a context in there says.

use crate::scope::{self, Around, Inside, Scope};
use pin_project_lite::pin_project;
use std::{
    borrow::Cow,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// What is said of a plan.
///
/// ```
/// use resilience_core::plan::PlanContext;
///
/// assert!(PlanContext::new().with_read_only(true).is_read_only());
/// assert!(PlanContext::new().with_phase("strategize").is_read_only());
/// assert!(!PlanContext::new().with_phase("Execute").is_read_only());
/// assert!(!PlanContext::new().is_read_only());
/// ```
///
/// Under the feature `serde` it is read from hints of any shape, such as a JSON object: fields `read_only` and `phase`; what has
/// another type than expected says nothing, and other fields are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct PlanContext {
    read_only: Option<bool>,
    phase: Option<Cow<'static, str>>,
}

impl PlanContext {
    /// A context that says nothing.
    pub const fn new() -> Self {
        Self {
            read_only: None,
            phase: None,
        }
    }

    /// Says outright whether the plan only reads; this counts more than the phase.
    pub fn with_read_only(mut self, read_only: bool) -> Self {
        self.read_only = Some(read_only);
        self
    }

    /// Says which phase the plan is in. In `execute` and `apply` (in any letter case) it acts; in every other phase it reads.
    pub fn with_phase(mut self, phase: impl Into<Cow<'static, str>>) -> Self {
        self.phase = Some(phase.into());
        self
    }

    /// What was said outright.
    #[must_use]
    pub const fn read_only(&self) -> Option<bool> {
        self.read_only
    }

    /// The phase, if one was named.
    #[must_use]
    pub fn phase(&self) -> Option<&str> {
        self.phase.as_deref()
    }

    /// Whether the plan only reads. Where nothing is said, or the phase is empty, it does not.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        let acts = |phase: &str| {
            ["execute", "apply"]
                .iter()
                .any(|known| phase.eq_ignore_ascii_case(known))
        };
        match (self.read_only, self.phase().map(str::trim)) {
            (Some(read_only), _) => read_only,
            (None, None | Some("")) => false,
            (None, Some(phase)) => !acts(phase),
        }
    }
}

/// The context in force: that of the innermost [`within`].
///
/// ```
/// use resilience_core::plan::{self, PlanContext};
///
/// assert_eq!(plan::current(), None);
/// plan::within_blocking(PlanContext::new().with_phase("strategize"), || {
///     assert_eq!(plan::current().unwrap().phase(), Some("strategize"));
/// });
/// ```
#[must_use]
pub fn current() -> Option<PlanContext> {
    let context = scope::with_surroundings(|here| here.plan.clone());
    context.map(|context| PlanContext::clone(&context))
}

/// Whether the plan in force only reads, by its own context or by one further out. For code that decides by itself what it may do.
#[must_use]
pub fn is_read_only() -> bool {
    scope::current().has(Scope::READ_ONLY)
}

/// Runs `future` as part of a plan.
///
/// ```
/// use resilience_core::{Reason, apply, plan::{self, PlanContext}};
///
/// #[apply]
/// async fn write_plan() -> std::io::Result<()> {
///     unreachable!("not in a plan that only reads")
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let context = PlanContext::new().with_read_only(true);
/// assert!(plan::within(context, write_plan()).await.is_err());
/// # }
/// ```
pub fn within<F: Future>(context: PlanContext, future: F) -> Planned<F> {
    Planned {
        inside: Inside::new(Arc::new(context), future),
    }
}

/// Runs `closure` as part of a plan.
pub fn within_blocking<R>(context: PlanContext, closure: impl FnOnce() -> R) -> R {
    Arc::new(context).run(closure)
}

impl Around for Arc<PlanContext> {
    fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let _held = hold(self);
        body()
    }
}

/// Puts the context in force until the guard is dropped.
fn hold(context: &Arc<PlanContext>) -> Held {
    let outer = scope::with_surroundings(|here| here.plan.replace(Arc::clone(context)));
    let scope = scope::current();
    let turns = context.is_read_only() && !scope.has(Scope::READ_ONLY);
    if turns {
        scope::set(scope.with(Scope::READ_ONLY));
    }
    Held { outer, turns }
}

/// Puts back what held before.
struct Held {
    outer: Option<Arc<PlanContext>>,
    turns: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        let outer = self.outer.take();
        scope::with_surroundings(|here| here.plan = outer);
        if self.turns {
            scope::set(scope::current().without(Scope::READ_ONLY));
        }
    }
}

pin_project! {
    /// A future that runs as part of a plan: see [`within`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct Planned<F> {
        #[pin]
        inside: Inside<Arc<PlanContext>, F>,
    }
}

impl<F: Future> Future for Planned<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inside.poll(cx)
    }
}

impl<F> fmt::Debug for Planned<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planned")
            .field("context", self.inside.around())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "serde")]
mod hints {
    use super::PlanContext;
    use serde::{Deserialize, Deserializer, de::IgnoredAny};

    /// A hint of the type that is expected, or of any other.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Hint<T> {
        Said(T),
        Other(IgnoredAny),
    }

    impl<T> Hint<T> {
        fn said(self) -> Option<T> {
            match self {
                Self::Said(said) => Some(said),
                Self::Other(_) => None,
            }
        }
    }

    impl<'de> Deserialize<'de> for PlanContext {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(Deserialize)]
            struct Hints {
                read_only: Option<Hint<bool>>,
                phase: Option<Hint<String>>,
            }
            let hints = Hints::deserialize(deserializer)?;
            Ok(Self {
                read_only: hints.read_only.and_then(Hint::said),
                phase: hints.phase.and_then(Hint::said).map(Into::into),
            })
        }
    }
}

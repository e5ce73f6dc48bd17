//! A named dependency: one breaker, one retry budget, and the operations that call it.

mod partition;
mod partitions;
mod pins;
mod plan;
mod policies;
mod statistics;
mod turns;

pub use partition::Partition;
pub(crate) use partitions::Pinned;
pub(crate) use plan::Plan;
pub(crate) use policies::{Policies, ServicePolicies};
pub use statistics::OperationReport;
use turns::Turns;

use crate::{
    breaker::{Breaker, BreakerMode, BreakerSnapshot, CircuitState, Tick},
    budget::{Budget, Terms},
    interruption::Origin,
    link::{Kept, Link},
    operation::Operation,
    policy::{BreakerPolicy, BudgetPolicy, Levels, ServiceOptions},
    registered,
    registry::Registry,
    settings::{Fault, Settings, judge, too_many_policies},
    telemetry::events,
};
use partitions::{Partitions, Slot};
use std::{
    collections::{HashMap, HashSet},
    fmt, mem, ptr,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

/// A named dependency such as `"plan_service"`: owns one breaker, one retry budget and its policies.
///
/// Lives as long as the process; a `&'static Service` is a handle that can be stored, copied and given to the attribute as
/// `service = self.plans`.
///
/// ```
/// use resilience_core::{CircuitState, Registry};
///
/// let registry = Registry::new();
/// let plans = registry.service("plan_service");
/// assert_eq!(plans.state(), CircuitState::Closed);
/// assert_eq!(plans.statistics().calls, 0);
/// ```
pub struct Service {
    hot: Hot,
    origin: Origin,
    born: Tick,
    registry: &'static Registry,
    policies: Policies,
    turns: Turns,
    state: Mutex<State>,
    standing: Standing,
    /// Made when one is first asked for.
    partitions: OnceLock<Box<Partitions>>,
}

/// Whom a service stands for.
#[derive(Debug)]
enum Standing {
    /// All who call it by its name.
    Named,
    /// One key of another service after the other.
    Partition(&'static Slot),
    /// All who have no name or key of their own, perhaps of another service: they share nothing but the counts.
    Unshared(Option<&'static Service>),
}

/// What every call reads: on a cache line that only trouble writes to.
#[repr(align(128))]
struct Hot {
    breaker: Breaker,
    budget: Budget,
}

#[derive(Default)]
pub(crate) struct State {
    /// What a [`ServiceDef`] says.
    code: Option<ServiceOptions>,
    /// The same, of its partitions.
    max_partitions: Option<usize>,
    /// The code declares the service: by a [`ServiceDef`], or by the attribute of an operation that names it.
    known: bool,
    /// Another [`ServiceDef`] says something else, and an event has told of it.
    conflicts: bool,
    /// By the address of the operation.
    links: HashMap<usize, &'static Link>,
    /// Those whose code does not go together with the rest.
    refused: HashSet<usize>,
}

impl Service {
    /// A service that is made at `born`, which the caller reads: a clock may be a user's code, and this runs under locks.
    pub(crate) fn new(name: &'static str, registry: &'static Registry, born: Tick) -> Self {
        let known = registered::declare(name);
        let policies = registry.with_settings(|settings| Self::first_policies(name, known, settings));
        let mut service = Self::with_policies(name, registry, Standing::Named, policies, born);
        service.state.get_mut().unwrap_or_else(PoisonError::into_inner).known = known;
        service
    }

    /// What calls go by that share nothing but their counts, perhaps with those of another service.
    pub(crate) fn unshared(
        name: &'static str,
        registry: &'static Registry,
        of: Option<&'static Self>,
        born: Tick,
    ) -> Self {
        let policies = match of {
            Some(of) => of.policies(),
            None => registry.with_settings(|settings| Self::first_policies(name, false, settings)),
        };
        Self::with_policies(name, registry, Standing::Unshared(of), policies.unshared(), born)
    }

    fn with_policies(
        name: &'static str,
        registry: &'static Registry,
        standing: Standing,
        policies: ServicePolicies,
        born: Tick,
    ) -> Self {
        Self {
            hot: Hot {
                breaker: Breaker::new(&policies.breaker),
                budget: Budget::new(),
            },
            origin: Origin(name),
            born,
            registry,
            policies: Policies::new(policies),
            turns: Turns::default(),
            state: Mutex::default(),
            standing,
            partitions: OnceLock::new(),
        }
    }

    /// The policies of a service that nobody has used yet.
    pub(crate) fn first_policies(name: &str, known: bool, settings: &Settings) -> ServicePolicies {
        let stack = plan::unmade(name, "", known, settings);
        // The registry takes only settings that are valid.
        let judged = judge(&stack, name, "", settings).map(|judgement| judgement.service);
        judged.unwrap_or(ServicePolicies {
            breaker: BreakerPolicy::DEFAULT,
            budget: BudgetPolicy::DEFAULT,
            levels: Levels::DEFAULT,
        })
    }

    /// The name of the service.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.origin.0
    }

    /// The registry that the service belongs to.
    #[must_use]
    pub fn registry(&self) -> &'static Registry {
        self.registry
    }

    /// What the breaker is doing. An open circuit whose recovery time is over is reported half-open, though only the next call
    /// makes it so: reading changes nothing. A breaker that is switched off is closed.
    #[must_use]
    pub fn state(&self) -> CircuitState {
        if self.policies().breaker.enabled() {
            self.breaker().state(self.now())
        } else {
            CircuitState::Closed
        }
    }

    /// What the breaker is doing and has done so far. Reading changes nothing.
    #[must_use]
    pub fn snapshot(&self) -> BreakerSnapshot {
        let policy = self.policies().breaker;
        self.breaker().snapshot(self.now(), Some(self.born()), &policy)
    }

    /// Who decides what the breaker does.
    #[must_use]
    pub fn breaker_mode(&self) -> BreakerMode {
        self.breaker().mode()
    }

    /// Takes the decision from the breaker's rules, or gives it back to them.
    ///
    /// A breaker that is given back starts closed, with nothing remembered. Attempts under way when the mode changes are not
    /// judged. An event tells of every change. Without effect on calls while the policy has the breaker switched off.
    ///
    /// ```
    /// use resilience_core::{BreakerMode, CircuitState, Registry};
    ///
    /// let plans = Registry::new().service("plan_service");
    /// plans.set_mode(BreakerMode::ForcedOpen);
    /// assert_eq!(plans.state(), CircuitState::Open);
    /// plans.set_mode(BreakerMode::Automatic);
    /// assert_eq!(plans.state(), CircuitState::Closed);
    /// ```
    pub fn set_mode(&self, mode: BreakerMode) {
        let transition = self.breaker().set_mode(mode, self.now(), &self.policies().breaker);
        self.report(self.subject(), transition);
    }

    /// Closes the circuit and forgets all that could open it: failures, the window, the last half-open period. The breaker is
    /// [automatic](BreakerMode::Automatic) then. Statistics stay. An event tells of it.
    pub fn reset_breaker(&self) {
        let transition = self.breaker().reset(self.now(), &self.policies().breaker);
        self.report(self.subject(), transition);
    }

    fn now(&self) -> Tick {
        Tick::at(self.registry.now())
    }

    /// The retries that the budget would grant at once, in tokens.
    #[must_use]
    pub fn retry_tokens(&self) -> f64 {
        self.budget().tokens(self.now(), self.budget_terms())
    }

    #[inline]
    pub(crate) fn breaker(&self) -> &Breaker {
        &self.hot.breaker
    }

    #[inline]
    pub(crate) fn budget(&self) -> &Budget {
        &self.hot.budget
    }

    pub(crate) fn origin(&'static self) -> &'static Origin {
        &self.origin
    }

    pub(crate) fn policies(&self) -> ServicePolicies {
        self.policies.get()
    }

    /// The breaker's policy, which is asked in brief without a lock.
    pub(crate) fn breaker_policy(&self) -> &Policies {
        &self.policies
    }

    /// The budget's policy in brief.
    pub(crate) fn budget_terms(&self) -> Terms {
        self.policies.terms()
    }

    /// Links an operation, once.
    pub(crate) fn link(&'static self, operation: &'static Operation) -> &'static Link {
        let address = ptr::from_ref(operation).addr();
        let mut state = self.locked();
        if let Some(link) = state.links.get(&address) {
            return link;
        }
        if operation.service() == self.name() {
            // Where operations cannot make themselves known, their first call does.
            self.declare(&mut state, None);
        }
        // Read under the lock, so that settings that change meanwhile find the link or are found by it.
        let (policy, faults) = self
            .registry
            .with_settings(|settings| self.policy_of(&state, settings, operation));
        let kept = Kept::new(&policy);
        let link: &'static Link = Box::leak(Box::new(Link::new(self, operation, kept.unwrap_or(Kept::DEFAULT))));
        state.links.insert(address, link);
        if !faults.is_empty() {
            state.refused.insert(address);
        }
        drop(state);
        let faults = faults
            .into_iter()
            .chain(kept.is_none().then(|| too_many_policies(self.name())));
        for fault in faults {
            events::policy_refused(link.subject(), &fault.problem.invalid);
        }
        if link.kind != operation.kind() {
            events::idempotent_without_proof(link.subject());
        }
        link
    }

    /// Puts what a [`ServiceDef`] says under the settings; the first definition holds.
    pub(crate) fn define(&self, code: ServiceOptions, max_partitions: Option<usize>) {
        if self.is_unshared() {
            // What one of the names says is not the others' word.
            return;
        }
        let mut state = self.locked();
        match state.code {
            None => {
                state.max_partitions = max_partitions;
                let faults = self.declare(&mut state, Some(code));
                drop(state);
                for fault in faults {
                    events::policy_refused(self.subject(), &fault.problem.invalid);
                }
            }
            Some(first) if first != code || state.max_partitions != max_partitions => {
                let is_news = !mem::replace(&mut state.conflicts, true);
                drop(state);
                if is_news {
                    events::conflicting_declarations(self.subject());
                }
            }
            Some(_) => {}
        }
    }

    /// Takes up what the code declares, as far as it goes together with the settings, and says what does not.
    fn declare(&self, state: &mut State, code: Option<ServiceOptions>) -> Vec<Fault> {
        let (old_code, was_known) = (state.code, state.known);
        if was_known && code.is_none() {
            return Vec::new();
        }
        let mut refused = Vec::new();
        for code in [code, None] {
            (state.code, state.known) = (code.or(old_code), true);
            match self
                .registry
                .with_settings(|settings| self.plan(state, settings))
                .and_then(Plan::keep)
            {
                Ok(plan) => {
                    self.adopt(plan, state);
                    return refused;
                }
                Err(faults) if refused.is_empty() => refused = faults,
                Err(_) => {}
            }
        }
        (state.code, state.known) = (old_code, was_known);
        refused
    }

    fn set_policies(&self, policies: ServicePolicies) {
        let policies = if self.is_unshared() {
            policies.unshared()
        } else {
            policies
        };
        self.policies.set(policies);
        self.breaker().adopt(&policies.breaker);
    }

    /// Whether its calls share nothing but their counts.
    pub(crate) fn is_unshared(&self) -> bool {
        matches!(self.standing, Standing::Unshared(_))
    }

    /// How many partitions it tells apart.
    fn max_partitions(&self) -> usize {
        self.locked().max_partitions.unwrap_or(self.registry.max_partitions())
    }

    /// Whether a second, different [`ServiceDef`] has been refused.
    pub(crate) fn has_conflicting_definitions(&self) -> bool {
        self.locked().conflicts
    }

    /// The operations that have been called so far.
    pub(crate) fn linked(&self) -> Vec<&'static Operation> {
        self.links().into_iter().map(|link| link.operation).collect()
    }

    pub(crate) fn links(&self) -> Vec<&'static Link> {
        self.locked().links.values().copied().collect()
    }

    pub(crate) fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.name())
            .field("circuit", &self.state())
            .finish_non_exhaustive()
    }
}

//! A named dependency: one breaker, one retry budget, and the operations that call it.

mod plan;
mod policies;
mod turns;

pub(crate) use policies::{Policies, ServicePolicies};
use turns::Turns;

use crate::{
    breaker::{Breaker, BreakerMode, BreakerSnapshot, CircuitState, Tick},
    budget::{Budget, Terms},
    interruption::Origin,
    link::Link,
    operation::{Kind, Operation},
    policy::{BreakerPolicy, BudgetPolicy, Levels, ServiceOptions},
    registered,
    registry::Registry,
    settings::{Fault, Settings, judge},
    telemetry::{Statistics, events},
};
use std::{
    collections::{HashMap, HashSet},
    fmt, mem, ptr,
    sync::{Mutex, MutexGuard, PoisonError},
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
    pub(crate) fn new(name: &'static str, registry: &'static Registry) -> Self {
        let known = registered::declare(name);
        let policies = registry.with_settings(|settings| Self::first_policies(name, known, settings));
        Self {
            hot: Hot {
                breaker: Breaker::new(&policies.breaker),
                budget: Budget::new(),
            },
            origin: Origin(name),
            born: Tick::at(registry.now()),
            registry,
            policies: Policies::new(policies),
            turns: Turns::default(),
            state: Mutex::new(State {
                known,
                ..State::default()
            }),
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
        self.breaker().snapshot(self.now(), Some(self.born), &policy)
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

    /// What all operations of the service have done so far, added up.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.links().iter().map(|link| link.counters.snapshot()).sum()
    }

    /// What each operation of the service has done so far, by name. Operations appear with their first call.
    #[must_use]
    pub fn operations(&self) -> Vec<OperationReport> {
        let mut reports: Vec<_> = self
            .links()
            .iter()
            .map(|link| OperationReport {
                name: link.operation.name(),
                kind: link.kind,
                statistics: link.counters.snapshot(),
            })
            .collect();
        reports.sort_by_key(|report| report.name);
        reports
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
        let link: &'static Link = Box::leak(Box::new(Link::new(self, operation, policy)));
        state.links.insert(address, link);
        if !faults.is_empty() {
            state.refused.insert(address);
        }
        drop(state);
        for fault in faults {
            events::policy_refused(link.subject(), &fault.problem.invalid);
        }
        if link.kind != operation.kind() {
            events::idempotent_without_proof(link.subject());
        }
        link
    }

    /// Puts what a [`ServiceDef`] says under the settings; the first definition holds.
    pub(crate) fn define(&self, code: ServiceOptions) {
        let mut state = self.locked();
        match state.code {
            None => {
                let faults = self.declare(&mut state, Some(code));
                drop(state);
                for fault in faults {
                    events::policy_refused(self.subject(), &fault.problem.invalid);
                }
            }
            Some(first) if first != code => {
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
            match self.registry.with_settings(|settings| self.plan(state, settings)) {
                Ok(plan) => {
                    self.adopt(plan);
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
        self.policies.set(policies);
        self.breaker().adopt(&policies.breaker);
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

/// What one operation has done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationReport {
    /// The name of the operation within its service.
    pub name: &'static str,
    /// What the operation does to the world.
    pub kind: Kind,
    /// The counts.
    pub statistics: Statistics,
}

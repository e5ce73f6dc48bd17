//! A named dependency: one breaker, one retry budget, and the operations that call it.

mod policies;

pub(crate) use policies::{Policies, ServicePolicies};

use crate::{
    breaker::{Breaker, BreakerMode, BreakerSnapshot, CircuitState, Tick, Transition},
    budget::Budget,
    interruption::Origin,
    link::{Link, OperationPolicy},
    operation::{Kind, Operation},
    policy::{BreakerPolicy, BudgetPolicy, InvalidPolicy, ServiceLayer},
    registry::Registry,
    telemetry::{Statistics, events, events::Subject},
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
/// assert_eq!(plans.circuit(), CircuitState::Closed);
/// assert_eq!(plans.statistics().calls, 0);
/// ```
pub struct Service {
    hot: Hot,
    origin: Origin,
    born: Tick,
    registry: &'static Registry,
    policies: Policies,
    state: Mutex<State>,
}

/// What every call reads: on a cache line that only trouble writes to.
#[repr(align(128))]
struct Hot {
    breaker: Breaker,
    budget: Budget,
}

#[derive(Default)]
struct State {
    /// What a [`ServiceDef`] says.
    code: Option<ServiceLayer>,
    /// Another [`ServiceDef`] says something else, and an event has told of it.
    conflicts: bool,
    /// What [`Registry::configure`] says.
    settings: ServiceLayer,
    /// By the address of the operation.
    links: HashMap<usize, &'static Link>,
    /// Those whose code does not go together with the rest.
    refused: HashSet<usize>,
}

impl State {
    /// The policy of an operation whose code does not go together with the rest: the rest holds, and where that does not go
    /// together either, it is the registry's defaults that give way.
    fn policy_without(&self, operation: &Operation, below: ServiceLayer) -> OperationPolicy {
        let code = self.code.unwrap_or_default();
        [
            self.settings.over(below),
            self.settings.over(operation.layer()).over(code),
            self.settings.over(code),
        ]
        .iter()
        .find_map(|layer| OperationPolicy::of(layer).ok())
        .unwrap_or(OperationPolicy::DEFAULT)
    }
}

impl Service {
    pub(crate) fn new(name: &'static str, registry: &'static Registry) -> Self {
        // The registry takes only defaults that are valid.
        let policies = ServicePolicies::of(&registry.defaults()).unwrap_or(ServicePolicies {
            breaker: BreakerPolicy::DEFAULT,
            budget: BudgetPolicy::DEFAULT,
        });
        Self {
            hot: Hot {
                breaker: Breaker::new(&policies.breaker),
                budget: Budget::new(),
            },
            origin: Origin(name),
            born: Tick::at(registry.now()),
            registry,
            policies: Policies::new(policies),
            state: Mutex::default(),
        }
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
    pub fn circuit(&self) -> CircuitState {
        if self.policies().breaker.enabled() {
            self.breaker().state(self.now())
        } else {
            CircuitState::Closed
        }
    }

    /// What the breaker is doing and has done so far. Reading changes nothing.
    #[must_use]
    pub fn breaker_snapshot(&self) -> BreakerSnapshot {
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
    /// plans.set_breaker_mode(BreakerMode::ForcedOpen);
    /// assert_eq!(plans.circuit(), CircuitState::Open);
    /// plans.set_breaker_mode(BreakerMode::Automatic);
    /// assert_eq!(plans.circuit(), CircuitState::Closed);
    /// ```
    pub fn set_breaker_mode(&self, mode: BreakerMode) {
        let transition = self.breaker().set_mode(mode, self.now(), &self.policies().breaker);
        self.report(transition);
    }

    /// Closes the circuit and forgets all that could open it: failures, the window, the last half-open period. The breaker is
    /// [automatic](BreakerMode::Automatic) then. Statistics stay. An event tells of it.
    pub fn reset_breaker(&self) {
        let transition = self.breaker().reset(self.now(), &self.policies().breaker);
        self.report(transition);
    }

    fn report(&self, transition: Option<Transition>) {
        if let Some(transition) = transition {
            events::circuit_turned(self.subject(), transition);
        }
    }

    /// Whom an event is about that concerns no operation.
    fn subject(&self) -> Subject {
        Subject {
            service: self.name(),
            operation: "",
        }
    }

    fn now(&self) -> Tick {
        Tick::at(self.registry.now())
    }

    /// The retries that the budget would grant at once, in tokens.
    #[must_use]
    pub fn retry_tokens(&self) -> f64 {
        self.budget().tokens(self.now(), &self.policies().budget)
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
                kind: link.operation.kind(),
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

    /// Links an operation, once.
    pub(crate) fn link(&'static self, operation: &'static Operation) -> &'static Link {
        let address = ptr::from_ref(operation).addr();
        let mut state = self.state();
        // Read under the lock, so that defaults that change meanwhile find the link or are found by it.
        let defaults = self.registry.defaults();
        if let Some(link) = state.links.get(&address) {
            return link;
        }
        let below = state.code.unwrap_or_default().over(defaults);
        let (policy, mistake) = match OperationPolicy::of(&state.settings.over(operation.layer()).over(below)) {
            Ok(policy) => (policy, None),
            Err(mistake) => (state.policy_without(operation, below), Some(mistake)),
        };
        let link: &'static Link = Box::leak(Box::new(Link::new(self, operation, policy)));
        state.links.insert(address, link);
        if mistake.is_some() {
            state.refused.insert(address);
        }
        drop(state);
        if let Some(mistake) = mistake {
            events::policy_refused(link.subject(), &mistake);
        }
        link
    }

    /// Puts what a [`ServiceDef`] says under the settings; the first definition holds.
    pub(crate) fn define(&self, code: ServiceLayer) {
        let mut state = self.state();
        match state.code {
            None => {
                let settings = state.settings;
                if let Err(mistake) = self.apply(&mut state, Some(code), settings) {
                    drop(state);
                    events::policy_refused(self.subject(), &mistake);
                }
            }
            Some(first) if first != code => {
                let is_news = !mem::replace(&mut state.conflicts, true);
                drop(state);
                if is_news {
                    events::conflicting_declarations(self.name());
                }
            }
            Some(_) => {}
        }
    }

    /// Puts `layer` over the settings so far, in place: linked operations see it at their next call.
    pub(crate) fn configure(&self, layer: ServiceLayer) -> Result<(), InvalidPolicy> {
        let mut state = self.state();
        let (code, settings) = (state.code, layer.over(state.settings));
        self.apply(&mut state, code, settings)
    }

    /// Whether `layer` by itself makes valid policies.
    pub(crate) fn check(layer: &ServiceLayer) -> Result<(), InvalidPolicy> {
        ServicePolicies::of(layer)?;
        OperationPolicy::of(layer)?;
        Ok(())
    }

    /// Works out every policy first, so that a mistake changes nothing.
    fn apply(
        &self,
        state: &mut State,
        code: Option<ServiceLayer>,
        settings: ServiceLayer,
    ) -> Result<(), InvalidPolicy> {
        let below = code.unwrap_or_default().over(self.registry.defaults());
        let layer = settings.over(below);
        let policies = ServicePolicies::of(&layer)?;
        OperationPolicy::of(&layer)?;
        let operations = state
            .links
            .iter()
            .map(|(address, link)| {
                let policy = OperationPolicy::of(&settings.over(link.operation.layer()).over(below));
                match policy {
                    // The code was refused before, and an event has told of it: no reason to refuse the settings now.
                    Err(_) if state.refused.contains(address) => Ok((*link, OperationPolicy::of(&layer)?)),
                    policy => Ok((*link, policy?)),
                }
            })
            .collect::<Result<Vec<_>, InvalidPolicy>>()?;

        state.code = code;
        state.settings = settings;
        self.policies.set(policies);
        self.breaker().adopt(&policies.breaker);
        for (link, policy) in operations {
            link.set_policy(policy);
        }
        Ok(())
    }

    /// Works out the policies again after the registry's defaults have changed.
    pub(crate) fn refresh(&self) -> Result<(), InvalidPolicy> {
        self.configure(ServiceLayer::new())
    }

    fn links(&self) -> Vec<&'static Link> {
        self.state().links.values().copied().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.name())
            .field("circuit", &self.circuit())
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

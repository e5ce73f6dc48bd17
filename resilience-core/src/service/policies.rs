use crate::{
    budget::Terms,
    policy::{BreakerPolicy, Brief, Briefed, BudgetPolicy, Levels},
};
use std::sync::{
    PoisonError, RwLock,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

/// The policies of a service, as its settings have them now.
pub(crate) struct Policies {
    /// The breaker's in brief, which calls in trouble ask without taking the lock.
    brief: AtomicU32,
    /// The budget's, likewise.
    terms: AtomicU64,
    /// The levels of events.
    levels: AtomicU64,
    whole: RwLock<ServicePolicies>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ServicePolicies {
    pub(crate) breaker: BreakerPolicy,
    pub(crate) budget: BudgetPolicy,
    pub(crate) levels: Levels,
}

impl ServicePolicies {
    /// The same without breaker and budget.
    pub(super) fn unshared(self) -> Self {
        Self {
            breaker: BreakerPolicy::OFF,
            budget: BudgetPolicy::OFF,
            ..self
        }
    }
}

impl Policies {
    pub(super) fn new(policies: ServicePolicies) -> Self {
        Self {
            brief: AtomicU32::new(policies.breaker.brief().to_bits()),
            terms: AtomicU64::new(Terms::from(&policies.budget).to_bits()),
            levels: AtomicU64::new(policies.levels.to_bits()),
            whole: RwLock::new(policies),
        }
    }

    pub(super) fn get(&self) -> ServicePolicies {
        *self.whole.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, policies: ServicePolicies) {
        *self.whole.write().unwrap_or_else(PoisonError::into_inner) = policies;
        self.brief.store(policies.breaker.brief().to_bits(), Ordering::Relaxed);
        self.terms
            .store(Terms::from(&policies.budget).to_bits(), Ordering::Relaxed);
        self.levels.store(policies.levels.to_bits(), Ordering::Relaxed);
    }

    /// The levels of the events about the service.
    #[inline]
    pub(crate) fn levels(&self) -> Levels {
        Levels::from_bits(self.levels.load(Ordering::Relaxed))
    }

    /// What a budget asks at every outcome.
    pub(crate) fn terms(&self) -> Terms {
        // Relaxed: they are complete in themselves.
        Terms::from_bits(self.terms.load(Ordering::Relaxed))
    }
}

impl Briefed for Policies {
    fn brief(&self) -> Brief {
        // Relaxed: it is complete in itself.
        Brief::from_bits(self.brief.load(Ordering::Relaxed))
    }

    fn whole(&self) -> BreakerPolicy {
        self.whole.read().unwrap_or_else(PoisonError::into_inner).breaker
    }
}

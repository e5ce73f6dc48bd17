use crate::{
    budget::Terms,
    policy::{BreakerPolicy, Brief, Briefed, BudgetPolicy},
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
    whole: RwLock<ServicePolicies>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ServicePolicies {
    pub(crate) breaker: BreakerPolicy,
    pub(crate) budget: BudgetPolicy,
}

impl ServicePolicies {
    /// Neither breaker nor budget.
    pub(super) const OFF: Self = Self {
        breaker: BreakerPolicy::OFF,
        budget: BudgetPolicy::OFF,
    };
}

impl Policies {
    pub(super) fn new(policies: ServicePolicies) -> Self {
        Self {
            brief: AtomicU32::new(policies.breaker.brief().to_bits()),
            terms: AtomicU64::new(Terms::from(&policies.budget).to_bits()),
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
